/** Where the time of an exchange went, as bars with the figures beside them. */
import { formatBytes, formatDuration } from '../../domain/format/index.ts';
import type { HttpEvent } from '../../domain/tables/http-events.ts';
import { type StyledLine, span } from '../../tui/styled-line.ts';
import type { Ui } from '../../tui/ui-context.tsx';

const widestBar = 48;
/** A transfer that took less of the whole than this says nothing: the answer came in one piece. */
const worthTelling = 0.005;

/** The total, and where an answer took its time to arrive, what of it was waiting and what transfer; words while nothing is known. */
export function timingLines(row: HttpEvent, width: number, ui: Ui): StyledLine[] {
  const { latency, ttfb } = row;
  if (latency === null) {
    return ttfb === null
      ? [[span('  no complete answer yet', 'muted')]]
      : [bar('first byte', 0, ttfb, ttfb, 'the answer is still coming', width, ui)];
  }
  const total = (note: string) => bar('total', 0, latency, latency, note, width, ui);
  if (ttfb === null) return [total('')];
  const transfer = Math.max(0, latency - ttfb);
  if (transfer <= latency * worthTelling) return [total('until the answer, which came in one piece')];
  return [
    bar('first byte', 0, ttfb, latency, 'waiting for the answer', width, ui),
    bar('transfer', ttfb, transfer, latency, `${formatBytes(row.resp_body_size)} of body`, width, ui),
    total(''),
  ];
}

/** A stretch of the whole: what is before and after it stays pale. */
function bar(
  label: string,
  from: number,
  length: number,
  whole: number,
  note: string,
  width: number,
  ui: Ui,
): StyledLine {
  const { glyphs } = ui;
  const cells = Math.max(8, Math.min(widestBar, width - 68));
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
    span(`  ${figure.padStart(7)}`, 'strong'),
    ...(note === '' ? [] : [span(`  ${note}`, 'muted')]),
  ];
}
