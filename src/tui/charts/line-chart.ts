/**
 * Lines over time. asciichart (github.com/kroitor/asciichart) traces them; it knows neither gaps nor axes other than its own nor a
 * difference between lines but colour, so it gets one stretch of one line at a time, in rows instead of values.
 */
import { plot } from 'asciichart';
import type { Token } from '../theme.ts';
import type { Canvas } from './canvas.ts';
import type { Scale } from './scale.ts';

/** How a line is drawn, so that lines differ without colour. */
export type Stroke = 'light' | 'dashed' | 'heavy';

export interface Line {
  /** One value a step, oldest first; NaN where nothing is known. */
  readonly points: readonly number[];
  readonly token: Token;
  readonly stroke: Stroke;
}

export interface PlotArea {
  readonly left: number;
  readonly top: number;
  readonly height: number;
  /** Cells a step takes. */
  readonly cells: number;
}

/** In asciichart's order: start, tick, (unused) ends, horizontal, ╰ ╭ ╮ ╯, vertical. */
type Symbols = [string, string, string, string, string, string, string, string, string, string];

const symbols: Readonly<Record<Stroke, Symbols>> = {
  light: ['─', ' ', '╶', '╴', '─', '╰', '╭', '╮', '╯', '│'],
  dashed: ['┄', ' ', '╶', '╴', '┄', '╰', '╭', '╮', '╯', '┆'],
  heavy: ['━', ' ', '╺', '╸', '━', '┗', '┏', '┓', '┛', '┃'],
};
const asciiSymbols: Readonly<Record<Stroke, Symbols>> = {
  light: ['.', ' ', '.', '.', '.', '.', '.', '.', '.', '.'],
  dashed: ['o', ' ', 'o', 'o', 'o', 'o', 'o', 'o', 'o', '|'],
  heavy: ['#', ' ', '#', '#', '#', '#', '#', '#', '#', '#'],
};

/** What a line looks like where it runs level, for a legend. */
export function strokeSample(stroke: Stroke, ascii: boolean): string {
  return (ascii ? asciiSymbols : symbols)[stroke][4];
}

/** Draws the lines, the later over the earlier. */
export function drawLines(canvas: Canvas, lines: readonly Line[], scale: Scale, area: PlotArea, ascii: boolean): void {
  for (const { points, token, stroke } of lines) {
    for (const { from, values } of stretches(points)) {
      const rows = values.flatMap((value) => Array<number>(area.cells).fill(rowOf(scale, value, area.height)));
      const traced = trace(rows, area.height, (ascii ? asciiSymbols : symbols)[stroke]);
      for (const [y, line] of traced.entries()) {
        for (const [x, character] of [...line].entries()) {
          if (character !== ' ') canvas.put(area.left + from * area.cells + x, area.top + y, character, token);
        }
      }
    }
  }
}

/** Row of a value counted from the bottom, from 1. */
function rowOf(scale: Scale, value: number, height: number): number {
  return 1 + Math.round(scale.position(value) * (height - 1));
}

/** One stretch as `height` lines, one cell a value: the first value stands in what asciichart takes for the axis. */
function trace(rows: readonly number[], height: number, marks: Symbols): readonly string[] {
  // From 1, because the row of the value 0 gets the mark of a first value at the wrong end.
  const config = { min: 1, max: height, height: height - 1, offset: 1, symbols: marks, format: () => ' ' };
  return plot([[...rows]], config).split('\n');
}

interface Stretch {
  readonly from: number;
  readonly values: number[];
}

/** Runs of known values. */
function stretches(points: readonly number[]): readonly Stretch[] {
  const found: Stretch[] = [];
  let open: Stretch | undefined;
  for (const [from, value] of points.entries()) {
    if (Number.isNaN(value)) open = undefined;
    else if (open) open.values.push(value);
    else {
      open = { from, values: [value] };
      found.push(open);
    }
  }
  return found;
}
