/** Makes an `AgentClient`: one line per address behind one face. */
import { randomUUID } from 'node:crypto';
import { AppError } from '../domain/errors.ts';
import { createAgentLine } from './agent-line.ts';
import { type AgentClient, type AgentClientOptions, defaultTimings } from './client.ts';

/**
 * Connects to all agents at once and stays connected until `close`. Never throws for an agent's sake: how each line stands comes
 * as `link` events. Events are delivered synchronously, none after `close`.
 */
export function createAgentClient(options: AgentClientOptions): AgentClient {
  const { addresses, queries, leases, onEvent } = options;
  const timings = { ...defaultTimings, ...options.timings };
  const clientId = randomUUID();
  let closing: Promise<void> | undefined;
  const lines = new Map(
    [...new Set(addresses)].map((agent) => {
      const tell: typeof onEvent = (event) => {
        if (!closing) onEvent(event);
      };
      return [agent, createAgentLine({ agent, clientId, queries, leases, timings, onEvent: tell })] as const;
    }),
  );
  const each = [...lines.values()];

  return {
    setQueries: (wanted) => {
      for (const line of each) line.setQueries(wanted);
    },
    setLeases: (wanted) => {
      for (const line of each) line.setLeases(wanted);
    },
    pause: () => {
      for (const line of each) line.setPaused(true);
    },
    resume: () => {
      for (const line of each) line.setPaused(false);
    },
    async fetchRow(agent, table, id) {
      const line = lines.get(agent);
      if (!line) throw new AppError('agent-unreachable', { address: agent, reason: 'not one of the agents watched' });
      return line.fetchRow(table, id);
    },
    close() {
      closing ??= within(timings.close, Promise.all(each.map((line) => line.close())));
      return closing;
    },
  };
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
