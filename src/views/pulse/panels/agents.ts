/** Who captures, what it costs, what was lost or left out. */
import { formatBytes, formatCount, formatPercent } from '../../../domain/format/index.ts';
import { sanitizeLine } from '../../../domain/sanitize.ts';
import type { AgentState, Snapshot } from '../../../store/store.ts';
import { span } from '../../../tui/styled-line.ts';
import type { Course } from '../../course.ts';
import { lostOf } from '../../losses.ts';
import { byUrgency, type Panel, type PulseRow } from '../panel.ts';

export function agentsPanel({ agents, losses }: Snapshot, { total }: Course): Panel {
  const lost = lostOf(losses);
  const sampled = total.sampledOut / Math.max(1, total.requests);
  const up = agents.filter(({ link }) => link.state === 'connected' || link.state === 'ended').length;
  const rows: PulseRow[] = agents.map(agentRow);
  if (total.sampledOut > 0) {
    rows.push({
      key: 'sampled',
      severity: sampled >= 0.5 ? 'warn' : 'notice',
      name: 'left out by the budget',
      figures: [span(formatPercent(sampled), 'strong'), span(' of requests', 'muted')],
      view: 'agents',
      opening: {},
    });
  }
  rows.push({
    key: 'lost',
    severity: lost > 0 ? 'warn' : 'none',
    name: 'lost',
    figures: [span(formatCount(lost), lost > 0 ? 'warning' : 'ok')],
    view: 'agents',
    opening: {},
    ...(lost > 0 && { complaint: `${formatCount(lost)} lost on the way` }),
  });
  return {
    id: 'agents',
    title: 'Agents',
    note: `${up}/${agents.length} up`,
    rows: byUrgency(rows),
    empty: 'no agent yet',
    view: 'agents',
  };
}

function agentRow({ agent, status, link, cpu }: AgentState): PulseRow {
  const name = sanitizeLine(status?.node || agent);
  const isGone = link.state === 'retrying' || link.state === 'absent';
  const cost = `${cpu === undefined ? '-' : formatPercent(cpu)} CPU ${status ? formatBytes(status.rssBytes + status.mapBytes) : '-'}`;
  return {
    key: `agent ${agent}`,
    severity: isGone ? 'bad' : link.state === 'connecting' ? 'notice' : 'ok',
    name,
    figures: isGone
      ? [span(link.state === 'absent' ? 'absent' : 'gone', 'error')]
      : [span(link.state === 'connected' ? 'up' : link.state, 'ok'), span(` ${cost}`, 'muted')],
    view: 'agents',
    opening: {},
    ...(isGone && { complaint: link.state === 'absent' ? `no agent on ${name}` : `agent ${name} is gone` }),
  };
}
