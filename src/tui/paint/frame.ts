/** A frame as Ink wrote it, put together with the lines behind its stand-ins. */
import { type CellRow, cellsOf, lessSure } from './cell-row.ts';
import { plainLook } from './look.ts';
import { isPrivateUse, type StandIns } from './stand-ins.ts';

/** One row of the screen. Equal keys = equal cells; the cells are worked out when they are asked for. */
export interface FrameRow {
  readonly key: string;
  cells(): CellRow;
}

/** A painted line and the cell it begins on. */
interface Piece {
  readonly x: number;
  readonly line: string;
}

/** The rows of a frame, exactly `rows` of them; cells beyond the right edge are cut by whoever paints. */
export function composeFrame(frame: string, rows: number, standIns: StandIns): readonly FrameRow[] {
  const bases = frame.split('\n', rows);
  const pieces: Piece[][] = Array.from({ length: rows }, () => []);
  bases.forEach((base, y) => {
    for (const { x, character } of standInsOf(base)) {
      const lines = standIns.find(character) ?? [];
      const count = Math.min(lines.length, rows - y);
      for (let i = 0; i < count; i += 1) pieces[y + i]?.push({ x, line: lines[i] ?? '' });
    }
  });
  return pieces.map((each, y) => rowOf(bases[y] ?? '', each));
}

function rowOf(base: string, pieces: readonly Piece[]): FrameRow {
  // Where a line stands is part of the key, so that two lines never add up to a third.
  let key = base;
  for (const { x, line } of pieces) key += `\x00${x}\x00${line}`;
  return { key, cells: () => (pieces.length === 0 ? cellsOf(base) : putTogether(cellsOf(base), pieces)) };
}

interface Place {
  readonly x: number;
  readonly character: string;
}

const places = new Map<string, readonly Place[]>();
const placesKept = 512;

/** Ink's lines hardly ever change: what moves is behind the stand-ins. */
function standInsOf(base: string): readonly Place[] {
  let found = places.get(base);
  if (!found) {
    if (places.size >= placesKept) places.clear();
    found = cellsOf(base).texts.flatMap((character, x) => (isPrivateUse(character) ? [{ x, character }] : []));
    places.set(base, found);
  }
  return found;
}

/** Ink's cells with the pieces laid over its blanks; what Ink itself wrote stays on top, and a piece ends where the next begins. */
function putTogether(base: CellRow, pieces: readonly Piece[]): CellRow {
  const ordered = pieces.toSorted((a, b) => a.x - b.x);
  const texts = base.texts.map((text) => (isPrivateUse(text) ? ' ' : text));
  const looks = [...base.looks];
  let { widths } = base;
  ordered.forEach(({ x: from, line }, i) => {
    const cells = cellsOf(line);
    widths = lessSure(widths, cells.widths);
    const length = Math.min(cells.texts.length, (ordered[i + 1]?.x ?? Number.POSITIVE_INFINITY) - from);
    for (let at = 0; at < length; at += 1) {
      const x = from + at;
      for (; texts.length <= x; texts.push(' ')) looks.push(plainLook);
      if (texts[x] !== ' ') break;
      texts[x] = cells.texts[at] ?? ' ';
      looks[x] = cells.looks[at] ?? plainLook;
    }
  });
  return { texts, looks, widths };
}
