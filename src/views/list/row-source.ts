/** Where the rows of a list come from: a table the agents send, or a summary worked out in the terminal. */
import type { Row } from '../../domain/column.ts';
import type { Table } from '../../domain/table.ts';
import type { Snapshot, StoredRow, TimeWindow } from '../../store/store.ts';
import { defaultSpanMs, type TimeState, windowOf } from '../time.ts';
import type { TableNeed } from '../view.ts';
import { agentFilter, type Question } from './agent-filter.ts';
import { oneSide } from './one-side.ts';

export interface ShownRows {
  readonly rows: readonly StoredRow[];
  /** Rows that ever came: how many are new since a pause is the difference. */
  readonly received: number;
}

export interface RowSource {
  /** Rows come from the agents, asked for whenever the question changes; otherwise they are worked out here from summaries. */
  readonly asksAgents: boolean;
  /** Who looks through rows with the filter: the terminal always does. */
  readonly filtersAt: 'agents' | 'terminal';
  /** Each row is about a stretch of time, and changes as it moves on. */
  readonly isSummary: boolean;
  /** While live, too, it shows only rows of a stretch of time. */
  readonly isRecent?: boolean;
  /** Rows come oldest first, by the table's time. */
  readonly isByTime: boolean;
  needs(question: Question): readonly TableNeed[];
  /** The same arrays as long as there is nothing new. */
  take(snapshot: Snapshot, time: TimeState): ShownRows;
}

export interface RowsOptions {
  /** What `!` leaves, in the filter language. */
  readonly failures: string;
  /** While live, too, only rows of the stretch of time shown. */
  readonly isRecent?: boolean;
  /** What both ends saw is shown once, as the client saw it: what it is about. */
  readonly subjectOf?: (row: Row) => string;
  /** Rows are told anew under a later time, without changing their place. */
  readonly areUpdated?: boolean;
}

/** Rows of a table as the agents send them. */
export function rowsOf(table: Table, options: RowsOptions): RowSource {
  const { failures, subjectOf, isRecent = false, areUpdated = false } = options;
  const within = createWithin(table);
  const merged = createMerge(subjectOf);
  return {
    asksAgents: true,
    filtersAt: 'agents',
    isSummary: false,
    isRecent,
    isByTime: !areUpdated,
    needs: (question) => [
      { table: table.id, filter: agentFilter(table, question, failures), rowsStand: question.rowsStand },
    ],
    take(snapshot, time) {
      const state = snapshot.table(table.id);
      const window = stretchOf(time, snapshot, isRecent);
      if (!window && !subjectOf) return state;
      const rows = window ? within(state.rows, window) : state.rows;
      return { rows: merged(rows), received: state.received };
    },
  };
}

/** Rows of a derived table for the stretch of time shown. */
export function summaryOf(table: Table): RowSource {
  return {
    asksAgents: false,
    filtersAt: 'terminal',
    isSummary: true,
    isByTime: false,
    needs: () => [],
    take: (snapshot, time) => ({ rows: snapshot.derived(table.id, windowOf(time, snapshot)), received: 0 }),
  };
}

/** The same rows give the same array. */
function createMerge(subjectOf: RowsOptions['subjectOf']): (rows: readonly StoredRow[]) => readonly StoredRow[] {
  let known: { all: readonly StoredRow[]; rows: readonly StoredRow[] } | undefined;
  return (all) => {
    if (!subjectOf) return all;
    if (known?.all !== all) known = { all, rows: oneSide(all, subjectOf).rows };
    return known.rows;
  };
}

/** The stretch of time rows are cut to; undefined = all there are, which is what a live list shows unless a length was asked for. */
export function stretchOf(time: TimeState, snapshot: Snapshot, isRecent: boolean): TimeWindow | undefined {
  if (time.kind !== 'live') return windowOf(time, snapshot);
  if (!isRecent && time.spanMs === defaultSpanMs) return undefined;
  // Rows are newer than the newest complete second.
  return { from: windowOf(time, snapshot).from, to: Number.POSITIVE_INFINITY };
}

/** Cuts rows to a stretch of time; the same rows and stretch give the same array. */
export function createWithin(table: Table): (rows: readonly StoredRow[], window: TimeWindow) => readonly StoredRow[] {
  let known: { all: readonly StoredRow[]; window: TimeWindow; rows: readonly StoredRow[] } | undefined;
  return (all, window) => {
    if (known?.all === all && known.window.from === window.from && known.window.to === window.to) return known.rows;
    const from = nanosOf(window.from);
    const to = window.to === Number.POSITIVE_INFINITY ? undefined : nanosOf(window.to);
    const rows = all.filter(({ row }) => {
      const time = row[table.time];
      return typeof time === 'bigint' && time >= from && (to === undefined || time < to);
    });
    known = { all, window, rows };
    return rows;
  };
}

function nanosOf(unixMs: number): bigint {
  return BigInt(Math.round(unixMs)) * 1_000_000n;
}
