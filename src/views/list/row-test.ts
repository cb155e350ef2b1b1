/** The question a list puts to each row, as one function that stays the same object while the question does, and the answers. */
import type { Row } from '../../domain/column.ts';
import type { Filter } from '../../domain/filter/filter.ts';
import { parseFilter } from '../../domain/filter/parse.ts';
import type { Table } from '../../domain/table.ts';
import { namespaceTest } from './namespaces.ts';
import type { RowTest } from './row-order.ts';

export interface Wanted {
  readonly filter: Filter | undefined;
  readonly failuresOnly: boolean;
  readonly namespaces: ReadonlySet<string>;
  /** Rises with what becomes known of pods (PodFacts). */
  readonly podChanges: number;
}

/** @param failures what `!` leaves, in the filter language */
export function createRowTests(table: Table, failures: string): (wanted: Wanted) => RowTest | undefined {
  const parsed = parseFilter(table, failures);
  if (!parsed.ok) throw new Error(`${table.id}: ${parsed.error.reason}`);
  const isFailure: RowTest = parsed.filter.matches;
  let known: { wanted: Wanted; names: string; test: RowTest | undefined } | undefined;

  return (wanted) => {
    const { filter, failuresOnly, namespaces, podChanges } = wanted;
    const names = [...namespaces].sort().join(' ');
    const isSame =
      known?.names === names && known.wanted.filter === filter && known.wanted.failuresOnly === failuresOnly;
    if (known && isSame && (!filter?.asksPods || known.wanted.podChanges === podChanges)) return known.test;
    const tests = [
      // What looks into payloads cannot be answered from rows without them: there the agents' answer stands.
      filter && ((row: Row) => filter.mayMatch(row)),
      failuresOnly ? isFailure : undefined,
      namespaceTest(table, namespaces),
    ].filter((test) => test !== undefined);
    const [only] = tests;
    const test = tests.length <= 1 ? only : (row: Row) => tests.every((each) => each(row));
    known = { wanted, names, test };
    return test;
  };
}
