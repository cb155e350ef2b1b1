/** What the header says, from one snapshot. */

import { formatCount, formatRate } from '../domain/format/index.ts';
import type { AgentState, Snapshot } from '../store/store.ts';
import type { Fact } from '../tui/header.tsx';
import { type StyledLine, span } from '../tui/styled-line.ts';
import { leftOutOf, lostOf } from '../views/losses.ts';

export interface AppInfo {
  /** What is watched: "demo", "this machine" … */
  readonly sourceName: string;
  readonly version: string;
}

/** The facts of the tall header, in order. `state` is the view's own: LIVE, PAUSED … */
export function headerFacts(info: AppInfo, snapshot: Snapshot, state: StyledLine): readonly Fact[] {
  return [
    { label: 'Source', value: [span(info.sourceName, 'strong'), ...progressOf(snapshot)] },
    { label: 'Agents', value: agentsFact(snapshot) },
    { label: 'Requests', value: [span(formatRate(requestRate(snapshot)), 'strong')] },
    { label: 'Lost', value: lossFact(snapshot) },
    { label: 'State', value: state },
    { label: 'Kelpie', value: [span(info.version, 'strong'), span(' [R]', 'accent'), span(' read-only', 'muted')] },
  ];
}

/** The same in one line, the most important first: what does not fit is cut at the end. */
export function briefFacts(info: AppInfo, snapshot: Snapshot, state: StyledLine): StyledLine {
  const gap = span('  ');
  return [
    span('kelpie', 'logo'),
    gap,
    span(info.sourceName, 'strong'),
    ...progressOf(snapshot),
    gap,
    ...state,
    gap,
    span(formatRate(requestRate(snapshot)), 'strong'),
    gap,
    span('lost ', 'label'),
    ...lossFact(snapshot),
    gap,
    ...agentsFact(snapshot),
  ];
}

/** Requests a second over all agents. */
export function requestRate(snapshot: Snapshot): number {
  return snapshot.agents.reduce((sum, { rates }) => sum + (rates.rows ?? rates.exchanges ?? 0), 0);
}

function agentsFact({ agents }: Snapshot): StyledLine {
  const up = agents.filter(({ link }) => link.state === 'connected' || link.state === 'ended').length;
  const token = up === agents.length ? (up > 0 ? 'ok' : 'muted') : up > 0 ? 'warning' : 'error';
  return [span(`${up}/${agents.length}`, token), span(' up', 'muted')];
}

function lossFact({ losses }: Snapshot): StyledLine {
  const lost = lostOf(losses);
  const leftOut = leftOutOf(losses);
  return [
    lost > 0 ? span(formatCount(lost), 'error') : span('0', 'ok'),
    ...(leftOut > 0 ? [span(` +${formatCount(leftOut)} over the rate`, 'warning')] : []),
  ];
}

function progressOf({ agents }: Snapshot): StyledLine {
  const recordings = agents.flatMap(({ status }) => (status?.source.kind === 'recording' ? [status.source] : []));
  if (recordings.length === 0) return [];
  const share = recordings.reduce((sum, { progress }) => sum + progress, 0) / recordings.length;
  return [span(` ${Math.round(share * 100)}%`, 'accent')];
}

/** The line across the top while an agent is away; undefined when all is well. `now` is Unix ms. */
export function bannerText(agents: readonly AgentState[], now: number): string | undefined {
  const away = agents.filter(({ link }) => link.state === 'retrying');
  const [first] = away;
  if (first?.link.state !== 'retrying') return undefined;
  const seconds = Math.max(0, Math.ceil((first.link.retryAt - now) / 1000));
  const when = seconds === 0 ? 'retrying now' : `retrying in ${seconds} s`;
  const others = away.length > 1 ? ` (and ${away.length - 1} more)` : '';
  return `agent ${first.status?.node ?? first.agent} gone: ${first.link.reason}, ${when}${others}`;
}
