/** Tree → closures. Names, units and patterns are settled here, so that testing a row allocates next to nothing. */
import type { Row, Value } from '../column.ts';
import { namesAlone, type PodFacts } from '../pods/pod-facts.ts';
import type { Table } from '../table.ts';
import { columnOf, type FieldColumn } from './column-of.ts';
import { type Comparison, comparisonTest } from './compare.ts';
import { hasHeader } from './headers-test.ts';
import { searchTest } from './search.ts';
import type { Node } from './syntax.ts';
import type { VirtualField } from './virtual-field.ts';

export type RowTest = (row: Row) => boolean;

export interface Compiled {
  readonly test: RowTest;
  readonly needsPayload: boolean;
  readonly asksPods: boolean;
}

/** Of which rows the answer to a term cannot be known here; undefined = it is known of all. */
export interface Doubt {
  comparison(column: FieldColumn): RowTest | undefined;
  readonly search: RowTest | undefined;
  /** Where an `or` has a term on payload, everything is taken as it is. */
  readonly endsAtPayload?: boolean;
}

const always: RowTest = () => true;

/** Rows without headers and bodies. */
export const payloadUnknown: Doubt = {
  comparison: ({ spec }) => (spec.payload ? always : undefined),
  search: undefined,
};

const none: Doubt = { comparison: () => undefined, search: undefined };

/**
 * @param doubt where the answer to a term cannot be known the row passes, whatever the term is part of
 * @throws FilterFault at the first word that means nothing in this table.
 */
export function compile(table: Table, tree: Node, doubt: Doubt = none, pods: PodFacts = namesAlone): Compiled {
  let needsPayload = false;
  let asksPods = false;

  /** Below an odd number of `!` a term in doubt must fail for the row to pass. */
  function rowTest(node: Node, isNegated: boolean, doubts: Doubt): RowTest {
    switch (node.kind) {
      case 'all':
        return () => true;
      case 'and':
        // What is negated is an `or`, and the other way round.
        return every(node.nodes.map((each) => rowTest(each, isNegated, isNegated ? within(node, doubts) : doubts)));
      case 'or':
        return some(node.nodes.map((each) => rowTest(each, isNegated, isNegated ? doubts : within(node, doubts))));
      case 'not': {
        const test = rowTest(node.node, !isNegated, doubts);
        return (row) => !test(row);
      }
      case 'search':
        return doubted(searchTest(table, node.word), doubts.search, isNegated);
      case 'compare':
        return doubted(comparison(node), doubts.comparison(columnOf(table, node.field, pods)), isNegated);
    }
  }

  function within(node: Node, doubts: Doubt): Doubt {
    return doubts.endsAtPayload && asksPayload(node) ? none : doubts;
  }

  function asksPayload(node: Node): boolean {
    if (node.kind === 'and' || node.kind === 'or') return node.nodes.some(asksPayload);
    if (node.kind === 'not') return asksPayload(node.node);
    return node.kind === 'compare' && columnOf(table, node.field, pods).spec.payload === true;
  }

  function comparison(node: Comparison): RowTest {
    const column = columnOf(table, node.field, pods);
    if (column.spec.payload) needsPayload = true;
    if (column.pods) asksPods = true;
    const { id, header, read } = column;
    const isHeaders = column.spec.type === 'headers';
    const [first] = node.values;
    if (first?.text === '' && !first.quoted && node.values.length === 1) {
      const wanted = node.operator === '!=';
      if (read && (node.operator === '=' || wanted)) return (row) => read(row).length > 0 === wanted;
      if (node.operator === '=' || wanted) return presence(id, header, isHeaders, wanted);
    }
    const test = comparisonTest(column, node);
    if (read) return eitherTest(read, test, node.operator === '!=' || node.operator === '!~');
    if (isHeaders) {
      // `!=` too needs something to compare: a header that is not there matches no comparison.
      return (row) => {
        const value = row[id];
        return value !== null && value !== undefined && hasHeader(value, header) && test(value);
      };
    }
    return (row) => {
      const value = row[id];
      return value !== null && value !== undefined && test(value);
    };
  }

  const test = rowTest(tree, false, doubt);
  return { test, needsPayload, asksPods };
}

function doubted(test: RowTest, isUnknown: RowTest | undefined, isNegated: boolean): RowTest {
  if (!isUnknown) return test;
  return isNegated ? (row) => test(row) && !isUnknown(row) : (row) => test(row) || isUnknown(row);
}

/** Of a field with a value for each end: either passes; for `!=` and `!~` both must. */
function eitherTest(
  read: VirtualField['read'],
  test: (value: NonNullable<Value>) => boolean,
  isNegated: boolean,
): RowTest {
  return (row) => {
    const values = read(row);
    const passes = (value: Value) => value !== null && test(value);
    return isNegated ? values.length > 0 && values.every(passes) : values.some(passes);
  };
}

/** `field=` has no value, `field!=` has one. */
function presence(id: string, header: string | undefined, isHeaders: boolean, wanted: boolean): RowTest {
  if (isHeaders) return (row) => hasHeader(row[id], header) === wanted;
  return (row) => {
    const value = row[id];
    return (value !== null && value !== undefined && value !== '') === wanted;
  };
}

function every(tests: readonly RowTest[]): RowTest {
  const [first, second] = tests;
  if (tests.length === 2 && first && second) return (row) => first(row) && second(row);
  return (row) => {
    for (const test of tests) if (!test(row)) return false;
    return true;
  };
}

function some(tests: readonly RowTest[]): RowTest {
  const [first, second] = tests;
  if (tests.length === 2 && first && second) return (row) => first(row) || second(row);
  return (row) => {
    for (const test of tests) if (test(row)) return true;
    return false;
  };
}
