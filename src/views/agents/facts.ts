/** One agent in words: what it is, how it fares, what it lost. */
import { type AgentLease, type Loss, lossReasons } from '../../domain/agent-status.ts';
import { formatBytes, formatCount, formatDuration, formatPercent, formatRate } from '../../domain/format/index.ts';
import { sanitizeLine } from '../../domain/sanitize.ts';
import type { AgentState } from '../../store/store.ts';
import { type StyledLine, span } from '../../tui/styled-line.ts';
import type { Token } from '../../tui/theme.ts';
import { wrapWords } from '../wrap-words.ts';
import { captureText, leftOutShare } from './captures.ts';
import { clusterFacts } from './cluster-facts.ts';
import { remedies } from './remedies.ts';

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
    case 'absent':
      return { text: 'absent', token: 'warning' };
    case 'retrying': {
      const seconds = Math.max(0, Math.ceil((link.retryAt - now) / 1000));
      return { text: `gone, retry in ${seconds} s`, token: 'error' };
    }
  }
}

/** Nothing comes from it, and something should. */
export const isAway = ({ link }: AgentState): boolean => link.state === 'retrying' || link.state === 'absent';

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

/** Everything about one agent but its tables, as `label value` lines, broken to the width. */
export function agentFacts(state: AgentState, now: number, width: number): readonly StyledLine[] {
  return factsOf(state, now).flatMap((line) => wrapFact(line, width));
}

/** Reasons are sentences, and their ends say what to do. */
function wrapFact(line: StyledLine, width: number): readonly StyledLine[] {
  const [label, value] = line;
  if (!label || !value) return [line];
  return wrapWords(value.text, width - label.text.length - 1).map(
    (words, i): StyledLine => [i === 0 ? label : span(' '.repeat(label.text.length)), { ...value, text: words }],
  );
}

function factsOf(state: AgentState, now: number): readonly StyledLine[] {
  const { status, link } = state;
  const word = linkWord(state, now);
  const lines: StyledLine[] = [fact('address', sanitizeLine(state.agent)), fact('line', word.text, word.token)];
  if (link.state === 'absent') lines.push(fact('reason', sanitizeLine(link.reason), 'warning'));
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
    ...clockFact(state),
    ...clusterFacts(state, fact),
  ];
}

/** Clocks that differ by less are as good as one. */
const alikeMs = 500;

function clockFact({ clockAheadMs }: AgentState): readonly StyledLine[] {
  if (clockAheadMs === undefined || Math.abs(clockAheadMs) < alikeMs) return [];
  const apart = formatDuration(Math.abs(clockAheadMs) * 1e6);
  const which = clockAheadMs > 0 ? 'ahead of' : 'behind';
  return [
    fact('clock', `${apart} ${which} this terminal’s: its rows stand at other times than they happened`, 'warning'),
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

/** Every reason for loss with its count and what it means, broken to the width; those that lost nothing last and pale. */
export function lossLines(state: AgentState, width: number): readonly StyledLine[] {
  return lossCounts(state).flatMap(({ reason, count }) => lossOf(reason, count, width));
}

/** Reasons that lost something; the others in one line. */
export function lossSummary(state: AgentState, width: number): readonly StyledLine[] {
  const counts = lossCounts(state);
  const some = counts.filter(({ count }) => count > 0);
  const rest = counts.length - some.length;
  const none = some.length === 0 ? 'nothing was lost' : 'nothing was lost for other reasons';
  return [
    ...some.flatMap(({ reason, count }) => lossOf(reason, count, width)),
    [
      span(`  ${none}`, some.length === 0 ? 'ok' : 'muted'),
      span(` (${rest} counters at 0; enter lists them)`, 'muted'),
    ],
  ];
}

const reasonWidth = 20;
const countWidth = 8;

function lossOf(reason: string, count: number, width: number): readonly StyledLine[] {
  const [loss, strong, text] =
    count > 0 ? (['error', 'strong', 'text'] as const) : (['muted', 'muted', 'muted'] as const);
  const indent = 2 + reasonWidth + countWidth + 2;
  const remedy = count > 0 && remedies[reason] ? ` ${remedies[reason]}` : '';
  return wrapWords((lossReasons[reason] ?? '') + remedy, width - indent - 1).map(
    (words, i): StyledLine =>
      i > 0
        ? [span(' '.repeat(indent)), span(words, text)]
        : [
            span(`  ${sanitizeLine(reason).padEnd(reasonWidth)}`, loss),
            span(formatCount(count).padStart(countWidth), strong),
            span(`  ${words}`, text),
          ],
  );
}

function lossCounts(state: AgentState): readonly Loss[] {
  const counts = new Map(state.losses.map(({ reason, count }) => [reason, count]));
  const reasons = [...new Set([...Object.keys(lossReasons), ...counts.keys()])];
  return reasons.map((reason) => ({ reason, count: counts.get(reason) ?? 0 })).toSorted((a, b) => b.count - a.count);
}

/** One agent in half a screen: what matters first, a line each. */
export function agentSummary(state: AgentState, now: number): readonly StyledLine[] {
  const { status, link, rates } = state;
  const reason =
    link.state === 'retrying'
      ? [fact('reason', `${sanitizeLine(link.reason)} (attempt ${link.attempt})`, 'warning')]
      : link.state === 'absent'
        ? [fact('reason', sanitizeLine(link.reason), 'warning')]
        : [];
  if (!status) return [...reason, fact('status', 'not heard from yet', 'muted')];
  const { source, programs, leases } = status;
  const progress = source.kind === 'recording' ? `, ${formatPercent(source.progress)} played` : '';
  const cpu = state.cpu === undefined ? '' : `${formatPercent(state.cpu)} of one CPU (of ${status.cpus}), `;
  const kinds = [...new Set(programs.map(({ attachType }) => sanitizeLine(attachType)))];
  return [
    ...reason,
    fact('source', `${source.kind} ${sanitizeLine(source.name)}${progress}, up for ${uptimeText(state, now)}`),
    fact('kernel', `${sanitizeLine(status.kernel)}, agent ${sanitizeLine(status.version)} (pid ${status.pid})`),
    fact('cost', `${cpu}${formatBytes(status.rssBytes)} resident, ${formatBytes(status.mapBytes)} in BPF maps`),
    fact('kept', `${formatCount(status.ringRows)} rows in ${formatBytes(status.ringBytes)}`),
    fact('rates', ratesText(rates)),
    programs.length === 0
      ? fact('programs', 'none: nothing is attached to the kernel', 'muted')
      : fact('programs', `${programs.length} attached: ${kinds.join(', ')}`),
    fact('captures', `${captureText(state).text}${leftOutText(state)}`, leftOutShare(state) > 0 ? 'warning' : 'text'),
    leases.length === 0
      ? fact('leases', 'none: nobody asks for more than counters', 'muted')
      : fact('leases', leases.map(leaseText).join('; ')),
    ...clockFact(state),
    ...clusterFacts(state, fact),
  ];
}

/** The rates that say how busy an agent is; `enter` lists all. */
const telling = ['exchanges', 'rows', 'segments', 'captured_bytes', 'datagrams', 'sampled_messages'];

function ratesText(rates: Readonly<Record<string, number>>): string {
  const named = telling.flatMap((name) => {
    const rate = rates[name] ?? 0;
    if (rate === 0) return [];
    const figure = name.includes('bytes') ? `${formatBytes(rate)}/s` : formatRate(rate);
    return [`${name.replaceAll('_', ' ')} ${figure}`];
  });
  return named.length === 0 ? 'nothing arrives' : named.join(', ');
}

function leftOutText(state: AgentState): string {
  const share = leftOutShare(state);
  return share > 0 ? `, over budget: ${formatPercent(share)} left out` : '';
}

function leaseText({ level, scope, client, remainingMs }: AgentLease): string {
  const seconds = Math.max(0, Math.round(remainingMs / 1000));
  const who = sanitizeLine(client).slice(0, 8);
  return `${sanitizeLine(level)} of ${sanitizeLine(scope) || 'everything'} for ${who}, ${seconds} s left`;
}

function fact(label: string, value: string, token: Token = 'text'): StyledLine {
  return [span(`  ${label.padEnd(12)}`, 'label'), span(value, token)];
}
