/** The newest rows of every table, whole, by key, within a number of bytes. */
import type { Row } from '../../src/domain/column.ts';
import { oldestEntryOf } from '../../src/domain/oldest-entry.ts';
import { rowKey, type Table } from '../../src/domain/table.ts';
import { createRowSizer } from './row-size.ts';

export interface RecentRows {
  /** Adds a row, or replaces the one with the same key in its place. Returns what it replaced, and the row's size in bytes. */
  put(table: Table, row: Row): { readonly previous: Row | undefined; readonly size: number };
  get(table: Table, key: string): Row | undefined;
  /** Kept rows, oldest first. */
  all(table: Table): readonly Row[];
  readonly rows: number;
  readonly bytes: number;
  /** Rows let go of so far to stay within the limit. */
  readonly evicted: number;
}

interface Entry {
  row: Row;
  size: number;
}

interface Shelf {
  readonly entries: Map<string, Entry>;
  readonly oldest: () => readonly [string, Entry] | undefined;
  readonly sizeOf: (row: Row) => number;
}

/** A ring of at most `maxBytes`; the oldest row of the fullest table goes first. */
export function createRecentRows(maxBytes: number, payloadBytes?: (row: Row) => number): RecentRows {
  const shelves = new Map<Table, Shelf>();
  let bytes = 0;
  let rows = 0;
  let evicted = 0;

  function shelfOf(table: Table): Shelf {
    let shelf = shelves.get(table);
    if (!shelf) {
      const entries = new Map<string, Entry>();
      shelf = { entries, oldest: oldestEntryOf(entries), sizeOf: createRowSizer(table, payloadBytes) };
      shelves.set(table, shelf);
    }
    return shelf;
  }

  function evictOne(): void {
    let fullest: Shelf | undefined;
    for (const shelf of shelves.values()) {
      if (!fullest || shelf.entries.size > fullest.entries.size) fullest = shelf;
    }
    const oldest = fullest?.oldest();
    if (!fullest || !oldest) return;
    fullest.entries.delete(oldest[0]);
    bytes -= oldest[1].size;
    rows -= 1;
    evicted += 1;
  }

  return {
    put(table, row) {
      const shelf = shelfOf(table);
      const key = rowKey(table, row);
      const size = shelf.sizeOf(row);
      const entry = shelf.entries.get(key);
      const previous = entry?.row;
      if (entry) {
        bytes += size - entry.size;
        entry.row = row;
        entry.size = size;
      } else {
        shelf.entries.set(key, { row, size });
        bytes += size;
        rows += 1;
      }
      while (bytes > maxBytes && rows > 1) evictOne();
      return { previous, size };
    },
    get: (table, key) => shelves.get(table)?.entries.get(key)?.row,
    all: (table) => Array.from(shelves.get(table)?.entries.values() ?? [], (entry) => entry.row),
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
