/** How the latencies of the window are distributed: a bar for each bucket, fast ones on top. */
import { formatCount, formatPercent } from '../../domain/format/index.ts';
import type { Sketch } from '../../domain/sketch/sketch.ts';
import { bar } from '../../tui/charts/bars.ts';
import { bucketOf, logBounds } from '../../tui/charts/scale.ts';
import { type StyledLine, span } from '../../tui/styled-line.ts';
import type { Token } from '../../tui/theme.ts';
import type { Area } from '../../tui/view.ts';
import { type Look, lineStyles, roundDuration } from './figures.ts';

export interface Bucket {
  /** ns; `high` is not part of it. */
  readonly low: number;
  readonly high: number;
  readonly count: number;
}

/** At most `most` buckets over all that was measured; empty without any. A value may fall 1 % beside a bound. */
export function bucketsOf(latency: Sketch, most: number): readonly Bucket[] {
  const { min, max } = latency;
  if (min === undefined || max === undefined) return [];
  const bounds = logBounds(min, max, most);
  const counts = Array<number>(bounds.length - 1).fill(0);
  for (const { low, high, count } of latency.buckets()) {
    const at = Math.max(0, Math.min(counts.length - 1, bucketOf(bounds, (low + high) / 2)));
    counts[at] = (counts[at] ?? 0) + count;
  }
  return counts.map((count, i) => ({ low: bounds[i] ?? 0, high: bounds[i + 1] ?? 0, count }));
}

/** The bucket in which this latency lies, or the nearest. */
export function bucketAt(buckets: readonly Bucket[], latency: number | undefined): number | undefined {
  if (latency === undefined || buckets.length === 0) return undefined;
  const at = buckets.findIndex(({ high }) => latency < high);
  return at === -1 ? buckets.length - 1 : at;
}

/** Pixie's: yellow from 200 ms, red from 400 ms; said by a mark as well. */
export function slowness(ns: number, look: Look): { readonly token: Token; readonly mark: string } {
  if (ns >= 400e6) return { token: 'error', mark: look.errorMark };
  return ns >= 200e6 ? { token: 'warning', mark: look.warningMark } : { token: 'info', mark: ' ' };
}

export function histogramLines(
  latency: Sketch,
  buckets: readonly Bucket[],
  area: Area,
  { look, cursor }: { readonly look: Look; readonly cursor: number | undefined },
): readonly StyledLine[] {
  const most = buckets.reduce((max, { count }) => Math.max(max, count), 0);
  const countWidth = Math.max(5, formatCount(most).length);
  const label = (ns: number) => roundDuration(ns, look).padStart(6);
  // Cursor, from – to, bar, count, share, marks.
  const barWidth = Math.max(4, area.width - 1 - 6 - 3 - 6 - 2 - countWidth - 8 - 14);
  const marks = lineStyles.map(({ name, share, token }) => {
    return { name, token, at: bucketAt(buckets, latency.quantile(share)) };
  });
  return buckets.map(({ low, high, count }, i): StyledLine => {
    const here = marks.filter(({ at }) => at === i).toReversed();
    const { token, mark } = slowness(low, look);
    const drawn = bar(most === 0 ? 0 : count / most, barWidth, look.ascii);
    const isChosen = cursor === i;
    return [
      span(isChosen ? '>' : ' ', 'accent'),
      span(`${label(low)} - ${label(high)}`, isChosen ? 'selected' : 'label'),
      span(mark, token),
      span(' '),
      span(drawn.padEnd(barWidth), token),
      span(` ${formatCount(count).padStart(countWidth)}`, count === 0 ? 'muted' : 'strong'),
      span(` ${(count === 0 ? '' : formatPercent(count / Math.max(1, latency.count))).padStart(6)}`, 'muted'),
      ...here.map(({ name, token: own }) => span(` ${look.ascii ? '<' : '◂'}${name}`, own)),
    ];
  });
}
