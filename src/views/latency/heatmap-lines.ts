/** When which latencies happened: time to the right, latency upwards, the denser the more; coloured by how slow they are. */
import { formatCount } from '../../domain/format/index.ts';
import { drawTimeAxis } from '../../tui/charts/axis.ts';
import { createCanvas } from '../../tui/charts/canvas.ts';
import { drawHeat, shades } from '../../tui/charts/heatmap.ts';
import { bucketOf } from '../../tui/charts/scale.ts';
import { type StyledLine, span } from '../../tui/styled-line.ts';
import type { Area } from '../../tui/view.ts';
import type { Course } from '../course.ts';
import { gutter, plotColumns } from './chart-lines.ts';
import { type Look, roundDuration } from './figures.ts';
import { type Bucket, slowness } from './histogram-lines.ts';

/** Counts by step and bucket. */
export function heatOf({ steps }: Course, buckets: readonly Bucket[]): readonly (readonly number[])[] {
  const bounds = [...buckets.map(({ low }) => low), buckets.at(-1)?.high ?? 0];
  return steps.map(({ latency }) => {
    const counts = Array<number>(buckets.length).fill(0);
    for (const { low, high, count } of latency.buckets()) {
      const at = Math.max(0, Math.min(counts.length - 1, bucketOf(bounds, (low + high) / 2)));
      counts[at] = (counts[at] ?? 0) + count;
    }
    return counts;
  });
}

export interface HeatmapOptions {
  readonly look: Look;
  /** Step and bucket the cursor is on. */
  readonly step: number | undefined;
  readonly bucket: number | undefined;
}

/** Exactly `area.height` lines; there is a line for each bucket. */
export function heatmapLines(
  course: Course,
  buckets: readonly Bucket[],
  area: Area,
  { look, step, bucket }: HeatmapOptions,
): readonly StyledLine[] {
  const canvas = createCanvas(area.width, Math.max(1, area.height - 1));
  const cells = Math.max(1, Math.floor(plotColumns(area.width) / course.steps.length));
  const lines = Math.max(1, Math.floor((canvas.height - 1) / Math.max(1, buckets.length)));
  const height = buckets.length * lines;
  const top = Math.max(0, canvas.height - 1 - height);
  const counts = heatOf(course, buckets);
  const most = counts.reduce((max, column) => column.reduce((inner, count) => Math.max(inner, count), max), 0);
  for (const [row, { low }] of buckets.entries()) {
    const y = top + height - 1 - row * lines;
    const label = roundDuration(low, look);
    const { token, mark } = slowness(low, look);
    for (let line = 0; line < lines; line += 1) {
      canvas.put(gutter.left - 1, y - line, look.ascii ? '|' : '│', 'border');
      canvas.put(gutter.left - 2, y - line, mark, token);
    }
    // Every second one is enough to read the axis by.
    if (lines === 1 && row % 2 === 1 && row !== bucket) continue;
    canvas.write(Math.max(0, gutter.left - 2 - label.length), y, label, row === bucket ? 'selected' : 'muted');
  }
  drawHeat(canvas, counts, most, { left: gutter.left, top, height, cells }, lines, {
    ascii: look.ascii,
    token: (row) => slowness(buckets[row]?.low ?? 0, look).token,
  });
  const left = gutter.left + (step ?? 0) * cells;
  for (let line = 0; step !== undefined && line < height; line += 1) {
    const isCell = Math.floor((height - 1 - line) / lines) === bucket;
    if (!isCell && canvas.at(left, top + line) === ' ') canvas.put(left, top + line, look.ascii ? '|' : '│', 'border');
    for (let x = left; isCell && x < left + cells; x += 1) canvas.mark(x, top + line, 'selectedCell');
  }
  drawTimeAxis(
    canvas,
    gutter.left,
    canvas.height - 1,
    {
      from: course.window.from,
      stepMs: course.stepMs,
      steps: course.steps.length,
      cells,
      offsetMinutes: look.offsetMinutes,
    },
    look.ascii,
  );
  return [...canvas.lines(), legend(most, look)];
}

/** `requests a cell: 1 · ░ ▒ ▓ █ 240`. */
function legend(most: number, look: Look): StyledLine {
  return [
    span(' '.repeat(gutter.left)),
    span('requests a cell: 1 ', 'muted'),
    ...shades.flatMap((shade) => [span(look.ascii ? shade.ascii : shade.text, 'info'), span(' ')]),
    span(formatCount(most), 'muted'),
  ];
}
