/** A stretch of a longer time as a bar: what is before and after it stays pale. */
import { formatDuration } from '../../domain/format/index.ts';
import { type StyledLine, span } from '../../tui/styled-line.ts';
import type { Token } from '../../tui/theme.ts';
import type { Ui } from '../../tui/ui-context.tsx';

const widestBar = 48;
const labelWidth = 15;

export interface Stretch {
  readonly label: string;
  /** Nanoseconds from the beginning of the whole, and of the stretch itself. */
  readonly from: number;
  readonly length: number;
  readonly note: string;
  readonly token?: Token;
}

/** `label  ░░████░░  12.4ms  note`, in `width` cells where that is at least 80. */
export function timeBar(
  { label, from, length, note, token = 'accent' }: Stretch,
  whole: number,
  width: number,
  ui: Ui,
): StyledLine {
  const { glyphs } = ui;
  const cells = Math.max(8, Math.min(widestBar, width - 70));
  const scale = (nanos: number) => (whole > 0 ? Math.round((nanos / whole) * cells) : 0);
  const start = Math.max(0, Math.min(scale(from), cells - 1));
  const filled = Math.min(cells - start, Math.max(length > 0 ? 1 : 0, scale(from + length) - start));
  const [full, rest] = glyphs.bar;
  const figure = formatDuration(length, { ascii: glyphs.ascii });
  return [
    span(`  ${label.padEnd(labelWidth)}`, 'label'),
    span(rest.repeat(start), 'muted'),
    span(full.repeat(filled), token),
    span(rest.repeat(Math.max(0, cells - start - filled)), 'muted'),
    span(`  ${figure.padStart(7)}`, 'strong'),
    ...(note === '' ? [] : [span(`  ${note}`, 'muted')]),
  ];
}
