/** Makes an `AgentClient`: one line per address behind one face. */
import { randomUUID } from 'node:crypto';
import { AppError } from '../domain/errors.ts';
import { type AgentLine, createAgentLine } from './agent-line.ts';
import {
  type AgentClient,
  type AgentClientOptions,
  type AgentEndpoint,
  defaultTimings,
  fewAgents,
  type RowQuery,
} from './client.ts';
import { createDialTurns } from './dial-turns.ts';
import { createInbox } from './inbox.ts';

/** Agents that are dialled at the same time, and how long each may hold up the next, ms. */
const dialTurns = { most: 16, patienceMs: 1_000 };
/** What agents say is taken in so long without a break, ms. */
const sliceMs = 8;
/** Kept rows that every agent may send first, however many there are. */
const leastBacklog = 200;

/**
 * Connects to all agents at once and stays connected until `close`. Never throws for an agent's sake: how each line stands comes
 * as `link` events. Events are delivered synchronously, none after `close`.
 */
export function createAgentClient(options: AgentClientOptions): AgentClient {
  const { onEvent, mostBacklog = Number.POSITIVE_INFINITY, mostShare = 1 } = options;
  const timings = { ...defaultTimings, ...options.timings };
  const clientId = randomUUID();
  const lines = new Map<
    string,
    { readonly endpoint: AgentEndpoint; readonly line: AgentLine; readonly among: number }
  >();
  const turns = createDialTurns(dialTurns.most, dialTurns.patienceMs);
  const inbox = createInbox({
    sliceMs,
    mostShare: () => (lines.size > fewAgents ? mostShare : 1),
    later: setImmediate,
    now: () => performance.now(),
  });
  let { queries, leases } = options;
  let isPaused = false;
  let closing: Promise<void> | undefined;

  const tell: typeof onEvent = (event) => {
    if (!closing) onEvent(event);
  };
  /** What one of so many agents is asked. */
  const queriesOf = (agent: string, among: number): readonly RowQuery[] => {
    const most = Math.max(leastBacklog, Math.floor(mostBacklog / among));
    return queries
      .filter(({ agents }) => agents === undefined || agents.has(agent))
      .map((query) => ({
        ...query,
        backlog: Math.min(query.backlog, most),
        paceMs: among > fewAgents ? query.paceMs : 0,
      }));
  };
  const open = (endpoint: AgentEndpoint, among: number) => {
    const own = queriesOf(endpoint.agent, among);
    const line = createAgentLine({ endpoint, clientId, queries: own, leases, timings, turns, inbox, onEvent: tell });
    if (isPaused) line.setPaused(true);
    lines.set(endpoint.agent, { endpoint, line, among });
  };
  const each = (run: (line: AgentLine) => void) => {
    for (const { line } of lines.values()) run(line);
  };
  const client: AgentClient = {
    setAgents(agents) {
      if (closing) return;
      const wanted = new Map(agents.map((endpoint) => [endpoint.agent, endpoint]));
      for (const [agent, { line }] of [...lines]) {
        if (wanted.has(agent)) continue;
        lines.delete(agent);
        void line.close();
        tell({ type: 'gone', agent });
      }
      for (const endpoint of wanted.values()) {
        const before = lines.get(endpoint.agent);
        if (before && isSame(before.endpoint, endpoint)) continue;
        void before?.line.close();
        open(endpoint, wanted.size);
      }
    },
    retry: (agent) => lines.get(agent)?.line.retry(),
    setQueries(wanted) {
      queries = wanted;
      for (const [agent, { line, among }] of lines) line.setQueries(queriesOf(agent, among));
    },
    setLeases(wanted) {
      leases = wanted;
      each((line) => line.setLeases(wanted));
    },
    pause() {
      isPaused = true;
      each((line) => line.setPaused(true));
    },
    resume() {
      isPaused = false;
      each((line) => line.setPaused(false));
    },
    async fetchRow(agent, table, id) {
      const found = lines.get(agent);
      if (!found) throw new AppError('agent-unreachable', { address: agent, reason: 'not one of the agents watched' });
      return found.line.fetchRow(table, id);
    },
    close() {
      closing ??= within(timings.close, Promise.all(Array.from(lines.values(), ({ line }) => line.close())));
      return closing;
    },
  };
  client.setAgents(options.agents);
  return client;
}

function isSame(a: AgentEndpoint, b: AgentEndpoint): boolean {
  return a.address === b.address && a.access?.key === b.access?.key && a.access?.node === b.access?.node;
}

/** Resolves with the work or after the time, whichever is first. */
async function within(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([work, timeout]);
  clearTimeout(timer);
}
