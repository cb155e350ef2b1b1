/** What the person has chosen in a list, and how keys change it. Plain functions; nothing here paints or waits. */
import type { Filter } from '../../domain/filter/filter.ts';
import type { Direction } from '../../domain/format/index.ts';
import { followEnd, followStart, type ListCursor } from '../../tui/list-cursor.ts';
import type { TimeState } from '../time.ts';
import type { FrozenRows } from './paused-rows.ts';
import type { SortBy } from './row-order.ts';
import type { Side } from './sides.ts';

export interface ListState {
  readonly cursor: ListCursor;
  /** Column the cursor is in, by id: layouts change, the choice stays. */
  readonly column: string | undefined;
  readonly filter: Filter | undefined;
  readonly filterText: string;
  readonly failuresOnly: boolean;
  readonly sort: SortBy;
  /** Which ends' rows are shown. */
  readonly side: Side;
  readonly wide: boolean;
  readonly time: TimeState;
  /** The rows as they were when the person paused here. */
  readonly frozen: FrozenRows | undefined;
}

/** @param timeColumn the table's; oldest first by it, new rows appear at the bottom and are followed there */
export function initialState(sort: SortBy, timeColumn: string, time: TimeState): ListState {
  return {
    cursor: newestEdge(sort, timeColumn),
    column: undefined,
    filter: undefined,
    filterText: '',
    failuresOnly: false,
    sort,
    side: 'both',
    wide: false,
    time,
    frozen: undefined,
  };
}

/** Sorted by a column; the same column again turns the order round. The cursor goes to what the sort puts first. */
export function sortedBy(state: ListState, column: string, first: Direction, timeColumn: string): ListState {
  const direction = state.sort.column === column ? opposite(state.sort.direction) : first;
  const sort = { column, direction };
  return { ...state, sort, cursor: newestEdge(sort, timeColumn) };
}

/** New rows come in at the bottom. */
export function growsAtEnd(sort: SortBy, timeColumn: string): boolean {
  return sort.column === timeColumn && sort.direction === 'ascending';
}

/** Where new rows appear: the bottom when sorted by time, else the top is what matters. */
export function newestEdge(sort: SortBy, timeColumn: string): ListCursor {
  return growsAtEnd(sort, timeColumn) ? followEnd : followStart;
}

/** Follows the newest rows again, and goes on if paused or in the past. */
export function following(state: ListState, timeColumn: string): ListState {
  return { ...inTime(state, { ...state.time, kind: 'live' }), cursor: newestEdge(state.sort, timeColumn) };
}

/** Another stretch of time; rows that were frozen thaw. */
export function inTime(state: ListState, time: TimeState): ListState {
  return { ...state, time, frozen: undefined };
}

/** Rows that came since the pause; 0 while live. */
export function newSincePause({ frozen }: ListState, received: number): number {
  return frozen ? Math.max(0, received - frozen.received) : 0;
}

/** The next column to the left (-1) or right (+1) among those shown; past the left end no column is chosen. */
export function stepColumn(state: ListState, shown: readonly string[], step: number): ListState {
  const at = state.column === undefined ? -1 : shown.indexOf(state.column);
  const next = Math.max(-1, Math.min(shown.length - 1, at + step));
  return { ...state, column: next === -1 ? undefined : shown[next] };
}

function opposite(direction: Direction): Direction {
  return direction === 'ascending' ? 'descending' : 'ascending';
}
