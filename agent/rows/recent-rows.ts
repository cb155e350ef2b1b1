/** The newest rows of every table, whole, within a number of bytes that the tables share. */
import type { Row } from '../../src/domain/column.ts';
import { rowKey, type Table } from '../../src/domain/table.ts';
import type { PlaceOf } from './place.ts';
import { RowShelf } from './row-shelf.ts';
import { createRowSizer } from './row-size.ts';

export interface RecentRows {
  /** Adds a row, or replaces the one with the same key in its place (`isOnly`: there is none). Returns what it replaced. */
  put(table: Table, row: Row, size: number, isOnly: boolean): Row | undefined;
  /** Bytes a row takes. */
  sizeOf(table: Table, row: Row): number;
  get(table: Table, key: string): Row | undefined;
  /** Kept rows, oldest first. */
  all(table: Table): readonly Row[];
  readonly rows: number;
  readonly bytes: number;
  /** Rows let go of so far to stay within the limit. */
  readonly evicted: number;
}

export interface RecentRowsOptions {
  readonly maxBytes: number;
  readonly payloadBytes?: ((row: Row) => number) | undefined;
  readonly placeOf?: PlaceOf | undefined;
  /** How many parts of the bytes a table may have when all tables want more than there are; 1 by default. */
  readonly shareOf?: ((table: Table) => number) | undefined;
}

interface TableRows {
  readonly shelf: RowShelf;
  readonly share: number;
  readonly sizeOf: (row: Row) => number;
}

/** What finding a row by its key takes, where it may come again: the key, an entry and its place in a map. */
const changingBytes = 100;

/**
 * A ring of at most `maxBytes`. A table may have all of it; when it is full, the oldest row goes of the table that has most for its
 * share, and is released from its place: no table crowds out another.
 */
export function createRecentRows({ maxBytes, payloadBytes, placeOf, shareOf }: RecentRowsOptions): RecentRows {
  const tables = new Map<Table, TableRows>();
  let bytes = 0;
  let rows = 0;
  let evicted = 0;
  /** The table with the most bytes for its share when one was last looked for, and how many it may lose before another has more. */
  let fullest: RowShelf | undefined;
  let lead = 0;

  function rowsOf(table: Table): TableRows {
    let found = tables.get(table);
    if (!found) {
      const sizeOf = createRowSizer(table, payloadBytes);
      found = {
        shelf: new RowShelf((row) => rowKey(table, row)),
        share: shareOf?.(table) ?? 1,
        sizeOf: placeOf ? (row) => placeOf(row)?.bytes ?? sizeOf(row) : sizeOf,
      };
      tables.set(table, found);
    }
    return found;
  }

  /** A table's last row goes only when there are no others: it may be larger than all that the others have. */
  function findFullest(): void {
    let most = -1;
    let second = 0;
    let shareOfFullest = 1;
    fullest = undefined;
    for (const { shelf, share } of tables.values()) {
      const filled = shelf.length > 1 ? shelf.bytes / share : 0;
      if (filled > most && shelf.length > 0) {
        second = Math.max(0, most);
        most = filled;
        fullest = shelf;
        shareOfFullest = share;
      } else second = Math.max(second, filled);
    }
    lead = (most - second) * shareOfFullest;
  }

  function evictOne(): void {
    if (lead <= 0 || fullest === undefined || fullest.length < 2) findFullest();
    if (!fullest) return;
    const { oldestSize } = fullest;
    bytes -= oldestSize;
    lead -= oldestSize;
    const row = fullest.shift();
    if (row) placeOf?.(row)?.release();
    rows -= 1;
    evicted += 1;
  }

  return {
    put(table, row, size, isOnly) {
      const { shelf } = rowsOf(table);
      const before = shelf.bytes;
      let previous: Row | undefined;
      if (isOnly) shelf.add(row, size);
      else previous = shelf.put(row, size + changingBytes);
      bytes += shelf.bytes - before;
      if (!previous) rows += 1;
      while (bytes > maxBytes && rows > 1) evictOne();
      return previous;
    },
    sizeOf: (table, row) => rowsOf(table).sizeOf(row),
    get: (table, key) => tables.get(table)?.shelf.get(key),
    all: (table) => tables.get(table)?.shelf.list() ?? [],
    get rows() {
      return rows;
    },
    get bytes() {
      return bytes;
    },
    get evicted() {
      return evicted;
    },
  };
}
