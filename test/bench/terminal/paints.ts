/** Bytes of each paint against the bytes that the change on the screen needed at least. */
import type { Terminal } from '@xterm/headless';
import type { MeteredTerminal } from './metered.ts';

/** Cells of a screen, row by row: the character and its look. */
export type Grid = readonly (readonly Cell[])[];

export interface Cell {
  readonly text: string;
  /** Colours and attributes, opaque. */
  readonly look: string;
}

export interface Paint {
  readonly bytes: number;
  /** What a renderer that knows both screens would have written. */
  readonly ideal: number;
}

const cursorMove = 8; // ESC [ row ; column H
const lookChange = 6; // ESC [ 3 8 ; … m, short form
const synchronized = 16; // DEC mode 2026 on and off

/** Fewest bytes that turn one screen into the other: a cursor move for each run of changed cells, the cells, their looks. */
export function idealBytes(before: Grid, after: Grid): number {
  let bytes = 0;
  after.forEach((row, y) => {
    let inRun = false;
    let look = '';
    row.forEach((cell, x) => {
      const old = before[y]?.[x];
      if (old && old.text === cell.text && old.look === cell.look) {
        inRun = false;
        return;
      }
      if (!inRun) bytes += cursorMove;
      if (cell.look !== look) bytes += lookChange;
      inRun = true;
      look = cell.look;
      bytes += Buffer.byteLength(cell.text) || 1;
    });
  });
  return bytes === 0 ? 0 : bytes + synchronized;
}

export function gridOf({ buffer, rows, cols }: Terminal): Grid {
  const { active } = buffer;
  const scratch = active.getNullCell();
  return Array.from({ length: rows }, (_, y) => {
    const line = active.getLine(active.baseY + y);
    return Array.from({ length: cols }, (_, x) => {
      const cell = line?.getCell(x, scratch);
      if (!cell) return { text: ' ', look: '' };
      const attributes = [cell.isBold(), cell.isDim(), cell.isInverse(), cell.isUnderline(), cell.isItalic()].map(
        Number,
      );
      const colours = [cell.getFgColorMode(), cell.getFgColor(), cell.getBgColorMode(), cell.getBgColor()];
      return { text: cell.getChars() || ' ', look: [...attributes, ...colours].join() };
    });
  });
}

/** Writes that come closer together than this belong to one paint. */
const gapMs = 12;

/** Collects the paints of `durationMs`: bursts of bytes with silence around them. */
export async function collectPaints(terminal: MeteredTerminal, durationMs: number): Promise<Paint[]> {
  const paints: Paint[] = [];
  const { arrivals, emulator } = terminal;
  const end = performance.now() + durationMs;
  let taken = arrivals.length;
  await terminal.painted();
  let before = gridOf(emulator);
  while (performance.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, 4));
    const last = arrivals.at(-1);
    if (!last || arrivals.length === taken || performance.now() - last.at < gapMs) continue;
    const upTo = arrivals.length;
    await terminal.painted();
    const after = gridOf(emulator);
    const bytes = arrivals.slice(taken, upTo).reduce((sum, arrival) => sum + arrival.bytes, 0);
    paints.push({ bytes, ideal: idealBytes(before, after) });
    taken = upTo;
    before = after;
  }
  return paints;
}
