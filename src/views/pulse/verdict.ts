/** The line on top: all quiet, or what is wrong, the worst first. */
import type { Severity } from '../../domain/column.ts';
import { formatDuration, formatPercent, formatRate } from '../../domain/format/index.ts';
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

export function verdictOf(panels: readonly Panel[], { now, edges }: Readings, ui: Ui): Verdict {
  const { marks, dot } = ui.glyphs;
  const wrong = causesOf(
    panels.flatMap(({ rows }) => rows),
    edges,
  );
  const severity = worstOf(wrong.map(({ row }) => row.severity));
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
  const complaints = wrong.map(complaintOf).join(` ${dot} `);
  return {
    severity,
    line: [
      span(` ${isBad ? marks.error : marks.warning} ${count} `, isBad ? 'banner' : 'paused'),
      span(` ${complaints}`, isBad ? 'error' : 'warning'),
    ],
  };
}

function complaintOf({ row, feltBy }: Cause): string {
  const felt = feltBy.length === 0 ? '' : `, felt by ${feltBy.map(shortNameOf).join(', ')}`;
  return `${row.complaint ?? ''}${felt}`;
}
