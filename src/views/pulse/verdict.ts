/** The line on top: all quiet, or what is wrong, the worst first. */
import type { Severity } from '../../domain/column.ts';
import { formatDuration, formatPercent, formatRate } from '../../domain/format/index.ts';
import { cellWidth, cut } from '../../tui/cells.ts';
import { type StyledLine, span } from '../../tui/styled-line.ts';
import type { Ui } from '../../tui/ui-context.tsx';
import { errorShare } from '../course.ts';
import { type Cause, causesOf } from './causes.ts';
import { type Panel, shortNameOf, worstOf } from './panel.ts';
import type { Readings } from './readings.ts';

export interface Verdict {
  readonly severity: Severity;
  readonly line: StyledLine;
}

export function verdictOf(
  panels: readonly Panel[],
  { now, edges, isPending }: Readings,
  width: number,
  ui: Ui,
): Verdict {
  const { marks, dot } = ui.glyphs;
  const wrong = causesOf(
    panels.flatMap(({ rows }) => rows),
    edges,
  );
  const severity = worstOf(wrong.map((cause) => cause.severity));
  if (isPending && wrong.length === 0) {
    return { severity: 'none', line: [span(` adding up what is held ${ui.glyphs.ellipsis}`, 'muted')] };
  }
  if (now.total.requests === 0 && wrong.length === 0) {
    return { severity: 'none', line: [span(' no request seen ', 'muted')] };
  }
  if (wrong.length === 0) {
    const p99 = now.total.latency.quantile(0.99);
    const share = errorShare(now.total);
    const figures = [
      formatRate(now.total.rate),
      `${formatPercent(Number.isNaN(share) ? 0 : share)} failed`,
      `p99 ${p99 === undefined ? '-' : formatDuration(p99, { ascii: ui.glyphs.ascii })}`,
    ];
    return { severity: 'ok', line: [span(' all quiet ', 'live'), span(` ${figures.join(` ${dot} `)}`)] };
  }
  const isBad = severity === 'bad';
  const count = wrong.length === 1 ? 'one thing wrong' : `${wrong.length} things wrong`;
  const head = ` ${isBad ? marks.error : marks.warning} ${count} `;
  const complaints = fitting(wrong.map(complaintOf), width - cellWidth(head) - 2, ` ${dot} `, ui.glyphs.ellipsis);
  return {
    severity,
    line: [span(head, isBad ? 'banner' : 'paused'), span(` ${complaints}`, isBad ? 'error' : 'warning')],
  };
}

/** As many as there is room for, and how many more there are. */
function fitting(complaints: readonly string[], width: number, between: string, ellipsis: string): string {
  for (let shown = complaints.length; shown > 0; shown -= 1) {
    const rest = complaints.length - shown;
    const text = complaints.slice(0, shown).join(between) + (rest > 0 ? `${between}+${rest}` : '');
    if (cellWidth(text) <= width) return text;
  }
  const [first = '', ...rest] = complaints;
  const more = rest.length > 0 ? `${between}+${rest.length}` : '';
  return cut(first, width - cellWidth(more), 'end', ellipsis) + more;
}

/** Of those that feel it, so many by name. */
const mostNamed = 3;

function complaintOf({ row, feltBy }: Cause): string {
  const named = feltBy.slice(0, mostNamed).map(shortNameOf);
  const rest = feltBy.length > mostNamed ? [`${feltBy.length - mostNamed} more`] : [];
  const felt = feltBy.length === 0 ? '' : `, felt by ${[...named, ...rest].join(', ')}`;
  return `${row.complaint ?? ''}${felt}`;
}
