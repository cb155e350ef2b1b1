/** What failed, by class: requests, connects, resets, names that could not be resolved. */
import type { Severity } from '../../../domain/column.ts';
import { formatCount, formatPercent } from '../../../domain/format/index.ts';
import { span } from '../../../tui/styled-line.ts';
import type { Token } from '../../../tui/theme.ts';
import type { Ui } from '../../../tui/ui-context.tsx';
import { byUrgency, type Panel, type PulseRow } from '../panel.ts';
import type { Readings } from '../readings.ts';

export function failuresPanel({ now, flows, edges, time }: Readings, ui: Ui): Panel {
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
      complaint: `${formatPercent(share)} of requests fail`,
    });
  }
  for (const flow of flows
    .filter(({ conn_failed }) => conn_failed > 0)
    .toSorted((a, b) => b.conn_failed - a.conn_failed)) {
    const pair = `${short(flow.source)} ${ui.glyphs.arrow} ${short(flow.destination)}`;
    const name = `${pair}:${flow.port}`;
    add({
      key: `connect ${flow.id}`,
      severity: 'warn',
      name,
      count: flow.conn_failed,
      note: flow.reasons === null ? 'not connected' : flow.reasons.replace(/^\d+ /, ''),
      view: 'conns',
      filter: `to:${quoted(flow.destination)} rport=${flow.port}`,
      complaint: `${name} ${flow.reasons ?? 'cannot connect'}`,
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
      complaint: `names fail for ${short(edge.source)}`,
    });
  }
  const resets = flows.reduce((sum, flow) => sum + flow.resets, 0);
  if (resets > 0) {
    add({ key: 'resets', severity: 'notice', name: 'connections reset', count: resets, note: '', view: 'conns' });
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

/** Without the namespace: two fit on a line. */
function short(entity: string): string {
  return entity.slice(entity.indexOf('/') + 1).replace(/-[456789bcdf]{4,10}-[a-z0-9]{5}$/, '');
}

function quoted(text: string): string {
  return /^[\w./-]+$/.test(text) ? text : JSON.stringify(text);
}

function tokenOf(severity: Severity): Token {
  return severity === 'bad' ? 'error' : severity === 'warn' ? 'warning' : 'strong';
}
