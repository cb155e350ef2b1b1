/** The newest rows of every table, whole, within a number of bytes. */
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

interface TableRows {
  readonly shelf: RowShelf;
  readonly sizeOf: (row: Row) => number;
}

/** A ring of at most `maxBytes`; the oldest row of the fullest table goes first, and is released from its place. */
export function createRecentRows(maxBytes: number, payloadBytes?: (row: Row) => number, placeOf?: PlaceOf): RecentRows {
  const tables = new Map<Table, TableRows>();
  let bytes = 0;
  let rows = 0;
  let evicted = 0;
  /** The table with the most rows when one was last looked for, and how many it may lose before another has more. */
  let fullest: RowShelf | undefined;
  let lead = 0;

  function rowsOf(table: Table): TableRows {
    let found = tables.get(table);
    if (!found) {
      const sizeOf = createRowSizer(table, payloadBytes);
      found = {
        shelf: new RowShelf((row) => rowKey(table, row)),
        sizeOf: placeOf ? (row) => placeOf(row)?.bytes ?? sizeOf(row) : sizeOf,
      };
      tables.set(table, found);
    }
    return found;
  }

  function findFullest(): void {
    let second = 0;
    fullest = undefined;
    for (const { shelf } of tables.values()) {
      if (fullest === undefined || shelf.length > fullest.length) {
        second = fullest?.length ?? 0;
        fullest = shelf;
      } else second = Math.max(second, shelf.length);
    }
    lead = fullest === undefined ? 0 : fullest.length - second;
  }

  function evictOne(): void {
    if (--lead < 0 || fullest === undefined || fullest.length === 0) findFullest();
    if (!fullest) return;
    bytes -= fullest.oldestSize;
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
      else previous = shelf.put(row, size);
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
