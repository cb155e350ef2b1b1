/** One reader of live rows: its filter, its limits, what waits for it and what it lost. */
import type { Loss } from '../../src/domain/agent-status.ts';
import type { Row } from '../../src/domain/column.ts';
import type { Filter } from '../../src/domain/filter/filter.ts';
import { rowKey, type Table } from '../../src/domain/table.ts';
import { createBacklog } from './backlog.ts';
import type { PlaceOf } from './place.ts';
import { createRowLimit } from './row-limit.ts';
import { createRowPace } from './row-pace.ts';
import { createRowQueue, type QueueLimits } from './row-queue.ts';

export interface RowQuery {
  readonly table: Table;
  readonly filter: Pick<Filter, 'matches' | 'needsPayload'>;
  /** How many of the newest kept rows to send first. */
  readonly backlog: number;
  /** 0 = no limit. */
  readonly maxRowsPerSecond: number;
  /** Nothing after the backlog; of a recording, nothing after its end. */
  readonly once: boolean;
  /** A row that was told is told again after so long at the earliest, ms; 0 = whenever it changes. */
  readonly paceMs?: number;
}

export interface Subscription {
  /** The next rows, oldest first, at most `rows` of them and about `bytes` bytes; empty when none wait. */
  take(rows: number, bytes: number): readonly Row[];
  /** Rows that can be taken now. */
  readonly waiting: number;
  /** Everything was taken and no more will come. */
  readonly ended: boolean;
  /** What this reader lost, by reason; totals rise. */
  readonly losses: readonly Loss[];
  close(): void;
}

/** What the rows side uses of a subscription. */
export interface OpenSubscription extends Subscription {
  readonly query: RowQuery;
  offer(row: Row, previous: Row | undefined, size: number, isOnly: boolean): void;
  /** No more rows will be offered. */
  finish(): void;
  readonly bytesWaiting: number;
}

export interface SubscriptionOptions {
  readonly query: RowQuery;
  /** Kept rows at the moment of the subscription, oldest first. */
  readonly kept: readonly Row[];
  /** undefined: nothing is ever dropped, the source waits instead. */
  readonly limits: QueueLimits | undefined;
  readonly placeOf: PlaceOf | undefined;
  readonly now: () => number;
  /** Rows wait, losses rose, or the end came; called at most once until the next `take`. */
  readonly onReadable: () => void;
  readonly onTake: () => void;
  readonly onClose: () => void;
}

export function createSubscription(options: SubscriptionOptions): OpenSubscription {
  const { query, onReadable } = options;
  const { filter } = query;
  const keyOf = (row: Row) => rowKey(query.table, row);
  const queue = createRowQueue(keyOf, options.limits, options.placeOf);
  const admits = createRowLimit(query.maxRowsPerSecond, options.now);
  const pace = createRowPace({
    paceMs: query.paceMs ?? 0,
    keyOf,
    now: options.now,
    onDue: (row, size) => queueUp(row, size, false),
  });
  let finished = false;
  let closed = false;
  let told = false;
  let limited = 0;
  const backlog = createBacklog({ ...options, filter, count: query.backlog, onFound: tell });

  function tell(): void {
    if (told) return;
    told = true;
    onReadable();
  }

  function queueUp(row: Row, size: number, isOnly: boolean): void {
    if (admits()) queue.push(row, size, isOnly);
    else limited += 1;
    tell();
  }

  return {
    query,
    offer(row, previous, size, isOnly) {
      // A row that has just stopped matching is sent too: whoever shows its earlier state must learn of the new one.
      if (!filter.matches(row) && !(previous && filter.matches(previous))) return;
      if (isOnly || pace.admits(row, size)) queueUp(row, size, isOnly);
    },
    finish() {
      pace.flush();
      finished = true;
      tell();
    },
    take(rows, bytes) {
      told = false;
      if (backlog.searching) return [];
      if (backlog.waiting > 0) return backlog.take(rows);
      const taken = queue.take(rows, bytes);
      if (taken.length > 0) options.onTake();
      return taken;
    },
    get waiting() {
      return backlog.waiting + queue.rows;
    },
    get bytesWaiting() {
      return queue.bytes;
    },
    get ended() {
      return finished && !backlog.searching && backlog.waiting + queue.rows === 0;
    },
    get losses() {
      const losses: Loss[] = [];
      if (queue.dropped > 0) losses.push({ reason: 'slow-reader', count: queue.dropped });
      if (limited > 0) losses.push({ reason: 'row-limit', count: limited });
      return losses;
    },
    close() {
      if (closed) return;
      closed = true;
      backlog.cancel();
      pace.close();
      options.onClose();
    },
  };
}
