/** Pods that use most CPU, or are near their memory limit, or are kept from running, or came back. */
import type { Severity } from '../../../domain/column.ts';
import { formatBytes, formatPercent, severityOf } from '../../../domain/format/index.ts';
import { type PodRow, pods as table } from '../../../domain/tables/derived/pods.ts';
import { gauge } from '../../../tui/charts/bars.ts';
import { span } from '../../../tui/styled-line.ts';
import type { Ui } from '../../../tui/ui-context.tsx';
import { byUrgency, type Panel, type PulseRow, shortNameOf, worstOf } from '../panel.ts';
import type { Readings } from '../readings.ts';

const most = 12;

export function resourcesPanel({ pods, time }: Readings, ui: Ui): Panel {
  const known = pods.filter(({ cpu, memory }) => cpu !== null || memory !== null);
  const rows = known
    .toSorted((a, b) => (b.cpu ?? 0) - (a.cpu ?? 0))
    .slice(0, most)
    .map((row): PulseRow => {
      const { cpu, memory, restarts } = row;
      const severity = severityOfPod(row);
      const trouble = troubleOf(row);
      const token = severity === 'bad' ? 'error' : severity === 'warn' ? 'warning' : 'info';
      return {
        key: row.pod,
        severity,
        name: row.pod,
        shortName: shortNameOf(row.pod),
        figures: [
          ...gauge(cpu ?? 0, 8, token, ui.glyphs.ascii),
          span(` ${cpu === null ? '-' : formatPercent(cpu)}`.padStart(6), 'strong'),
          span(` ${memory === null ? '-' : formatBytes(memory)}`.padStart(6), 'muted'),
          ...(restarts !== null && restarts > 0 ? [span(` ${restarts} restarts`, 'warning')] : []),
        ],
        view: 'pods',
        opening: { filter: `pod:${row.pod}`, about: row.pod, time },
        subject: row.service ?? row.pod,
        ...(trouble !== undefined && { complaint: `${row.pod} ${trouble}` }),
      };
    });
  return {
    id: 'resources',
    title: 'Busy pods',
    note: 'CPU   mem',
    rows: byUrgency(rows),
    empty: 'no figures of CPU and memory yet',
    view: 'pods',
  };
}

function severityOfPod({ cpu, throttled, memory_share, restarts }: PodRow): Severity {
  const { columns } = table;
  return worstOf([
    severityOf(columns.cpu, cpu),
    severityOf(columns.throttled, throttled),
    severityOf(columns.memory_share, memory_share),
    restarts !== null && restarts > 0 ? 'warn' : 'none',
  ]);
}

function troubleOf({ cpu, throttled, memory_share, restarts }: PodRow): string | undefined {
  if (memory_share !== null && memory_share >= 0.8) return `uses ${formatPercent(memory_share)} of its memory`;
  if (restarts !== null && restarts > 0) return 'was restarted';
  if (throttled !== null && throttled >= 0.05) return `is throttled ${formatPercent(throttled)} of the time`;
  return cpu !== null && cpu >= 0.7 ? `uses ${formatPercent(cpu)} of a core` : undefined;
}
