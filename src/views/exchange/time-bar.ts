/** Stretches of a longer time as bars, one below the other: what is before and after each stays pale. */
import { formatDuration } from '../../domain/format/index.ts';
import { type StyledLine, span } from '../../tui/styled-line.ts';
import type { Token } from '../../tui/theme.ts';
import type { Ui } from '../../tui/ui-context.tsx';

const widestBar = 48;
const narrowestBar = 10;
const labelWidth = 15;
const figureWidth = 9;

export interface Stretch {
  readonly label: string;
  /** Nanoseconds from the beginning of the whole, and of the stretch itself. */
  readonly from: number;
  readonly length: number;
  readonly note: string;
  readonly token?: Token;
}

/** `label  ░░████░░  12.4ms  note` for each, in `width` cells where the notes leave room for a bar. `whole` in nanoseconds. */
export function timeBars(stretches: readonly Stretch[], whole: number, width: number, ui: Ui): readonly StyledLine[] {
  const noteWidth = Math.max(...stretches.map(({ note }) => note.length));
  const cells = Math.max(narrowestBar, Math.min(widestBar, width - labelWidth - figureWidth - noteWidth - 6));
  return stretches.map((stretch) => timeBar(stretch, whole, cells, ui));
}

function timeBar(stretch: Stretch, whole: number, cells: number, { glyphs }: Ui): StyledLine {
  const { label, from, length, note, token = 'accent' } = stretch;
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
    span(`  ${figure.padStart(figureWidth - 2)}`, 'strong'),
    ...(note === '' ? [] : [span(`  ${note}`, 'muted')]),
  ];
}
