/** What the header says, from one snapshot. */
import { formatCount, formatDuration, formatRate } from '../domain/format/index.ts';
import type { AgentState, Snapshot } from '../store/store.ts';
import type { Fact } from '../tui/header.tsx';
import { type StyledLine, span } from '../tui/styled-line.ts';
import { leftOutOf, lostOf } from '../views/losses.ts';
import type { Needs } from '../views/view.ts';
import { captureLine, recentOf } from './capture.ts';
import { chosenText } from './namespace-choice.ts';

export interface AppInfo {
  /** What is watched: "demo", "this machine" … */
  readonly sourceName: string;
  readonly version: string;
}

/** What one looks at, for the header. */
export interface Looking {
  readonly snapshot: Snapshot;
  /** LIVE, PAUSED 12:03:04 …, by the view. */
  readonly state: StyledLine;
  /** Length of the stretch of time on the screen, ms; undefined where it shows none. */
  readonly spanMs: number | undefined;
  /** Chosen namespaces; empty = all. */
  readonly namespaces: ReadonlySet<string>;
  /** What the screens ask the agents for. */
  readonly needs: Needs;
}

/** The facts of the tall header, in order. */
export function headerFacts(info: AppInfo, looking: Looking): readonly Fact[] {
  const { snapshot, namespaces } = looking;
  const where = namespaces.size === 0 ? [] : [span(' in ', 'muted'), span(chosenText(namespaces), 'titleScope')];
  return [
    { label: 'Source', value: [span(info.sourceName, 'strong'), ...progressOf(snapshot), ...versionOf(info)] },
    { label: 'Agents', value: agentsFact(snapshot) },
    { label: 'Capture', value: captureLine(looking.needs, snapshot) },
    { label: 'Requests', value: [span(formatRate(requestRate(snapshot)), 'strong')] },
    { label: 'Lost', value: lossFact(snapshot) },
    { label: 'State', value: [...stateOf(looking), ...spanOf(looking, 'the last '), ...where] },
  ];
}

/** The same in one line, the most important first: what does not fit is cut at the end. */
export function briefFacts(info: AppInfo, looking: Looking): StyledLine {
  const { snapshot, namespaces } = looking;
  const parts: readonly StyledLine[] = [
    [span('kelpie', 'logo')],
    [span(info.sourceName, 'strong'), ...progressOf(snapshot)],
    stateOf(looking),
    spanOf(looking, '').map(({ text, token }) => span(text.trim(), token)),
    namespaces.size === 0 ? [] : [span(chosenText(namespaces, 1), 'titleScope')],
    captureLine(looking.needs, snapshot, true),
    [span(formatRate(requestRate(snapshot)), 'strong')],
    [span('lost ', 'label'), ...lossFact(snapshot)],
    agentsFact(snapshot),
  ];
  return parts.filter((part) => part.length > 0).flatMap((part, i) => (i === 0 ? part : [span('  '), ...part]));
}

/** Requests a second over all agents. */
export function requestRate(snapshot: Snapshot): number {
  const fromRows = () => snapshot.agents.reduce((sum, { rates }) => sum + (rates.rows ?? rates.exchanges ?? 0), 0);
  return recentOf(snapshot).rate ?? fromRows();
}

/** Nothing is live while nobody sends: the rows on the screen are those of before. */
function stateOf({ state, snapshot }: Looking): StyledLine {
  const isLive = state.some(({ token }) => token === 'live');
  const isAlone = snapshot.agents.length > 0 && !snapshot.agents.some(({ link }) => hears(link.state));
  return isLive && isAlone ? [span('WAITING', 'paused')] : state;
}

const hears = (state: AgentState['link']['state']) => state === 'connected' || state === 'ended';

function spanOf({ spanMs, state }: Looking, before: string): StyledLine {
  if (spanMs === undefined) return [];
  const isLive = state.some(({ token }) => token === 'live');
  return [
    span(
      ` ${isLive ? before : ''}${formatDuration(spanMs * 1e6)
        .replace(/m00s$/, 'm')
        .replace(/h00m$/, 'h')}`,
      'muted',
    ),
  ];
}

function versionOf({ version }: AppInfo): StyledLine {
  return [span(`  ${version}`, 'muted'), span(' [R]', 'accent')];
}

function agentsFact({ agents }: Snapshot): StyledLine {
  const up = agents.filter(({ link }) => hears(link.state)).length;
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
  const away = agents.filter(({ link }) => link.state === 'retrying' || link.state === 'absent');
  const [first] = away;
  if (!first) return undefined;
  const others = away.length > 1 ? ` (and ${away.length - 1} more)` : '';
  const name = first.status?.node || first.agent;
  if (first.link.state === 'absent') return `no agent on ${name}: ${first.link.reason}${others}`;
  if (first.link.state !== 'retrying') return undefined;
  const seconds = Math.max(0, Math.ceil((first.link.retryAt - now) / 1000));
  const when = seconds === 0 ? 'retrying now' : `retrying in ${seconds} s`;
  return `agent ${name} gone: ${first.link.reason}, ${when}${others}`;
}
