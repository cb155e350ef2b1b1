/** The course of latency, rate and errors, one below the other on one time axis. */
import { formatDuration, formatPercent, formatRate } from '../../domain/format/index.ts';
import { drawCursor, drawTimeAxis, drawValueAxis } from '../../tui/charts/axis.ts';
import { type Canvas, createCanvas } from '../../tui/charts/canvas.ts';
import { drawColumns } from '../../tui/charts/columns.ts';
import { drawLines, type PlotArea } from '../../tui/charts/line-chart.ts';
import { linearScale, logScale, type Scale } from '../../tui/charts/scale.ts';
import type { StyledLine } from '../../tui/styled-line.ts';
import type { Token } from '../../tui/theme.ts';
import type { Area } from '../../tui/view.ts';
import { type Course, errorShare, quantiles } from '../course.ts';
import { type Look, lineStyles, roundDuration } from './figures.ts';

/** Cells left of the plot: labels and the axis; right of it: names of the lines. */
export const gutter = { left: 9, right: 5 };

/** Columns there are for steps. */
export const plotColumns = (width: number) => Math.max(1, width - gutter.left - gutter.right);

export interface ChartOptions {
  readonly look: Look;
  readonly isLog: boolean;
  /** Step the cursor is on. */
  readonly cursor: number | undefined;
}

/** Exactly `area.height` lines. */
export function chartLines(course: Course, area: Area, { look, isLog, cursor }: ChartOptions): readonly StyledLine[] {
  const canvas = createCanvas(area.width, area.height);
  const cells = Math.max(1, Math.floor(plotColumns(area.width) / course.steps.length));
  const width = cells * course.steps.length;
  const rateHeight = Math.max(2, Math.round(area.height / 6));
  const errorHeight = Math.max(1, Math.round(area.height / 9));
  // A blank line above the rate and above the errors, the time axis below.
  const latencyHeight = Math.max(3, area.height - rateHeight - errorHeight - 3);
  const latency: PlotArea = { left: gutter.left, top: 0, height: latencyHeight, cells };
  const rate: PlotArea = { ...latency, top: latencyHeight + 1, height: rateHeight };
  const errors: PlotArea = { ...latency, top: rate.top + rateHeight + 1, height: errorHeight };

  drawLatency(canvas, course, latency, width, isLog, look);
  drawRate(canvas, course, rate, look);
  drawErrors(canvas, course, errors, look);
  drawTimeAxis(
    canvas,
    gutter.left,
    area.height - 1,
    {
      from: course.window.from,
      stepMs: course.stepMs,
      steps: course.steps.length,
      cells,
      offsetMinutes: look.offsetMinutes,
    },
    look.ascii,
  );
  if (cursor !== undefined) {
    drawCursor(canvas, gutter.left + cursor * cells, cells, 0, area.height - 1, look.ascii);
  }
  return canvas.lines();
}

function drawLatency(canvas: Canvas, course: Course, area: PlotArea, width: number, isLog: boolean, look: Look): void {
  const lines = lineStyles.map((style) => ({ ...style, points: quantiles(course, style.share) }));
  const scale = latencyScale(
    lines.flatMap(({ points }) => points.filter((value) => !Number.isNaN(value))),
    isLog,
  );
  drawValueAxis(canvas, scale, area, width, { ascii: look.ascii, format: (value) => roundDuration(value, look) });
  drawLines(canvas, lines, scale, area, look.ascii);
  nameLines(canvas, lines, scale, area, width);
  markPeak(canvas, lines.at(-1)?.points ?? [], scale, area, width, look);
}

function latencyScale(values: readonly number[], isLog: boolean): Scale {
  const known = values.filter((value) => value > 0);
  const max = known.reduce((most, value) => Math.max(most, value), 0);
  if (!isLog) return linearScale(max || 1e6);
  return known.length === 0 ? logScale(1e6, 1e8) : logScale(Math.min(...known), max);
}

/** Each line's name at its right end, the slower above where they meet. */
function nameLines(
  canvas: Canvas,
  lines: readonly { readonly name: string; readonly token: Token; readonly points: readonly number[] }[],
  scale: Scale,
  area: PlotArea,
  width: number,
): void {
  let below = area.top + area.height;
  for (const { name, token, points } of lines) {
    const last = points.findLast((value) => !Number.isNaN(value));
    if (last === undefined) continue;
    const wanted = area.top + area.height - 1 - Math.round(scale.position(last) * (area.height - 1));
    const y = Math.min(wanted, below - 1);
    if (y < area.top) return;
    canvas.write(area.left + width + 1, y, name, token);
    below = y;
  }
}

/** The highest point of the line that matters, with its value beside it. */
function markPeak(
  canvas: Canvas,
  points: readonly number[],
  scale: Scale,
  area: PlotArea,
  width: number,
  look: Look,
): void {
  let peak = -1;
  for (const [i, value] of points.entries()) if (value > (points[peak] ?? -1)) peak = i;
  const value = points[peak];
  if (value === undefined || Number.isNaN(value)) return;
  const row = area.top + area.height - 1 - Math.round(scale.position(value) * (area.height - 1));
  const text = formatDuration(value, look);
  const x = area.left + peak * area.cells;
  const isRoomRight = peak * area.cells + area.cells + text.length + 1 <= width;
  const from = isRoomRight ? x + area.cells + 1 : x - text.length - 1;
  if (from < area.left) return;
  const taken = [...text].some((_, i) => ![' ', '·'].includes(canvas.at(from + i, row)));
  const y = !taken ? row : row - 1;
  if (y >= area.top) canvas.write(from, y, text, 'series3');
}

function drawRate(canvas: Canvas, course: Course, area: PlotArea, look: Look): void {
  const rates = course.steps.map(({ rate }) => rate);
  const most = rates.reduce((max, value) => (value > max ? value : max), 0);
  panelAxis(canvas, 'rate', most > 0 ? formatRate(most) : '', area, look);
  drawColumns(canvas, rates, linearScale(most).max, area, { token: 'info', ascii: look.ascii });
}

function drawErrors(canvas: Canvas, course: Course, area: PlotArea, look: Look): void {
  const shares = course.steps.map((step) => (step.isKnown && step.requests === 0 ? 0 : errorShare(step)));
  const most = shares.reduce((max, value) => (value > max ? value : max), 0);
  panelAxis(canvas, 'errors', most > 0 ? formatPercent(most) : '', area, look);
  drawColumns(canvas, shares, most, area, { token: 'error', ascii: look.ascii, full: 'x' });
}

/** Name and highest value of a panel left of it: on two lines where it has them. */
function panelAxis(canvas: Canvas, name: string, most: string, area: PlotArea, look: Look): void {
  const axis = area.left - 1;
  for (let row = 0; row < area.height; row += 1) canvas.put(axis, area.top + row, look.ascii ? '|' : '│', 'border');
  const right = (text: string, y: number, token: Token) =>
    canvas.write(Math.max(0, axis - text.length - 1), y, text, token);
  right(name, area.top + area.height - 1, 'label');
  if (most === '') return;
  right(most, area.height > 1 ? area.top : area.top - 1, 'muted');
}
