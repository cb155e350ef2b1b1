/** Where the rows of a list come from: a table the agents send, or a summary worked out in the terminal. */
import type { Filter } from '../../domain/filter/filter.ts';
import { parseFilter } from '../../domain/filter/parse.ts';
import type { Table } from '../../domain/table.ts';
import type { Snapshot, StoredRow, TimeWindow } from '../../store/store.ts';
import { defaultSpanMs, type TimeState, windowOf } from '../time.ts';
import type { TableNeed } from '../view.ts';
import { agentFilter, type Question } from './agent-filter.ts';
import { isUnderWay, withAges } from './under-way.ts';

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
  /** What the list is about at all, in the filter language; the person neither sees nor changes it. */
  readonly base?: string;
  /** What has no answer yet is shown with its age for a latency, however long ago it began. */
  readonly hasAges?: boolean;
  /** Rows are told anew under a later time, without changing their place. */
  readonly areUpdated?: boolean;
}

/** Rows of a table as the agents send them. */
export function rowsOf(table: Table, options: RowsOptions): RowSource {
  const { failures, base = '', isRecent = false, areUpdated = false, hasAges = false } = options;
  const within = createWithin(table, hasAges ? isUnderWay : undefined);
  const based = createBase(base === '' ? undefined : filterOf(table, base));
  return {
    asksAgents: true,
    filtersAt: 'agents',
    isSummary: false,
    isRecent,
    isByTime: !areUpdated,
    needs: (question) => [
      { table: table.id, filter: agentFilter(table, { ...question, base }, failures), rowsStand: question.rowsStand },
    ],
    take(snapshot, time) {
      const state = snapshot.table(table.id);
      const window = stretchOf(time, snapshot, isRecent);
      if (!window && base === '') return state;
      const rows = based(window ? within(state.rows, window) : state.rows);
      return { rows: hasAges ? withAges(rows, windowOf(time, snapshot).to) : rows, received: state.received };
    },
  };
}

/** All of a table of summaries. */
export const summariesFrom = ({ id }: Table): TableNeed => ({ table: id, filter: '', rowsStand: true });

/** Rows of a derived table for the stretch of time shown; `from` is the table of summaries that it is made of where that is not always told. */
export function summaryOf(table: Table, from?: Table): RowSource {
  return {
    asksAgents: false,
    filtersAt: 'terminal',
    isSummary: true,
    isByTime: false,
    needs: () => (from ? [summariesFrom(from)] : []),
    take: (snapshot, time) => ({ rows: snapshot.derived(table.id, windowOf(time, snapshot)), received: 0 }),
  };
}

/** The same rows give the same array. */
function createBase(filter: Filter | undefined): (rows: readonly StoredRow[]) => readonly StoredRow[] {
  let known: { all: readonly StoredRow[]; rows: readonly StoredRow[] } | undefined;
  return (all) => {
    if (!filter) return all;
    if (known?.all !== all) known = { all, rows: all.filter(({ row }) => filter.matches(row)) };
    return known.rows;
  };
}

function filterOf(table: Table, text: string): Filter {
  const parsed = parseFilter(table, text);
  if (!parsed.ok) throw new Error(`${table.id}: ${parsed.error.reason}`);
  return parsed.filter;
}

/** The stretch of time rows are cut to; undefined = all there are, which is what a live list shows unless a length was asked for. */
export function stretchOf(time: TimeState, snapshot: Snapshot, isRecent: boolean): TimeWindow | undefined {
  if (time.kind !== 'live') return windowOf(time, snapshot);
  if (!isRecent && time.spanMs === defaultSpanMs) return undefined;
  // Rows are newer than the newest complete second.
  return { from: windowOf(time, snapshot).from, to: Number.POSITIVE_INFINITY };
}

/**
 * Cuts rows to a stretch of time; the same rows and stretch give the same array.
 *
 * @param stays what began before the stretch and goes on in it
 */
export function createWithin(
  table: Table,
  stays: (stored: StoredRow) => boolean = () => false,
): (rows: readonly StoredRow[], window: TimeWindow) => readonly StoredRow[] {
  let known: { all: readonly StoredRow[]; window: TimeWindow; rows: readonly StoredRow[] } | undefined;
  return (all, window) => {
    if (known?.all === all && known.window.from === window.from && known.window.to === window.to) return known.rows;
    const from = nanosOf(window.from);
    const to = window.to === Number.POSITIVE_INFINITY ? undefined : nanosOf(window.to);
    const rows = all.filter((stored) => {
      const time = stored.row[table.time];
      if (typeof time !== 'bigint' || (to !== undefined && time >= to)) return false;
      return time >= from || stays(stored);
    });
    known = { all, window, rows };
    return rows;
  };
}

function nanosOf(unixMs: number): bigint {
  return BigInt(Math.round(unixMs)) * 1_000_000n;
}
