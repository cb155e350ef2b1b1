/** The newest rows of one table: bounded, updated in place by key, with one immutable list per publication. */
import type { Row } from '../domain/column.ts';
import { rowKey, type Table } from '../domain/table.ts';
import type { StoredRow } from './store.ts';

export interface RowRing {
  put(agent: string, row: Row): void;
  clear(): void;
  /** Rows oldest first, as of now; the same array until something changes. Copies `limit` references at most. */
  list(): readonly StoredRow[];
  readonly received: number;
  readonly evicted: number;
}

/**
 * A row costs one map entry and one slot whatever the size of the table: rows are written into a ring, and the ring is copied once per
 * publication (20,000 references: about 20 µs), not per row.
 *
 * Rows new since the last `list` are ordered by the table's time column among themselves, so that agents that report at the
 * same tick interleave; what has been listed once keeps its place.
 */
export function createRowRing(table: Table, limit: number): RowRing {
  let slots: StoredRow[] = [];
  /** Sequence number of the oldest row kept and of the next to come; a row's slot is its number modulo the limit. */
  let oldest = 0;
  let next = 0;
  let places = new Map<string, number>();
  /** New rows not yet in the ring, by key. */
  let fresh = new Map<string, StoredRow>();
  let listed: readonly StoredRow[] | undefined = [];
  let received = 0;
  let evicted = 0;

  const settle = () => {
    const rows = inOrder([...fresh.values()], table.time);
    fresh = new Map();
    for (const stored of rows) {
      if (next - oldest === limit) {
        const leaving = slots[oldest % limit];
        if (leaving) places.delete(leaving.key);
        oldest += 1;
        evicted += 1;
      }
      slots[next % limit] = stored;
      places.set(stored.key, next);
      next += 1;
    }
  };

  return {
    put(agent, row) {
      const key = `${agent}\n${rowKey(table, row)}`;
      const stored: StoredRow = { key, agent, row };
      listed = undefined;
      const place = places.get(key);
      if (place !== undefined) {
        slots[place % limit] = stored;
        return;
      }
      if (!fresh.has(key)) received += 1;
      fresh.set(key, stored);
      // Nobody publishes (a suspended terminal): stay bounded all the same.
      if (fresh.size >= limit) settle();
    },
    clear() {
      slots = [];
      places = new Map();
      fresh = new Map();
      oldest = 0;
      next = 0;
      received = 0;
      evicted = 0;
      listed = [];
    },
    list() {
      if (!listed) {
        settle();
        const start = oldest % limit;
        const count = next - oldest;
        listed =
          start + count <= limit
            ? slots.slice(start, start + count)
            : [...slots.slice(start), ...slots.slice(0, start + count - limit)];
      }
      return listed;
    },
    get received() {
      return received;
    },
    get evicted() {
      return evicted;
    },
  };
}

/** Sorted by time unless it is already; equal times keep their order. */
function inOrder(rows: StoredRow[], time: string): StoredRow[] {
  const at = (stored: StoredRow | undefined) => (stored?.row[time] ?? 0n) as bigint;
  const sorted = rows.every((stored, i) => i === 0 || at(rows[i - 1]) <= at(stored));
  return sorted ? rows : rows.sort((a, b) => (at(a) < at(b) ? -1 : at(a) > at(b) ? 1 : 0));
}
