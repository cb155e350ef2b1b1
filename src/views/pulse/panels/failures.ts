/** What failed, by class: requests, connects, resets, names that could not be resolved. */
import type { Severity } from '../../../domain/column.ts';
import { formatCount, formatPercent } from '../../../domain/format/index.ts';
import type { PodFacts } from '../../../domain/pods/pod-facts.ts';
import type { FlowRow } from '../../../domain/tables/derived/flows.ts';
import { span } from '../../../tui/styled-line.ts';
import type { Token } from '../../../tui/theme.ts';
import type { Ui } from '../../../tui/ui-context.tsx';
import { byUrgency, type Panel, type PulseRow } from '../panel.ts';
import type { Readings } from '../readings.ts';

export function failuresPanel({ now, flows, edges, podFacts, time }: Readings, ui: Ui): Panel {
  const { total } = now;
  const rows: PulseRow[] = [];
  const add = (row: Omit<PulseRow, 'figures' | 'opening'> & { count: number; note: string; filter?: string }) => {
    const { count, note, filter, ...rest } = row;
    rows.push({
      ...rest,
      figures: [span(formatCount(count), tokenOf(row.severity)), span(note === '' ? '' : ` ${note}`, 'muted')],
      opening: { time, ...(filter !== undefined && { filter }) },
    });
  };
  if (total.errors > 0) {
    const share = total.errors / Math.max(1, total.requests);
    add({
      key: 'errors',
      severity: share >= 0.05 ? 'bad' : share >= 0.01 ? 'warn' : 'notice',
      name: 'requests failed',
      count: total.errors,
      note: formatPercent(share),
      view: 'errors',
      isTotal: true,
      complaint: `${formatPercent(share)} of requests fail`,
    });
  }
  for (const { source, destination, port, count, reasons } of failedConnects(flows, podFacts)) {
    const name = `${short(source)} ${ui.glyphs.arrow} ${short(destination)}:${port}`;
    const why = reasons === '' ? 'not connected' : reasons;
    add({
      key: `connect ${name}`,
      severity: 'warn',
      name,
      count,
      note: why,
      view: 'conns',
      filter: `from.svc=${quoted(source)} to.svc=${quoted(destination)} port=${port} state=refused,timeout,unreachable,aborted`,
      subject: destination,
      complaint: `${name} ${formatCount(count)} ${why}`,
    });
  }
  const dns = edges.filter(({ protocol }) => protocol === 'dns');
  for (const edge of dns) {
    const failed = Math.round((edge.errors ?? 0) * edge.requests);
    if (failed === 0) continue;
    add({
      key: `dns ${edge.id}`,
      severity: (edge.errors ?? 0) >= 0.05 ? 'warn' : 'notice',
      name: `DNS of ${short(edge.source)}`,
      count: failed,
      note: `of ${formatCount(edge.requests)} unanswered`,
      view: 'dns',
      filter: `from.svc=${quoted(edge.source)}`,
      subject: edge.source,
      complaint: `names fail for ${short(edge.source)}`,
    });
  }
  const resets = flows.reduce((sum, flow) => sum + flow.resets, 0);
  if (resets > 0) {
    add({
      key: 'resets',
      severity: 'notice',
      name: 'connections reset',
      count: resets,
      note: '',
      view: 'conns',
      filter: 'state=reset',
    });
  }
  if (total.clientErrors > 0) {
    const share = total.clientErrors / Math.max(1, total.requests);
    const severity: Severity = share >= 0.5 ? 'warn' : 'none';
    const name = 'answered 4xx, no such name';
    add({
      key: '4xx',
      severity,
      name,
      count: total.clientErrors,
      note: formatPercent(share),
      view: 'http',
      filter: 'status:4xx',
    });
  }
  return {
    id: 'failures',
    title: 'What fails',
    note: '',
    rows: byUrgency(rows),
    empty: 'nothing failed',
    view: 'errors',
  };
}

interface FailedConnects {
  readonly source: string;
  readonly destination: string;
  readonly port: number;
  readonly count: number;
  /** "refused, timeout" */
  readonly reasons: string;
}

/** Attempts that failed, by workload: replicas that fail alike are one line. */
function failedConnects(flows: readonly FlowRow[], { workloadOf }: PodFacts): readonly FailedConnects[] {
  const failed = flows.filter(({ conn_failed }) => conn_failed > 0);
  const pairs = Map.groupBy(failed, (flow) => {
    return JSON.stringify([workloadOf(flow.source), workloadOf(flow.destination), flow.port]);
  });
  return [...pairs.values()]
    .flatMap((members): FailedConnects[] => {
      const [first] = members;
      if (!first) return [];
      const words = members.flatMap(({ reasons }) => reasons?.match(/[a-z]+/g) ?? []);
      return [
        {
          source: workloadOf(first.source),
          destination: workloadOf(first.destination),
          port: first.port,
          count: members.reduce((sum, { conn_failed }) => sum + conn_failed, 0),
          reasons: [...new Set(words)].join(', '),
        },
      ];
    })
    .toSorted((a, b) => b.count - a.count);
}

/** A service without the namespace: two fit on a line. */
function short(service: string): string {
  return service.slice(service.indexOf('/') + 1);
}

function quoted(text: string): string {
  return /^[\w./-]+$/.test(text) ? text : JSON.stringify(text);
}

function tokenOf(severity: Severity): Token {
  return severity === 'bad' ? 'error' : severity === 'warn' ? 'warning' : 'strong';
}
