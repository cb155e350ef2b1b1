/** What the person has chosen in the live table, and how keys change it. Plain functions; nothing here paints or waits. */
import type { Filter } from '../../domain/filter/filter.ts';
import type { Direction } from '../../domain/format/index.ts';
import type { TableState } from '../../store/store.ts';
import { followEnd, followStart, type ListCursor } from '../../tui/list-cursor.ts';
import type { SortBy } from './row-order.ts';

export interface HttpState {
  readonly cursor: ListCursor;
  /** Column the cursor is in, by id: layouts change, the choice stays. */
  readonly column: string | undefined;
  readonly filter: Filter | undefined;
  readonly filterText: string;
  readonly errorsOnly: boolean;
  readonly sort: SortBy;
  readonly wide: boolean;
  /** The rows as they were when the person paused; undefined = live. */
  readonly paused: TableState | undefined;
}

/** Oldest first, the newest at the bottom and followed. */
export const byTime: SortBy = { column: 'time_', direction: 'ascending' };

export const initialState: HttpState = {
  cursor: followEnd,
  column: undefined,
  filter: undefined,
  filterText: '',
  errorsOnly: false,
  sort: byTime,
  wide: false,
  paused: undefined,
};

/** Sorted by a column; the same column again turns the order round. The cursor goes to what the sort puts first. */
export function sortedBy(state: HttpState, column: string, first: Direction): HttpState {
  const direction = state.sort.column === column ? opposite(state.sort.direction) : first;
  const sort = { column, direction };
  return { ...state, sort, cursor: newestEdge(sort) };
}

/** Where new rows appear: the bottom when sorted by time, else the top is what matters. */
export function newestEdge(sort: SortBy): ListCursor {
  return sort.column === byTime.column && sort.direction === 'ascending' ? followEnd : followStart;
}

/** Follows the newest rows again, and goes on if paused. */
export function following(state: HttpState): HttpState {
  return { ...state, paused: undefined, cursor: newestEdge(state.sort) };
}

/** Freezes the rows, or lets them run on. */
export function togglePause(state: HttpState, live: TableState): HttpState {
  return { ...state, paused: state.paused ? undefined : live };
}

/** Rows that came since the pause; 0 while live. */
export function newSincePause(state: HttpState, live: TableState): number {
  return state.paused ? Math.max(0, live.received - state.paused.received) : 0;
}

/** The next column to the left (-1) or right (+1) among those shown; past the left end no column is chosen. */
export function stepColumn(state: HttpState, shown: readonly string[], step: number): HttpState {
  const at = state.column === undefined ? -1 : shown.indexOf(state.column);
  const next = Math.max(-1, Math.min(shown.length - 1, at + step));
  return { ...state, column: next === -1 ? undefined : shown[next] };
}

function opposite(direction: Direction): Direction {
  return direction === 'ascending' ? 'descending' : 'ascending';
}
