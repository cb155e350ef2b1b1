/** One agent in words: what it is, how it fares, what it lost. */
import { lossReasons } from '../../domain/agent-status.ts';
import { formatBytes, formatCount, formatDuration, formatPercent, formatRate } from '../../domain/format/index.ts';
import { sanitizeLine } from '../../domain/sanitize.ts';
import type { AgentState } from '../../store/store.ts';
import { type StyledLine, span } from '../../tui/styled-line.ts';
import type { Token } from '../../tui/theme.ts';

export interface LinkWord {
  readonly text: string;
  readonly token: Token;
}

/** The state of the line to the agent, at `now` (Unix ms). */
export function linkWord({ link }: AgentState, now: number): LinkWord {
  switch (link.state) {
    case 'connected':
      return { text: 'up', token: 'ok' };
    case 'connecting':
      return { text: 'connecting', token: 'info' };
    case 'ended':
      return { text: 'ended', token: 'muted' };
    case 'retrying': {
      const seconds = Math.max(0, Math.ceil((link.retryAt - now) / 1000));
      return { text: `gone, retry in ${seconds} s`, token: 'error' };
    }
  }
}

/** Nanoseconds since the agent started, or undefined before its first status. */
export function uptime({ status }: AgentState, now: number): number | undefined {
  return status ? Math.max(0, now * 1e6 - Number(status.started)) : undefined;
}

export function nameOf({ agent, status }: AgentState): string {
  return sanitizeLine(status?.node || agent);
}

/** Whole seconds are enough for a figure that only grows. */
export function uptimeText(state: AgentState, now: number): string {
  const nanos = uptime(state, now);
  return nanos === undefined ? '-' : formatDuration(Math.floor(nanos / 1e9) * 1e9);
}

/** Everything about one agent but its tables, as `label value` lines. */
export function agentFacts(state: AgentState, now: number): readonly StyledLine[] {
  const { status, link } = state;
  const word = linkWord(state, now);
  const lines: StyledLine[] = [fact('address', sanitizeLine(state.agent)), fact('line', word.text, word.token)];
  if (link.state === 'retrying')
    lines.push(fact('reason', `${sanitizeLine(link.reason)} (attempt ${link.attempt})`, 'warning'));
  if (!status) return [...lines, fact('status', 'not heard from yet', 'muted')];
  const { source } = status;
  const progress = source.kind === 'recording' ? `, ${formatPercent(source.progress)} played` : '';
  return [
    ...lines,
    fact('node', sanitizeLine(status.node)),
    fact('kernel', sanitizeLine(status.kernel)),
    fact('version', `${sanitizeLine(status.version)} (pid ${status.pid})`),
    fact('source', `${source.kind} ${sanitizeLine(source.name)}${progress}`),
    fact('up for', uptimeText(state, now)),
    fact('CPU', state.cpu === undefined ? '-' : `${formatPercent(state.cpu)} of one CPU (the node has ${status.cpus})`),
    fact('memory', `${formatBytes(status.rssBytes)} resident, ${formatBytes(status.mapBytes)} in BPF maps`),
    fact('kept', `${formatCount(status.ringRows)} rows in ${formatBytes(status.ringBytes)}`),
  ];
}

/** The rising totals with their rates. */
export function totalLines({ status, rates }: AgentState): readonly StyledLine[] {
  const totals = Object.entries(status?.totals ?? {}).sort(([a], [b]) => a.localeCompare(b));
  return totals.map(([name, total]): StyledLine => {
    const shown = name.includes('bytes') ? formatBytes(total) : formatCount(total);
    const rate = rates[name];
    return [
      span(`  ${sanitizeLine(name).replaceAll('_', ' ').padEnd(24)}`, 'label'),
      span(shown.padStart(12)),
      span(rate === undefined ? '' : formatRate(rate).padStart(12), 'muted'),
    ];
  });
}

/** Every reason for loss with its count and what it means; those that lost nothing are pale. */
export function lossLines(state: AgentState): readonly StyledLine[] {
  const counts = new Map(state.losses.map(({ reason, count }) => [reason, count]));
  const reasons = [...new Set([...Object.keys(lossReasons), ...counts.keys()])];
  const known = reasons.map((reason) => ({ reason, count: counts.get(reason) ?? 0 }));
  return known
    .toSorted((a, b) => b.count - a.count)
    .map(
      ({ reason, count }): StyledLine => [
        span(`  ${sanitizeLine(reason).padEnd(20)}`, count > 0 ? 'error' : 'muted'),
        span(formatCount(count).padStart(10), count > 0 ? 'strong' : 'muted'),
        span(`  ${lossReasons[reason] ?? ''}`, count > 0 ? 'text' : 'muted'),
      ],
    );
}

function fact(label: string, value: string, token: Token = 'text'): StyledLine {
  return [span(`  ${label.padEnd(12)}`, 'label'), span(value, token)];
}
