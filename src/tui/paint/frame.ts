/** A frame as Ink wrote it, put together with the lines behind its stand-ins. */
import { type CellRow, cellsOf } from './cell-row.ts';
import { plainLook } from './look.ts';
import type { StandIns } from './stand-ins.ts';

/** One row of the screen. Equal keys = equal cells; the cells are worked out when they are asked for. */
export interface FrameRow {
  readonly key: string;
  cells(): CellRow;
}

const standIn = /[\ue000-\uf8ff]/g;

/** The rows of a frame, exactly `rows` of them; cells beyond `columns` are cut by whoever paints. */
export function composeFrame(frame: string, rows: number, standIns: StandIns): readonly FrameRow[] {
  const lines = frame.split('\n');
  return Array.from({ length: rows }, (_, y) => composeRow(lines[y] ?? '', standIns));
}

function composeRow(line: string, standIns: StandIns): FrameRow {
  const behind: string[] = [];
  const key = line.replace(standIn, (character) => {
    const painted = standIns.find(character);
    if (painted === undefined) return character;
    behind.push(painted);
    // Where a line stands is part of the key, so that two lines never add up to a third.
    return `\x00${painted}\x00`;
  });
  if (behind.length === 0) return { key, cells: () => cellsOf(line) };
  const isStandIn = (text: string) => standIns.find(text) !== undefined;
  const places = cellsOf(line).texts.flatMap((text, x) =>
    text >= '\ue000' && text <= '\uf8ff' && isStandIn(text) ? [x] : [],
  );
  return { key, cells: () => putTogether(cellsOf(line), places, behind.map(cellsOf)) };
}

/** Ink's cells with the lines laid over its blanks; what Ink itself wrote stays on top. */
function putTogether(base: CellRow, places: readonly number[], lines: readonly CellRow[]): CellRow {
  const texts = [...base.texts];
  const looks = [...base.looks];
  lines.forEach((line, i) => {
    const from = places[i] ?? 0;
    texts[from] = ' ';
    looks[from] = plainLook;
    for (let at = 0; at < line.texts.length; at += 1) {
      const x = from + at;
      for (; texts.length <= x; texts.push(' ')) looks.push(plainLook);
      if (texts[x] !== ' ') break;
      texts[x] = line.texts[at] ?? ' ';
      looks[x] = line.looks[at] ?? plainLook;
    }
  });
  return { texts, looks, simple: base.simple && lines.every(({ simple }) => simple) };
}
