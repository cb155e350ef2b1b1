/** Where rows go: the ring of recent ones, and everybody who watches. */
import type { Loss } from '../../src/domain/agent-status.ts';
import type { Row } from '../../src/domain/column.ts';
import type { Table } from '../../src/domain/table.ts';
import type { PlaceOf } from './place.ts';
import { createRecentRows } from './recent-rows.ts';
import type { QueueLimits } from './row-queue.ts';
import { createSubscription, type OpenSubscription, type RowQuery, type Subscription } from './subscription.ts';

export interface RowsOptions {
  /** Limit of the ring, bytes. */
  readonly ringBytes: number;
  /**
   * `drop`: a reader that falls behind loses its oldest rows (live capture must never wait).
   * `wait`: it loses none; whoever writes awaits `ready` (a recording that is played as fast as it is read).
   */
  readonly whenSlow: 'drop' | 'wait';
  /** Bytes that a row's payload keeps in memory, where payload columns decode on read. */
  readonly payloadBytes?: (row: Row) => number;
  /** Where rows live that do not live in the JavaScript heap. */
  readonly placeOf?: PlaceOf;
  /** How many parts of the ring a table may have when all of them want more than there is; 1 by default. */
  readonly shareOf?: (table: Table) => number;
  readonly limits?: QueueLimits;
  /** Unix ms. */
  readonly now?: () => number;
}

export interface Rows {
  /** A new row, or a newer state of one (`isOnly`: the first and last state of one, which is cheaper). Never waits. */
  put(table: Table, row: Row, isOnly?: boolean): void;
  /** Counted as `ring-evicted` when it is asked for and gone. */
  get(table: Table, key: string): Row | undefined;
  /** `onReadable` is called whenever something waits that did not before; then `take`. */
  subscribe(query: RowQuery, onReadable: () => void): Subscription;
  /** Resolves when somebody watches and nobody is far behind. */
  ready(): Promise<void>;
  /** No more rows will come: readers are told after their last row. */
  finish(): void;
  readonly finished: boolean;
  /** Readers at the moment. */
  readonly readers: number;
  readonly ring: { readonly rows: number; readonly bytes: number };
  /** Rows ever put (updates not counted), and let go of. */
  readonly totals: { readonly rows: number; readonly rows_evicted: number };
  /** Over all readers, gone ones included. */
  readonly losses: readonly Loss[];
}

/** A reader may be this far behind before live capture goes on without it, or a recording waits for it. */
export const defaultQueueLimits: QueueLimits = { rows: 20_000, bytes: 16 << 20 };

const nobody: readonly OpenSubscription[] = [];

export function createRows(options: RowsOptions): Rows {
  const ring = createRecentRows({ ...options, maxBytes: options.ringBytes });
  const limits = options.limits ?? defaultQueueLimits;
  const now = options.now ?? Date.now;
  const watching = new Set<OpenSubscription>();
  /** The same by what they watch, so that a row meets only those who do. */
  const watchers = new Map<Table, OpenSubscription[]>();
  const gone = new Map<string, number>();
  let waiters: (() => void)[] = [];
  let total = 0;
  let missed = 0;
  let finished = false;

  const isReady = (): boolean => {
    if (watching.size === 0) return false;
    for (const reader of watching) {
      if (reader.waiting > limits.rows / 2 || reader.bytesWaiting > limits.bytes / 2) return false;
    }
    return true;
  };

  function wake(): void {
    if (waiters.length === 0 || !isReady()) return;
    const woken = waiters;
    waiters = [];
    for (const resolve of woken) resolve();
  }

  function watchersOf(table: Table): readonly OpenSubscription[] {
    return watchers.get(table) ?? nobody;
  }

  function forget(reader: OpenSubscription): void {
    watching.delete(reader);
    const { table } = reader.query;
    watchers.set(
      table,
      watchersOf(table).filter((other) => other !== reader),
    );
    for (const { reason, count } of reader.losses) gone.set(reason, (gone.get(reason) ?? 0) + count);
    wake();
  }

  return {
    put(table, row, isOnly = false) {
      const size = ring.sizeOf(table, row);
      const previous = ring.put(table, row, size, isOnly);
      if (!previous) total += 1;
      const readers = watchersOf(table);
      for (let at = 0; at < readers.length; at++) readers[at]?.offer(row, previous, size, isOnly);
      if (previous) options.placeOf?.(previous)?.release();
    },
    get(table, key) {
      const row = ring.get(table, key);
      if (!row && ring.evicted > 0) missed += 1;
      return row;
    },
    subscribe(query, onReadable) {
      // `once` of a recording means all of it, wherever it is played to.
      const live = !query.once || (options.whenSlow === 'wait' && !finished);
      const reader: OpenSubscription = createSubscription({
        query,
        kept: query.backlog > 0 ? ring.all(query.table) : [],
        limits: options.whenSlow === 'drop' ? limits : undefined,
        placeOf: options.placeOf,
        now,
        onReadable,
        onTake: wake,
        onClose: () => forget(reader),
      });
      if (live) {
        watching.add(reader);
        watchers.set(query.table, [...watchersOf(query.table), reader]);
      }
      if (!live || finished) reader.finish();
      else if (reader.waiting > 0) onReadable();
      wake();
      return reader;
    },
    ready: () => (isReady() ? Promise.resolve() : new Promise((resolve) => waiters.push(resolve))),
    finish() {
      finished = true;
      for (const reader of watching) reader.finish();
    },
    get finished() {
      return finished;
    },
    get readers() {
      return watching.size;
    },
    get ring() {
      return { rows: ring.rows, bytes: ring.bytes };
    },
    get totals() {
      return { rows: total, rows_evicted: ring.evicted };
    },
    get losses() {
      const sums = new Map(gone);
      for (const reader of watching) {
        for (const { reason, count } of reader.losses) sums.set(reason, (sums.get(reason) ?? 0) + count);
      }
      if (missed > 0) sums.set('ring-evicted', missed);
      return Array.from(sums, ([reason, count]) => ({ reason, count }));
    },
  };
}
