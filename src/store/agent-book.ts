/** What is known of each agent: its link, its last two statuses, its losses. */
import type { AgentEvent } from '../domain/agent-event.ts';
import { type AgentStatus, type Loss, levels } from '../domain/agent-status.ts';
import { mergeLosses } from './losses.ts';
import type { AgentState } from './store.ts';

export interface AgentBook {
  note(event: AgentEvent, now: number): void;
  /** In the order in which agents were first heard of; the same array until something changes. */
  list(): readonly AgentState[];
}

/** Besides what is published: the losses of this terminal's own line, and when the last status was taken. */
interface Entry {
  readonly state: AgentState;
  readonly lineLosses: readonly Loss[];
  readonly statusTime: number;
  /** By how much the last statuses came later than they were sent by the agent's clock, ms, the newest last. */
  readonly delays: readonly number[];
}

/** Statuses by which a clock is judged: of half a minute. */
const mostDelays = 30;
const leastDelays = 3;

export function createAgentBook(): AgentBook {
  const entries = new Map<string, Entry>();
  let listed: readonly AgentState[] | undefined;

  return {
    note(event, now) {
      listed = undefined;
      if (event.type === 'gone') {
        entries.delete(event.agent);
        return;
      }
      const entry = entries.get(event.agent) ?? unknownAgent(event.agent);
      entries.set(event.agent, noted(entry, event, now));
    },
    list() {
      listed ??= [...entries.values()].map(({ state }) => state);
      return listed;
    },
  };
}

function unknownAgent(agent: string): Entry {
  const state: AgentState = {
    agent,
    link: { state: 'connecting' },
    lastHeard: undefined,
    status: undefined,
    previousStatus: undefined,
    losses: [],
    rates: {},
    cpu: undefined,
  };
  return { state, lineLosses: [], statusTime: 0, delays: [] };
}

function noted(entry: Entry, event: Exclude<AgentEvent, { type: 'gone' }>, now: number): Entry {
  const { state } = entry;
  switch (event.type) {
    case 'link':
      return { ...entry, state: { ...state, link: event.link, lastHeard: heardAt(event.link.state, state, now) } };
    case 'rows':
      return { ...entry, state: { ...state, lastHeard: now } };
    case 'loss': {
      const losses = mergeLosses('highest', state.status?.losses ?? [], event.losses);
      return { ...entry, lineLosses: event.losses, state: { ...state, lastHeard: now, losses } };
    }
    case 'status':
      return withStatus(entry, event.status, event.time ?? now, now);
  }
}

/** A line that is being dialled or was lost says nothing of the agent itself. */
function heardAt(link: AgentState['link']['state'], state: AgentState, now: number): number | undefined {
  return link === 'connected' || link === 'ended' ? now : state.lastHeard;
}

function withStatus(entry: Entry, status: AgentStatus, statusTime: number, now: number): Entry {
  const { state, lineLosses } = entry;
  const restarted = state.status?.started !== status.started || state.status.pid !== status.pid;
  const previousStatus = restarted ? undefined : state.status;
  const seconds = (statusTime - entry.statusTime) / 1_000;
  const known = previousStatus && seconds > 0;
  const delays = [...entry.delays, now - statusTime].slice(-mostDelays);
  return {
    lineLosses,
    statusTime,
    delays,
    state: {
      ...state,
      lastHeard: now,
      status,
      previousStatus,
      losses: mergeLosses('highest', status.losses, lineLosses),
      rates: known ? ratesBetween(previousStatus.totals, status.totals, seconds) : {},
      clockAheadMs: clockAhead(delays),
      cpu: known ? Math.max(0, status.cpuNanos - previousStatus.cpuNanos) / 1e9 / seconds : undefined,
    },
  };
}

/** The quickest message says most: what it took longer than that, others waited on the way. */
function clockAhead(delays: readonly number[]): number | undefined {
  return delays.length < leastDelays ? undefined : -Math.min(...delays);
}

/** Per second, by name; a total that fell has no rate. */
function ratesBetween(
  before: Readonly<Record<string, number>>,
  after: Readonly<Record<string, number>>,
  seconds: number,
): Readonly<Record<string, number>> {
  const rates: [string, number][] = [];
  for (const [name, total] of Object.entries(after)) {
    const rise = total - (before[name] ?? 0);
    if (rise >= 0 && !levels.has(name)) rates.push([name, rise / seconds]);
  }
  return Object.fromEntries(rates);
}
