/** Lines of figures above and below the charts. */
import { formatCount, formatDuration, formatPercent, formatRate } from '../../domain/format/index.ts';
import { clock } from '../../tui/charts/axis.ts';
import { type Stroke, strokeSample } from '../../tui/charts/line-chart.ts';
import { type Span, type StyledLine, span } from '../../tui/styled-line.ts';
import type { Token } from '../../tui/theme.ts';
import { type Course, errorShare, type Step } from '../course.ts';

export interface Look {
  readonly ascii: boolean;
  /** Minutes east of UTC. */
  readonly offsetMinutes: number;
  readonly arrow: string;
  readonly errorMark: string;
  readonly warningMark: string;
}

export interface LineStyle {
  readonly name: string;
  readonly share: number;
  readonly token: Token;
  readonly stroke: Stroke;
}

/** The lines of the chart, the calm one first: the one that matters is drawn last, over the others. */
export const lineStyles: readonly LineStyle[] = [
  { name: 'p50', share: 0.5, token: 'series1', stroke: 'light' },
  { name: 'p90', share: 0.9, token: 'series2', stroke: 'dashed' },
  { name: 'p99', share: 0.99, token: 'series3', stroke: 'heavy' },
];

/** The whole window: percentiles with the strokes they are drawn in, rate and errors; below, its worst moment. */
export function totalLines({ total, steps, stepMs }: Course, look: Look): readonly [StyledLine, StyledLine] {
  const worst = worstStep(steps);
  const figures = [
    ...percentiles(total, look),
    span(formatRate(Number.isNaN(total.rate) ? 0 : total.rate), 'strong'),
    span('  '),
    ...errorSpans(total, look),
  ];
  const moment = worst && [
    span('slowest ', 'label'),
    span(formatDuration(worst.latency.max ?? 0, look), 'strong'),
    span(' at ', 'label'),
    span(clock(worst.time, look.offsetMinutes, stepMs < 60_000), 'strong'),
  ];
  const sampled =
    total.sampledOut > 0
      ? [span(`  ${look.warningMark} ${formatPercent(total.sampledOut / total.requests)} sampled out`, 'warning')]
      : [];
  return [figures, [...(moment ?? []), ...sampled]];
}

/** One step in one line. */
export function stepLine(step: Step, stepMs: number, look: Look): StyledLine {
  const when = `${clock(step.time, look.offsetMinutes)} +${roundDuration(stepMs * 1e6, look)}`;
  if (!step.isKnown) return [span(` ${when} `, 'selected'), span('  nothing is known of this time', 'muted')];
  return [
    span(` ${when} `, 'selected'),
    span(' '),
    ...(step.requests === 0 ? [span('no request', 'muted')] : percentiles(step, look)),
    ...(step.requests === 0
      ? []
      : [
          span(`${formatRate(step.rate)}  `, 'strong'),
          step.errors === 0
            ? span('no error', 'ok')
            : span(`${look.errorMark} ${formatCount(step.errors)} failed`, 'error'),
        ]),
  ];
}

function percentiles({ latency }: Step, look: Look): readonly Span[] {
  return lineStyles.toReversed().flatMap(({ name, share, token, stroke }) => {
    const value = latency.quantile(share);
    return [
      span(`${strokeSample(stroke, look.ascii)} ${name} `, token),
      span(value === undefined ? '-' : formatDuration(value, look), 'strong'),
      span('  '),
    ];
  });
}

function errorSpans(step: Step, look: Look): readonly Span[] {
  const share = errorShare(step);
  if (Number.isNaN(share)) return [span('no request', 'muted')];
  if (step.errors === 0) return [span('no error', 'ok')];
  return [span(`${look.errorMark} ${formatPercent(share)} failed (${formatCount(step.errors)})`, 'error')];
}

/** The step with the slowest answer. */
export function worstStep(steps: readonly Step[]): Step | undefined {
  let worst: Step | undefined;
  for (const step of steps) if ((step.latency.max ?? -1) > (worst?.latency.max ?? -1)) worst = step;
  return worst;
}

/** A round duration in as few characters as it takes: `10ms`, `2.5s`, `500µs`. */
export function roundDuration(nanoseconds: number, look: Look): string {
  return formatDuration(nanoseconds, look)
    .replace(/(\.\d*?)0+(?=[a-zµ])/, '$1')
    .replace(/\.(?=[a-zµ])/, '');
}
