/** A painted line taken apart into cells, so that two lines can be compared cell by cell. */
import { cellWidth } from '../cells.ts';
import { lookAfter, plainLook } from './look.ts';

export interface CellRow {
  /** One entry a cell: what stands in it; '' = the second cell of a wide character. */
  readonly texts: readonly string[];
  /** See look.ts. */
  readonly looks: readonly number[];
  /** Every terminal agrees on the width of everything in it. */
  readonly simple: boolean;
}

export const noCells: CellRow = { texts: [], looks: [], simple: true };

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
  let simple = true;
  let look = plainLook;
  for (let at = 0; at < painted.length; ) {
    const code = painted.charCodeAt(at);
    if (code === 0x1b) {
      sequence.lastIndex = at;
      const [whole = '\x1b', parameters = '', final] = sequence.exec(painted) ?? [];
      if (final === 'm') look = lookAfter(look, parameters);
      at += whole.length;
    } else if (isNarrow(code) && !joins(painted.charCodeAt(at + 1))) {
      texts.push(painted[at] ?? '');
      looks.push(look);
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
      simple = false;
      at += cluster.length;
    }
  }
  return { texts, looks, simple };
}

/** Printable ASCII, Latin letters, and the drawn characters the screens use; stand-ins (stand-ins.ts) too. */
function isNarrow(code: number): boolean {
  return (
    (code >= 0x20 && code <= 0x7e) ||
    (code >= 0xa1 && code <= 0x24f && code !== 0xad) ||
    code === 0x2026 ||
    (code >= 0x2190 && code <= 0x2193) ||
    (code >= 0x2500 && code <= 0x259f) ||
    code === 0x2717 ||
    (code >= 0xe000 && code <= 0xf8ff)
  );
}

/** Whether a code unit may belong to the character before it. */
function joins(code: number): boolean {
  return code >= 0x300 && !isNarrow(code);
}
