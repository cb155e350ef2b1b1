/** Which rows of a table are shown and in which order, found again at little cost when a tick changes a few of them. */
import type { Row } from '../../domain/column.ts';
import { compareValues, type Direction } from '../../domain/format/index.ts';
import type { Table } from '../../domain/table.ts';
import type { StoredRow } from '../../store/store.ts';

export interface SortBy {
  readonly column: string;
  readonly direction: Direction;
}

/** Decides about one row; the same function object as long as the question is the same. */
export type RowTest = (row: Row) => boolean;

export interface RowOrder {
  /** The rows that pass, sorted. The same inputs give the same array. */
  select(rows: readonly StoredRow[], test: RowTest | undefined, sort: SortBy): readonly StoredRow[];
}

export interface RowOrderOptions {
  /** `arrival`: rows come oldest first, which is what sorting by time asks for. `any`: in no order; equals are ordered by key, so that they stay. */
  readonly given: 'arrival' | 'any';
}

/**
 * Rows are never changed in place, so what was found out about a row object stays true: each is tested once per question.
 * A sort begins with the order it had before, which leaves almost nothing to do when few rows are new.
 */
export function createRowOrder(table: Table, options: RowOrderOptions = { given: 'arrival' }): RowOrder {
  let verdicts = new WeakMap<StoredRow, boolean>();
  let asked: { rows: readonly StoredRow[]; test: RowTest | undefined; sort: SortBy } | undefined;
  let matching: readonly StoredRow[] = [];
  let sorted: readonly StoredRow[] = [];

  const passes = (stored: StoredRow, test: RowTest) => {
    const known = verdicts.get(stored);
    if (known !== undefined) return known;
    const verdict = test(stored.row);
    verdicts.set(stored, verdict);
    return verdict;
  };

  return {
    select(rows, test, sort) {
      const isSameQuestion = asked?.test === test;
      const isSameRows = isSameQuestion && asked?.rows === rows;
      const isSameSort = asked?.sort.column === sort.column && asked.sort.direction === sort.direction;
      if (isSameRows && isSameSort) return sorted;
      if (!isSameQuestion) verdicts = new WeakMap();
      if (!isSameRows) matching = test ? rows.filter((stored) => passes(stored, test)) : rows;
      asked = { rows, test, sort };
      sorted =
        options.given === 'any'
          ? sortByKeyToo(table, matching, sort)
          : sortRows(table, matching, sort, isSameSort ? sorted : []);
      return sorted;
    },
  };
}

function sortRows(
  table: Table,
  rows: readonly StoredRow[],
  sort: SortBy,
  before: readonly StoredRow[],
): readonly StoredRow[] {
  if (sort.column === table.time) return sort.direction === 'ascending' ? rows : rows.toReversed();
  const type = table.columns[sort.column]?.type ?? 'text';
  const { column, direction } = sort;
  return nearlySorted(rows, before).sort((a, b) => compareValues(type, a.row[column], b.row[column], direction));
}

/** Equals by their identity: rows that are worked out anew each second come in any order, and must not change places for that. */
function sortByKeyToo(table: Table, rows: readonly StoredRow[], { column, direction }: SortBy): readonly StoredRow[] {
  const type = table.columns[column]?.type ?? 'text';
  return rows.toSorted((a, b) => {
    const order = compareValues(type, a.row[column], b.row[column], direction);
    return order !== 0 ? order : compareValues('text', a.key, b.key);
  });
}

/** The rows with those of `before` first, in that order: the sort then finds one long run. */
function nearlySorted(rows: readonly StoredRow[], before: readonly StoredRow[]): StoredRow[] {
  if (before.length === 0) return [...rows];
  const pending = new Set(rows);
  const kept = before.filter((stored) => pending.delete(stored));
  return [...kept, ...pending];
}
