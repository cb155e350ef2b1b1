/** The bytes that turn one row of the screen into another. The terminal's look is plain before and after. */
import { type CellRow, isDoubted, noCells } from './cell-row.ts';
import { lookOfBlank, plainLook, wayTo } from './look.ts';
import { changedRuns, type Run } from './runs.ts';
import { slid, slideSequence, slidesOf } from './slide.ts';

/** Blanks at the end of a row from which on erasing is shorter than writing. */
const worthErasing = 4;
/** Rows that change by fewer bytes are not looked through for parts that moved. */
const worthSliding = 60;

export interface RowChange {
  /** The row by itself. */
  readonly bytes: string;
  /** The same as runs that may be written in any order; undefined where it must be written in its own. */
  readonly runs: readonly Run[] | undefined;
}

/** `before` undefined = nothing is known of what stands there. `y` counts from 0. */
export function rowChange(before: CellRow | undefined, after: CellRow, y: number, columns: number): RowChange {
  const from = `\x1b[${y + 1};`;
  if (!before || before.widths === 'mixed' || after.widths === 'mixed') {
    return { bytes: `${from}1H${wholeRow(after, columns)}`, runs: undefined };
  }
  const bytes = changedCells(before, after, from, columns);
  if (before.widths !== 'sure' || after.widths !== 'sure') return { bytes, runs: undefined };
  return slidRow(before, after, y, columns, bytes) ?? { bytes, runs: runsOf(before, after, y, columns) };
}

/** With a part of it moved by the terminal, where that takes fewer bytes than `inPlace`. */
function slidRow(before: CellRow, after: CellRow, y: number, columns: number, inPlace: string): RowChange | undefined {
  let least = Buffer.byteLength(inPlace);
  if (least < worthSliding) return undefined;
  let best: RowChange | undefined;
  for (const slide of slidesOf(before, after, columns)) {
    const moved = slid(before, slide, columns);
    const bytes = slideSequence(slide, y) + changedCells(moved, after, `\x1b[${y + 1};`, columns);
    if (Buffer.byteLength(bytes) >= least) continue;
    best = { bytes, runs: undefined };
    least = Buffer.byteLength(bytes);
  }
  return best;
}

function runsOf(before: CellRow, after: CellRow, y: number, columns: number): readonly Run[] {
  const ink = lastInk(after, columns);
  const width = Math.min(columns, Math.max(ink, lastInk(before, columns)));
  return changedRuns(before, after, y, width, width - ink >= worthErasing ? ink : width);
}

/** Everything, after erasing what was there. Where widths are disputed the cursor is put in its place after each such character. */
function wholeRow(row: CellRow, columns: number): string {
  const end = lastInk(row, columns);
  let bytes = end < columns || row.widths !== 'sure' ? '\x1b[K' : '';
  let look = plainLook;
  for (let x = 0; x < end; x += 1) {
    const text = row.texts[x] ?? ' ';
    if (text === '') continue;
    const isWide = row.texts[x + 1] === '' && x + 1 < row.texts.length;
    // Half a character would wrap.
    if (isWide && x + 1 >= columns) break;
    const cellLook = lookFor(text, row.looks[x] ?? plainLook, look);
    bytes += wayTo(look, cellLook) + text;
    look = cellLook;
    if (isDoubted(text) && x + 1 < columns) bytes += `\x1b[${x + (isWide ? 3 : 2)}G`;
  }
  return bytes + wayTo(look, plainLook);
}

/** The cells that differ. What stands after a symbol of doubted width is written with it: terminals that draw it wider lost it. */
function changedCells(before: CellRow, after: CellRow, from: string, columns: number): string {
  let bytes = '';
  let look = plainLook;
  /** Where the cursor is; -1 = on another row. */
  let at = -1;
  /** Is written though nothing changed. */
  let due = -1;
  const ink = lastInk(after, columns);
  const width = Math.min(columns, Math.max(ink, lastInk(before, columns)));
  for (let x = 0; x < columns && (x < width || x === due); x += 1) {
    if (x >= ink && width - x >= worthErasing) {
      bytes += `${move(at, x, from)}${wayTo(look, plainLook)}\x1b[K`;
      return bytes;
    }
    const text = after.texts[x] ?? ' ';
    const cellLook = after.looks[x] ?? plainLook;
    if (x !== due && text === (before.texts[x] ?? ' ') && cellLook === (before.looks[x] ?? plainLook)) continue;
    const jump = move(at, x, from);
    const between = jump === '' || at === -1 ? undefined : writtenAgain(after, at, x, look, jump.length);
    bytes += between ?? jump;
    const next = lookFor(text, cellLook, look);
    bytes += wayTo(look, next) + text;
    look = next;
    at = x + 1;
    if (!isDoubted(text) || at >= columns) continue;
    bytes += `\x1b[${at + 1}G`;
    due = at;
  }
  return bytes + wayTo(look, plainLook);
}

/** The look to write in: on a blank the present one does when it shows the same. */
function lookFor(text: string, wanted: number, present: number): number {
  return text === ' ' && lookOfBlank(present) === wanted ? present : wanted;
}

/** To cell `x` of the row. */
function move(at: number, x: number, from: string): string {
  if (at === x) return '';
  if (at === -1) return `${from}${x + 1}H`;
  return x - at === 1 ? '\x1b[C' : `\x1b[${x - at}C`;
}

/** Cells that did not change, where writing them again takes no more than `most` bytes and no other look: jumping over them costs as much. */
function writtenAgain(row: CellRow, from: number, to: number, look: number, most: number): string | undefined {
  if (to - from > most) return undefined;
  let text = '';
  let bytes = 0;
  for (let x = from; x < to; x += 1) {
    const cell = row.texts[x] ?? ' ';
    if (isDoubted(cell) || lookFor(cell, row.looks[x] ?? plainLook, look) !== look) return undefined;
    const code = cell.charCodeAt(0);
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : 3;
    if (bytes > most) return undefined;
    text += cell;
  }
  return text;
}

/** Cells up to the last that is not a plain blank. */
function lastInk({ texts, looks }: CellRow, columns: number): number {
  let end = Math.min(columns, texts.length);
  while (end > 0 && texts[end - 1] === ' ' && looks[end - 1] === plainLook) end -= 1;
  return end;
}

export const blankRow: CellRow = noCells;
