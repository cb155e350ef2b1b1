/** Where one is in a text, how it is wrapped, and what is searched for in it: one state for every screen that is a text. */
import type { Feedback } from '../tui/prompt.tsx';
import {
  clampScroll,
  type Layout,
  layOut,
  reveal,
  type ScrollState,
  scrollTop,
  stepMatch,
} from '../tui/scroll-state.ts';
import { type StyledLine, span } from '../tui/styled-line.ts';
import type { Area } from '../tui/view.ts';
import { positionOf } from './position.ts';
import { searchField } from './search-field.ts';
import type { TextField } from './view.ts';

export interface TextScroller {
  /** The text laid out as it is now, and the position in it. */
  place(area: Area): { readonly layout: Layout; readonly state: ScrollState };
  scroll(rows: number): void;
  page(pages: number): void;
  toStart(): void;
  toEnd(): void;
  /** To the right (positive) or left; means something only while lines are not wrapped. */
  shift(cells: number): void;
  toggleWrap(): void;
  /** To the first of these lines, or from one of them to the next; false where there is none. */
  jump(lines: readonly number[]): boolean;
  /** The line last jumped to where it is still in sight, else the first in sight. */
  line(): number;
  /** To the next (1) or previous (-1) match; returns why not. */
  match(step: number): string | undefined;
  readonly wraps: boolean;
  readonly field: TextField;
  /** Ends a search; false = there was none. */
  endSearch(): boolean;
  /** ` 1-20 of 80 </word> 1/3`, for a heading. */
  summary(): StyledLine;
}

/** @param lines the text as it is now, for a width; the same array as long as it is the same */
export function createTextScroller(lines: (width: number) => readonly StyledLine[], changed: () => void): TextScroller {
  let state: ScrollState = scrollTop;
  let area: Area = { width: 80, height: 20 };
  let known: { lines: readonly StyledLine[]; width: number; state: ScrollState; layout: Layout } | undefined;

  let jumped: number | undefined;

  const layout = (): Layout => {
    const now = lines(area.width);
    const isFresh = known?.lines === now && known.width === area.width && sameLayout(known.state, state);
    if (!known || !isFresh) known = { lines: now, width: area.width, state, layout: layOut(now, area.width, state) };
    return known.layout;
  };
  const set = (next: ScrollState) => {
    state = next;
    state = clampScroll(next, layout(), area.height);
    changed();
  };
  const scroll = (rows: number) => set({ ...state, top: Math.max(0, state.top + rows) });
  const search = (wanted: string): Feedback => {
    state = { ...state, search: wanted, match: 0 };
    const { matchRows } = layout();
    const ahead = matchRows.findIndex((row) => row >= state.top);
    state = { ...state, match: Math.max(0, ahead) };
    const row = matchRows[state.match];
    if (row !== undefined) state = reveal(state, row, area.height);
    if (wanted === '') return { note: 'text to look for; n and N go from match to match' };
    return { note: matchRows.length === 1 ? '1 match' : `${matchRows.length} matches` };
  };
  return {
    place(given) {
      area = given;
      state = clampScroll(state, layout(), area.height);
      return { layout: layout(), state };
    },
    scroll,
    page: (pages) => scroll(pages * Math.max(1, area.height - 1)),
    toStart: () => set({ ...state, top: 0, left: 0 }),
    toEnd: () => set({ ...state, top: Number.MAX_SAFE_INTEGER }),
    shift: (cells) => set({ ...state, left: Math.max(0, state.left + cells) }),
    toggleWrap: () => set({ ...state, wrap: !state.wrap, left: 0 }),
    jump(targets) {
      const rows = targets.map((line) => {
        return clampScroll({ ...state, top: layout().starts[line] ?? 0 }, layout(), area.height).top;
      });
      // The same key again goes on to the next of them, also where the text is too short to scroll there.
      const before = jumped === undefined || rows[targets.indexOf(jumped)] !== state.top ? -1 : targets.indexOf(jumped);
      const at = (before + 1) % Math.max(1, rows.length);
      const next = rows[at];
      jumped = targets[at];
      if (next !== undefined) set({ ...state, top: next });
      return next !== undefined;
    },
    line() {
      const { starts } = layout();
      const isSeen = (row: number | undefined) =>
        row !== undefined && row >= state.top && row < state.top + area.height;
      if (jumped !== undefined && isSeen(starts[jumped])) return jumped;
      return Math.max(
        0,
        starts.findLastIndex((row) => row <= state.top),
      );
    },
    match(step) {
      if (layout().matchRows.length === 0) return state.search === '' ? 'search with / first' : 'no match';
      set(stepMatch(state, layout(), area.height, step));
      return undefined;
    },
    get wraps() {
      return state.wrap;
    },
    field: searchField(() => state.search, search),
    endSearch() {
      if (state.search === '') return false;
      state = { ...state, search: '', match: 0 };
      return true;
    },
    summary() {
      const { rows, matchRows } = layout();
      const found = `${matchRows.length === 0 ? 0 : state.match + 1}/${matchRows.length}`;
      return [
        ...positionOf(state.top, area.height, rows.length),
        ...(state.search === '' ? [] : [span(` </${state.search}>`, 'titleFilter'), span(` ${found}`, 'titleCount')]),
      ];
    },
  };
}

function sameLayout(a: ScrollState, b: ScrollState): boolean {
  return a.wrap === b.wrap && a.search === b.search && a.match === b.match;
}
