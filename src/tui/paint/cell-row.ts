/** A painted line taken apart into cells, so that two lines can be compared cell by cell. */
import { cellWidth } from '../cells.ts';
import { isNarrow, isOneCell } from '../narrow.ts';
import { lookAfter, lookOfBlank, plainLook } from './look.ts';

export interface CellRow {
  /** One entry a cell: what stands in it; '' = the second cell of a wide character. */
  readonly texts: readonly string[];
  /** See look.ts; of a blank what is seen of it. */
  readonly looks: readonly number[];
  readonly widths: Widths;
}

/**
 * How far terminals agree on the width of what stands in a row: `sure` = all of it; `doubted` = some symbols of one cell are drawn
 * over two by some; `mixed` = wide characters or clusters of several code points.
 */
export type Widths = 'sure' | 'doubted' | 'mixed';

export const noCells: CellRow = { texts: [], looks: [], widths: 'sure' };

/** The less sure of two. */
export function lessSure(a: Widths, b: Widths): Widths {
  if (a === 'mixed' || b === 'mixed') return 'mixed';
  return a === 'doubted' ? a : b;
}

/** Whether terminals may disagree on how many cells the text of a cell takes. */
export function isDoubted(text: string): boolean {
  return text > '\x7e' && (text.length > 1 || !isNarrow(text.charCodeAt(0)));
}

const rows = new Map<string, CellRow>();
const rowsKept = 2_048;
const segmenter = new Intl.Segmenter();

/** The cells of a line of text with SGR sequences; any other escape sequence is left out. */
export function cellsOf(painted: string): CellRow {
  const known = rows.get(painted);
  if (known) return known;
  if (rows.size >= rowsKept) rows.clear();
  const row = takeApart(painted);
  rows.set(painted, row);
  return row;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with ESC
const sequence = /\x1b(?:\[([0-?]*)[ -/]*([@-~])|.?)/y;

function takeApart(painted: string): CellRow {
  const texts: string[] = [];
  const looks: number[] = [];
  let widths: Widths = 'sure';
  let look = plainLook;
  for (let at = 0; at < painted.length; ) {
    const code = painted.charCodeAt(at);
    if (code === 0x1b) {
      sequence.lastIndex = at;
      const [whole = '\x1b', parameters = '', final] = sequence.exec(painted) ?? [];
      if (final === 'm') look = lookAfter(look, parameters);
      at += whole.length;
    } else if (isOneCell(code) && !joins(painted.charCodeAt(at + 1))) {
      texts.push(painted[at] ?? '');
      looks.push(code === 0x20 ? lookOfBlank(look) : look);
      if (!isNarrow(code)) widths = lessSure(widths, 'doubted');
      at += 1;
    } else {
      const end = painted.indexOf('\x1b', at);
      const run = painted.slice(at, end === -1 ? undefined : end);
      const [first] = segmenter.segment(run);
      const cluster = first?.segment ?? run;
      const width = cellWidth(cluster);
      for (let cell = 0; cell < width; cell += 1) {
        texts.push(cell === 0 ? cluster : '');
        looks.push(look);
      }
      widths = lessSure(widths, width === 1 && cluster.length === 1 ? 'doubted' : 'mixed');
      at += cluster.length;
    }
  }
  return { texts, looks, widths };
}

/** Whether a code unit may belong to the character before it. */
function joins(code: number): boolean {
  return code >= 0x300 && !isOneCell(code);
}
