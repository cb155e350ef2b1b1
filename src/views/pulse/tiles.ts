/** The four figures that say most, each with its course and its change against the stretch before. */
import { formatDuration, formatPercent, formatRate, formatSparkline } from '../../domain/format/index.ts';
import { cellWidth, fit } from '../../tui/cells.ts';
import { type Span, type StyledLine, span } from '../../tui/styled-line.ts';
import type { Token } from '../../tui/theme.ts';
import type { Ui } from '../../tui/ui-context.tsx';
import { type Course, errorShare, quantiles } from '../course.ts';
import { changeText } from './change.ts';
import type { Readings } from './readings.ts';

interface Tile {
  readonly title: string;
  readonly read: (course: Course) => number;
  readonly series: (course: Course) => readonly number[];
  readonly format: (value: number) => string;
  /** From where on it is worth a warning, and bad. */
  readonly limits?: readonly [warn: number, bad: number];
}

/** Two lines of two tiles, each half of the width. */
export function tileLines({ now, before }: Readings, width: number, ui: Ui): readonly StyledLine[] {
  const duration = (value: number) => formatDuration(value, { ascii: ui.glyphs.ascii });
  const quantile = (share: number) => (course: Course) => course.total.latency.quantile(share) ?? Number.NaN;
  const tiles: readonly Tile[] = [
    {
      title: 'rate',
      read: ({ total }) => total.rate,
      series: ({ steps }) => steps.map(({ rate }) => rate),
      format: formatRate,
    },
    {
      title: 'p99',
      read: quantile(0.99),
      series: (course) => quantiles(course, 0.99),
      format: duration,
      limits: [400e6, 1e9],
    },
    {
      title: 'errors',
      read: ({ total }) => errorShare(total),
      series: ({ steps }) => steps.map((step) => (step.isKnown && step.requests === 0 ? 0 : errorShare(step))),
      format: formatPercent,
      limits: [0.01, 0.05],
    },
    {
      title: 'p50',
      read: quantile(0.5),
      series: (course) => quantiles(course, 0.5),
      format: duration,
      limits: [200e6, 400e6],
    },
  ];
  const half = Math.floor((width - 2) / 2);
  const cells = tiles.map((tile) => tileSpans(tile, now, before, half, ui));
  return [0, 2].map((at) => [...(cells[at] ?? []), span('  '), ...(cells[at + 1] ?? [])]);
}

function tileSpans(tile: Tile, now: Course, before: Course | undefined, width: number, ui: Ui): readonly Span[] {
  const value = tile.read(now);
  const [warn, bad] = tile.limits ?? [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  const token: Token = value >= bad ? 'error' : value >= warn ? 'warning' : 'strong';
  const mark = value >= bad ? ui.glyphs.marks.error : value >= warn ? ui.glyphs.marks.warning : ' ';
  const change = before ? changeText(value, tile.read(before), ui.glyphs) : '';
  const head = `${mark}${tile.title.padEnd(6)}`;
  const figure = Number.isNaN(value) ? '-' : tile.format(value);
  const room = Math.max(4, width - cellWidth(head) - 9 - 8);
  return [
    span(` ${head}`, token === 'strong' ? 'label' : token),
    span(`${figure.padStart(7)} `, token),
    span(
      formatSparkline(stretched(tile.series(now), room), { width: room, ascii: ui.glyphs.ascii }),
      token === 'strong' ? 'info' : token,
    ),
    span(fit(change === '' ? '' : ` ${change}`, 8, 'left', 'end', ui.glyphs.ellipsis), 'muted'),
  ];
}

/** Each value as often as there is room for all of them. */
function stretched(series: readonly number[], room: number): readonly number[] {
  const times = Math.max(1, Math.floor(room / Math.max(1, series.length)));
  return series.flatMap((value) => Array<number>(times).fill(value));
}
