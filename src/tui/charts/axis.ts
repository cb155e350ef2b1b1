/** The axes of a chart: values up the left side, the clock along the floor. */
import type { Canvas } from './canvas.ts';
import type { PlotArea } from './line-chart.ts';
import type { Scale } from './scale.ts';

export interface AxisOptions {
  readonly ascii: boolean;
  format(value: number): string;
}

/** Labels ending left of the area with a tick each, and faint dots across at their heights. No label touches another. */
export function drawValueAxis(canvas: Canvas, scale: Scale, area: PlotArea, width: number, options: AxisOptions): void {
  const { ascii } = options;
  const axis = area.left - 1;
  for (let row = 0; row < area.height; row += 1) canvas.put(axis, area.top + row, ascii ? '|' : '│', 'border');
  let last = Number.POSITIVE_INFINITY;
  for (const tick of scale.ticks(Math.max(2, Math.ceil(area.height / 2)))) {
    const y = area.top + area.height - 1 - Math.round(scale.position(tick) * (area.height - 1));
    if (last - y < 2 && last !== Number.POSITIVE_INFINITY) continue;
    last = y;
    const label = options.format(tick);
    canvas.write(Math.max(0, axis - [...label].length - 1), y, label, 'muted');
    canvas.put(axis, y, ascii ? '+' : '┤', 'border');
    // In ASCII a dot is part of a line.
    if (!ascii) for (let x = area.left; x < area.left + width; x += 4) canvas.put(x, y, '·', 'border');
  }
}

/** Distances between clock labels, ms. */
const distances = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 43_200].map((s) => s * 1000);

export interface TimeAxis {
  /** When the first step begins, Unix ms, and how long each is. */
  readonly from: number;
  readonly stepMs: number;
  readonly steps: number;
  readonly cells: number;
  /** Minutes east of UTC, so that labels stand at round local times. */
  readonly offsetMinutes: number;
}

/** A line of clock labels, each beginning with a tick under its step. */
export function drawTimeAxis(canvas: Canvas, left: number, y: number, axis: TimeAxis, ascii: boolean): void {
  const width = axis.steps * axis.cells;
  for (let x = 0; x < width; x += 1) canvas.put(left + x, y, ascii ? '-' : '─', 'border');
  if (axis.cells <= 0 || axis.stepMs <= 0) return;
  const cellMs = axis.stepMs / axis.cells;
  const distance = distances.find((ms) => ms >= axis.stepMs && ms / cellMs >= 13) ?? 86_400_000;
  const shift = axis.offsetMinutes * 60_000;
  const end = axis.from + axis.steps * axis.stepMs;
  for (let time = Math.ceil((axis.from + shift) / distance) * distance - shift; time < end; time += distance) {
    const x = left + Math.floor((time - axis.from) / cellMs);
    const label = clock(time, axis.offsetMinutes, distance < 60_000);
    if (x + label.length + 1 > canvas.width) break;
    canvas.put(x, y, ascii ? '+' : '┴', 'border');
    canvas.write(x + 1, y, label, 'muted');
  }
}

/** `12:03:04`, or `12:03` where seconds say nothing. */
export function clock(time: number, offsetMinutes: number, withSeconds = true): string {
  return new Date(time + offsetMinutes * 60_000).toISOString().slice(11, withSeconds ? 19 : 16);
}

/** The column of the cursor: a line through what is empty, the other look where something stands. */
export function drawCursor(
  canvas: Canvas,
  x: number,
  width: number,
  top: number,
  height: number,
  ascii: boolean,
): void {
  for (let row = top; row < top + height; row += 1) {
    for (let cell = x; cell < x + width; cell += 1) {
      const here = canvas.at(cell, row);
      const isEmpty = here === ' ' || here === '·';
      if (isEmpty && cell === x + Math.floor((width - 1) / 2)) canvas.put(cell, row, ascii ? '|' : '│', 'accent');
      else if (!isEmpty) canvas.mark(cell, row, 'selected');
    }
  }
}
