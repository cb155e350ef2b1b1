/** The bytes that turn one row of the screen into another. The terminal's look is plain before and after. */
import { type CellRow, noCells } from './cell-row.ts';
import { plainLook, wayTo } from './look.ts';

/** Cells that did not change are written again rather than jumped over when they are this few: a jump costs as much. */
const worthJumping = 5;
/** Blanks at the end of a row from which on erasing is shorter than writing. */
const worthErasing = 4;

/** `before` undefined = nothing is known of what stands there. `y` counts from 0. */
export function rowDiff(before: CellRow | undefined, after: CellRow, y: number, columns: number): string {
  const from = `\x1b[${y + 1};`;
  if (!before?.simple || !after.simple) return `${from}1H${wholeRow(after, columns)}`;
  return changedCells(before, after, from, columns);
}

/** Everything, after erasing what was there. Where widths are disputed the cursor is put in its place after each such character. */
function wholeRow(row: CellRow, columns: number): string {
  const end = lastInk(row, columns);
  let bytes = end < columns || !row.simple ? '\x1b[K' : '';
  let look = plainLook;
  for (let x = 0; x < end; x += 1) {
    const text = row.texts[x] ?? ' ';
    if (text === '') continue;
    const isWide = row.texts[x + 1] === '' && x + 1 < row.texts.length;
    // Half a character would wrap.
    if (isWide && x + 1 >= columns) break;
    const cellLook = row.looks[x] ?? plainLook;
    bytes += wayTo(look, cellLook) + text;
    look = cellLook;
    if (!row.simple && text > '\x7e' && x + 1 < columns) bytes += `\x1b[${x + (isWide ? 3 : 2)}G`;
  }
  return bytes + wayTo(look, plainLook);
}

function changedCells(before: CellRow, after: CellRow, from: string, columns: number): string {
  let bytes = '';
  let look = plainLook;
  /** Where the cursor is; -1 = on another row. */
  let at = -1;
  const ink = lastInk(after, columns);
  const width = Math.min(columns, Math.max(ink, lastInk(before, columns)));
  for (let x = 0; x < width; x += 1) {
    if (x >= ink && width - x >= worthErasing) {
      bytes += `${move(at, x, from)}${wayTo(look, plainLook)}\x1b[K`;
      return bytes;
    }
    const text = after.texts[x] ?? ' ';
    const cellLook = after.looks[x] ?? plainLook;
    if (text === (before.texts[x] ?? ' ') && cellLook === (before.looks[x] ?? plainLook)) continue;
    if (at !== -1 && x - at < worthJumping && sameLook(after, at, x, look)) {
      for (; at < x; at += 1) bytes += after.texts[at] ?? ' ';
    } else {
      bytes += move(at, x, from);
    }
    bytes += wayTo(look, cellLook) + text;
    look = cellLook;
    at = x + 1;
  }
  return bytes + wayTo(look, plainLook);
}

/** To cell `x` of the row. */
function move(at: number, x: number, from: string): string {
  if (at === x) return '';
  return at === -1 ? `${from}${x + 1}H` : `\x1b[${x - at}C`;
}

function sameLook(row: CellRow, from: number, to: number, look: number): boolean {
  for (let x = from; x < to; x += 1) if ((row.looks[x] ?? plainLook) !== look) return false;
  return true;
}

/** Cells up to the last that is not a plain blank. */
function lastInk({ texts, looks }: CellRow, columns: number): number {
  let end = Math.min(columns, texts.length);
  while (end > 0 && texts[end - 1] === ' ' && looks[end - 1] === plainLook) end -= 1;
  return end;
}

export const blankRow: CellRow = noCells;
