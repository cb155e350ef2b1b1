/** The question a list puts to each row, as one function that stays the same object while the question does. */
import type { Filter } from '../../domain/filter/filter.ts';
import { parseFilter } from '../../domain/filter/parse.ts';
import type { Table } from '../../domain/table.ts';
import { namespaceTest } from './namespaces.ts';
import type { RowTest } from './row-order.ts';

export interface Wanted {
  readonly filter: Filter | undefined;
  readonly failuresOnly: boolean;
  readonly namespaces: ReadonlySet<string>;
}

/** @param failures what `!` leaves, in the filter language */
export function createRowTests(table: Table, failures: string): (wanted: Wanted) => RowTest | undefined {
  const parsed = parseFilter(table, failures);
  if (!parsed.ok) throw new Error(`${table.id}: ${parsed.error.reason}`);
  const isFailure: RowTest = parsed.filter.matches;
  let known: { wanted: Wanted; names: string; test: RowTest | undefined } | undefined;

  return (wanted) => {
    const { filter, failuresOnly, namespaces } = wanted;
    const names = [...namespaces].sort().join(' ');
    if (known?.names === names && known.wanted.filter === filter && known.wanted.failuresOnly === failuresOnly) {
      return known.test;
    }
    const tests = [
      // What looks into payloads cannot be answered from rows without them: there the agents' answer stands.
      filter?.mayMatch,
      failuresOnly ? isFailure : undefined,
      namespaceTest(table, namespaces),
    ].filter((test) => test !== undefined);
    const [only] = tests;
    const test = tests.length <= 1 ? only : (row: Parameters<RowTest>[0]) => tests.every((each) => each(row));
    known = { wanted, names, test };
    return test;
  };
}
