/** Scrolling, wrapping and searching a long text, as plain functions. */
import { highlight, plainText, type Stretch, type StyledLine, wrapLine } from './styled-line.ts';

export interface ScrollState {
  /** First visible row of the laid-out text. */
  readonly top: number;
  /** Cells scrolled to the right while lines are not wrapped. */
  readonly left: number;
  readonly wrap: boolean;
  /** What is searched for; '' = nothing. Case is ignored. */
  readonly search: string;
  /** Which match is the current one, from 0. */
  readonly match: number;
}

export const scrollTop: ScrollState = { top: 0, left: 0, wrap: true, search: '', match: 0 };

/** A text laid out for a width: rows, where each source line begins, where the matches are. */
export interface Layout {
  readonly rows: readonly StyledLine[];
  /** Row on which source line i begins. */
  readonly starts: readonly number[];
  /** Row of each match, in order. */
  readonly matchRows: readonly number[];
}

/** Lays the lines out. Matches are found in whole lines, so a wrapped match is still one match. */
export function layOut(lines: readonly StyledLine[], width: number, state: ScrollState): Layout {
  const rows: StyledLine[] = [];
  const starts: number[] = [];
  const matchRows: number[] = [];
  const needle = state.search.toLowerCase();
  for (const line of lines) {
    starts.push(rows.length);
    const found = needle === '' ? [] : matchesIn(line, needle);
    const marked = highlight(
      line,
      found.map((from, i): Stretch => {
        const isCurrent = matchRows.length + i === state.match;
        return { from, to: from + needle.length, token: isCurrent ? 'matchCurrent' : 'match' };
      }),
    );
    const pieces = state.wrap ? wrapLine(marked, width) : [marked];
    let end = 0;
    let next = 0;
    pieces.forEach((piece, i) => {
      end += plainText(piece).length;
      while (next < found.length && (found[next] ?? 0) < end) {
        matchRows.push(rows.length + i);
        next += 1;
      }
    });
    rows.push(...pieces);
  }
  return { rows, starts, matchRows };
}

/** The state with its position inside the text. */
export function clampScroll(state: ScrollState, layout: Layout, height: number): ScrollState {
  const top = Math.max(0, Math.min(state.top, layout.rows.length - height));
  return top === state.top ? state : { ...state, top };
}

/** The state scrolled so that `row` is visible, near the top when it was out of sight. */
export function reveal(state: ScrollState, row: number, height: number): ScrollState {
  if (row >= state.top && row < state.top + height) return state;
  return { ...state, top: Math.max(0, row - Math.floor(height / 4)) };
}

/** The next (+1) or previous (-1) match made current and visible; around the ends. */
export function stepMatch(state: ScrollState, layout: Layout, height: number, step: number): ScrollState {
  const count = layout.matchRows.length;
  if (count === 0) return state;
  const match = (state.match + step + count) % count;
  return reveal({ ...state, match }, layout.matchRows[match] ?? 0, height);
}

function matchesIn(line: StyledLine, needle: string): number[] {
  const text = plainText(line).toLowerCase();
  const found: number[] = [];
  for (let at = text.indexOf(needle); at !== -1; at = text.indexOf(needle, at + needle.length)) found.push(at);
  return found;
}
