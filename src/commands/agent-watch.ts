/** What a command without a screen has to know of its agents: who answers, who is done, who never will, and what was lost. */
import type { AgentEvent, LinkState } from '../domain/agent-event.ts';
import type { Loss } from '../domain/agent-status.ts';
import { AppError } from '../domain/errors.ts';

export interface AgentWatch {
  note(event: AgentEvent): void;
  /** Resolves when the first agent captures and sends. */
  readonly connected: Promise<void>;
  /** Resolves when no agent will send more: each is done or given up, and at least one was done. Rejects when all were given up. */
  readonly finished: Promise<void>;
  /** Losses so far, merged by reason: of the lines to the agents, and of the agents themselves since this command began. */
  losses(): readonly Loss[];
}

export interface AgentWatchOptions {
  readonly agents: readonly string[];
  /** The agents began with this command, so all they lost counts. */
  readonly own: boolean;
  /** One line for a person. */
  readonly warn: (line: string) => void;
  /** An agent that answered before is waited for as long as it takes; otherwise it has a few attempts. */
  readonly patient: boolean;
}

/** Failed attempts after which an agent is given up. With the client's back-off this is about three seconds. */
const mostAttempts = 4;

interface Entry {
  link: LinkState | undefined;
  reached: boolean;
  fate: 'open' | 'done' | AppError;
  before: readonly Loss[] | undefined;
  own: readonly Loss[];
  line: readonly Loss[];
}

export function createAgentWatch(options: AgentWatchOptions): AgentWatch {
  const entries = new Map<string, Entry>();
  const add = (agent: string): Entry => {
    const entry: Entry = { link: undefined, reached: false, fate: 'open', before: undefined, own: [], line: [] };
    entries.set(agent, entry);
    return entry;
  };
  for (const agent of options.agents) add(agent);
  const connected = Promise.withResolvers<void>();
  const finished = Promise.withResolvers<void>();
  // Whoever needs the outcome awaits it; a command that ends first leaves it alone.
  finished.promise.catch(() => undefined);

  const decide = () => {
    const fates = [...entries.values()].map(({ fate }) => fate);
    if (fates.includes('open')) return;
    const failure = fates.find((fate) => fate instanceof AppError);
    if (failure && !fates.includes('done')) finished.reject(failure);
    else finished.resolve();
  };

  /** Nothing more comes from it: the others may have been waiting for it alone. Where there is no other, one may come yet. */
  const forget = (agent: string) => {
    if (entries.delete(agent) && entries.size > 0) decide();
  };

  const noteLink = (agent: string, entry: Entry, link: LinkState) => {
    const before = entry.link;
    entry.link = link;
    if (link.state === 'connected' || link.state === 'ended') {
      if (before?.state === 'retrying' && entry.reached) options.warn(`${agent} is back`);
      entry.reached = true;
      connected.resolve();
      if (link.state === 'ended') entry.fate = 'done';
    } else if (link.state === 'retrying' && entry.fate === 'open') {
      const error = link.error ?? new AppError('agent-unreachable', { address: agent, reason: link.reason });
      // Where it was let in before, the key may be another by now, and is asked for anew.
      const hopeless = error.exitCode === 2 || (error.code === 'permission' && !entry.reached);
      if (hopeless || (link.attempt >= mostAttempts && !(entry.reached && options.patient))) {
        entry.fate = error;
        if (entries.size > 1) options.warn(error.message);
      } else if (before?.state === 'connected') {
        options.warn(`lost ${agent}: ${link.reason}; retrying`);
      }
    }
    decide();
  };

  return {
    note(event) {
      // Where nobody answers yet there is nothing to wait for: it is said, and the others go on.
      if (event.type === 'link' && event.link.state === 'absent') {
        options.warn(`no agent on ${event.agent}: ${event.link.reason}`);
        return forget(event.agent);
      }
      if (event.type === 'gone') return forget(event.agent);
      const entry = entries.get(event.agent) ?? add(event.agent);
      switch (event.type) {
        case 'link':
          return noteLink(event.agent, entry, event.link);
        case 'status':
          entry.before ??= options.own ? [] : event.status.losses;
          entry.own = event.status.losses;
          return;
        case 'loss':
          entry.line = event.losses;
          return;
        case 'rows':
          return;
      }
    },
    connected: connected.promise,
    finished: finished.promise,
    losses: () => sumLosses([...entries.values()].flatMap((entry) => [...since(entry), ...entry.line])),
  };
}

/** What the agent lost since the command began; a restarted agent counts from nothing. */
function since({ before = [], own }: Entry): Loss[] {
  return own.map(({ reason, count }) => {
    const earlier = before.find((loss) => loss.reason === reason)?.count ?? 0;
    return { reason, count: count >= earlier ? count - earlier : count };
  });
}

function sumLosses(losses: readonly Loss[]): readonly Loss[] {
  const sums = new Map<string, number>();
  for (const { reason, count } of losses) sums.set(reason, (sums.get(reason) ?? 0) + count);
  return [...sums].filter(([, count]) => count > 0).map(([reason, count]) => ({ reason, count }));
}
