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
 * publication (20,000 references: about 20 µs), not per row. Keys of rows let go of are not deleted one by one: keys are kept in two
 * generations, and the older one goes as a whole once the younger is a ring's worth.
 *
 * Rows new since the last `list` are ordered by the table's time column among themselves, so that agents that report at the
 * same tick interleave; what has been listed once keeps its place.
 */
export function createRowRing(table: Table, limit: number): RowRing {
  let slots: StoredRow[] = [];
  /** Sequence number of the oldest row kept and of the next to come; a row's slot is its number modulo the limit. */
  let oldest = 0;
  let next = 0;
  /** Sequence numbers by key; a number below `oldest` is of a row that is gone. */
  let places = new Map<string, number>();
  let elderPlaces = new Map<string, number>();
  /** New rows not yet in the ring, in the places they have unless they must be put in order. */
  let fresh: StoredRow[] = [];
  let listed: readonly StoredRow[] | undefined = [];
  let received = 0;
  let evicted = 0;

  const placeOf = (key: string): number | undefined => {
    const place = places.get(key) ?? elderPlaces.get(key);
    return place !== undefined && place >= oldest ? place : undefined;
  };
  const remember = (key: string, place: number) => {
    if (places.size >= limit) {
      elderPlaces = places;
      places = new Map();
    }
    places.set(key, place);
  };
  const settle = () => {
    const rows = fresh;
    fresh = [];
    const ordered = inOrder(rows, table.time);
    for (const stored of ordered) {
      if (ordered !== rows) remember(stored.key, next);
      slots[next % limit] = stored;
      next += 1;
    }
    const gone = Math.max(0, next - oldest - limit);
    oldest += gone;
    evicted += gone;
  };

  return {
    put(agent, row) {
      const key = `${agent}\n${rowKey(table, row)}`;
      const stored: StoredRow = { key, agent, row };
      listed = undefined;
      const place = placeOf(key);
      if (place !== undefined) {
        if (place < next) slots[place % limit] = stored;
        else fresh[place - next] = stored;
        return;
      }
      received += 1;
      remember(key, next + fresh.length);
      fresh.push(stored);
      // Nobody publishes (a suspended terminal): stay bounded all the same.
      if (fresh.length >= limit) settle();
    },
    clear() {
      slots = [];
      places = new Map();
      elderPlaces = new Map();
      fresh = [];
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

/** The same array when it is sorted by time already; equal times keep their order. */
function inOrder(rows: StoredRow[], time: string): StoredRow[] {
  const at = (stored: StoredRow | undefined) => (stored?.row[time] ?? 0n) as bigint;
  const sorted = rows.every((stored, i) => i === 0 || at(rows[i - 1]) <= at(stored));
  return sorted ? rows : rows.toSorted((a, b) => (at(a) < at(b) ? -1 : at(a) > at(b) ? 1 : 0));
}
