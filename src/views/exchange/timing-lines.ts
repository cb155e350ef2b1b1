/** Where the time of an exchange went, as bars with the figures beside them. */
import { formatDuration } from '../../domain/format/index.ts';
import type { HttpEvent } from '../../domain/tables/http-events.ts';
import { type StyledLine, span } from '../../tui/styled-line.ts';
import type { Ui } from '../../tui/ui-context.tsx';

const widestBar = 48;

/** Waiting (last request byte to first response byte), the rest, and the total; none while nothing is known. */
export function timingLines(row: HttpEvent, width: number, ui: Ui): StyledLine[] {
  const { latency, ttfb } = row;
  if (latency === null) {
    return ttfb === null
      ? [[span('  no complete answer yet', 'muted')]]
      : [bar('first byte', 0, ttfb, ttfb, width, ui), [span('  the answer is still coming', 'muted')]];
  }
  const wait = Math.min(ttfb ?? latency, latency);
  const lines = [bar('total', 0, latency, latency, width, ui)];
  if (ttfb === null) return lines;
  if (wait === latency) return [bar('first byte', 0, wait, latency, width, ui), ...lines];
  return [
    bar('first byte', 0, wait, latency, width, ui),
    bar('transfer', wait, latency - wait, latency, width, ui),
    ...lines,
  ];
}

/** A stretch of the whole: what is before and after it stays pale. */
function bar(label: string, from: number, length: number, whole: number, width: number, ui: Ui): StyledLine {
  const { glyphs } = ui;
  const cells = Math.max(8, Math.min(widestBar, width - 34));
  const scale = (nanos: number) => (whole > 0 ? Math.round((nanos / whole) * cells) : 0);
  const start = Math.min(scale(from), cells - 1);
  const filled = Math.max(length > 0 ? 1 : 0, scale(from + length) - start);
  const [full, rest] = glyphs.bar;
  const figure = formatDuration(length, { ascii: glyphs.ascii });
  return [
    span(`  ${label.padEnd(12)}`, 'label'),
    span(rest.repeat(start), 'muted'),
    span(full.repeat(filled), 'accent'),
    span(rest.repeat(Math.max(0, cells - start - filled)), 'muted'),
    span(`  ${figure}`, 'strong'),
  ];
}
