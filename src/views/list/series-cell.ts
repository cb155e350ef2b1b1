/** A series as a sparkline, each bar in the colour of what it says. */
import type { ColumnSpec } from '../../domain/column.ts';
import { formatSparkline, severityOf, sparklineValues } from '../../domain/format/index.ts';
import type { Span } from '../../tui/styled-line.ts';
import type { Token } from '../../tui/theme.ts';

/** Exactly `width` cells. */
export function seriesSpans(
  spec: ColumnSpec,
  values: readonly number[],
  width: number,
  ascii: boolean,
): readonly Span[] {
  const shown = sparklineValues(values, width);
  const text = [...formatSparkline(shown, { width, ascii, max: heightOf(shown) })];
  const single: ColumnSpec = { ...spec, type: spec.of ?? 'count' };
  const spans: { text: string; token: Token }[] = [];
  for (let i = 0; i < width; i += 1) {
    const token = tokenOf(single, shown[i] ?? Number.NaN);
    const last = spans.at(-1);
    if (last?.token === token) last.text += text[i] ?? ' ';
    else spans.push({ text: text[i] ?? ' ', token });
  }
  return spans;
}

/**
 * What the full height stands for: the largest value, but at least so much that an even course runs below half height. A wall of full
 * bars would say "high" where all it means is "the same".
 */
function heightOf(values: readonly number[]): number {
  const known = values.filter((value) => value > 0).sort((a, b) => a - b);
  const median = known[Math.floor(known.length / 2)] ?? 0;
  return Math.max(known.at(-1) ?? 0, median * 2.4);
}

function tokenOf(spec: ColumnSpec, value: number): Token {
  if (Number.isNaN(value)) return 'text';
  const severity = severityOf(spec, value);
  if (severity === 'bad') return 'error';
  if (severity === 'warn') return 'warning';
  if (value === 0) return 'muted';
  if (spec.type === 'byterate') return 'info';
  return spec.type === 'duration' ? 'ok' : 'accent';
}
