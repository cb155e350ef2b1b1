/** The line to one agent over all its lives: sessions come and go, the line retries, resubscribes and tells how it stands. */
import type { AgentEvent, LinkState } from '../domain/agent-event.ts';
import type { Row } from '../domain/column.ts';
import { AppError } from '../domain/errors.ts';
import { type AgentSession, openSession } from './agent-session.ts';
import { backoffDelay } from './backoff.ts';
import type { AgentEndpoint, NamedLease, RowQuery, Timings } from './client.ts';
import type { DialTurns } from './dial-turns.ts';
import type { Inbox } from './inbox.ts';
import { createLossTotals } from './loss-totals.ts';

export interface AgentLineOptions {
  readonly endpoint: AgentEndpoint;
  readonly clientId: string;
  readonly queries: readonly RowQuery[];
  readonly leases: readonly NamedLease[];
  readonly timings: Timings;
  readonly turns: DialTurns;
  readonly inbox: Inbox;
  readonly onEvent: (event: AgentEvent) => void;
}

export interface AgentLine {
  setQueries(queries: readonly RowQuery[]): void;
  setLeases(leases: readonly NamedLease[]): void;
  setPaused(paused: boolean): void;
  /** Dials now where it would have waited. */
  retry(): void;
  fetchRow(table: string, id: string): Promise<Row>;
  close(): Promise<void>;
}

export function createAgentLine(options: AgentLineOptions): AgentLine {
  const { endpoint, timings, onEvent } = options;
  const { agent } = endpoint;
  const losses = createLossTotals();
  let { queries, leases } = options;
  let paused = false;
  let session: AgentSession | undefined;
  let link: LinkState | undefined;
  let attempt = 0;
  let upSince: number | undefined;
  let retry: NodeJS.Timeout | undefined;
  let closed = false;
  /** Ends the turn to dial, or the wait for it; undefined while there is neither. */
  let leaveTurn: (() => void) | undefined;

  const setLink = (next: LinkState) => {
    if (closed || (link?.state === next.state && next.state !== 'retrying')) return;
    link = next;
    onEvent({ type: 'link', agent, link });
  };

  const connect = () => {
    leaveTurn = options.turns.take(dial);
  };
  const turnIsOver = () => {
    leaveTurn?.();
    leaveTurn = undefined;
  };
  const dial = () => {
    session = openSession({
      endpoint,
      clientId: options.clientId,
      queries,
      leases,
      paused,
      timings,
      inbox: options.inbox,
      onUp() {
        turnIsOver();
        upSince = performance.now();
        if (link?.state !== 'ended') setLink({ state: 'connected' });
      },
      onRows: (table, rows) => onEvent({ type: 'rows', agent, table, rows }),
      onStatus: (status, time) => onEvent({ type: 'status', agent, status, time }),
      onStream: losses.nextStream,
      onLosses: (table, totals) => onEvent({ type: 'loss', agent, losses: losses.update(table, totals) }),
      onEnd: (isOver) => {
        if (isOver) setLink({ state: 'ended' });
        else if (link?.state === 'ended') setLink({ state: 'connected' });
      },
      onDown: retryLater,
    });
  };

  const retryLater = (error: AppError) => {
    session = undefined;
    turnIsOver();
    // Only a session that lasted starts the back-off anew: an agent that answers and breaks at once is not hammered.
    if (upSince !== undefined && performance.now() - upSince > timings.retryMost) attempt = 0;
    upSince = undefined;
    attempt += 1;
    const delay = backoffDelay(attempt, timings.retryFirst, timings.retryMost);
    retry = setTimeout(connect, delay);
    setLink({ state: 'retrying', reason: shortReason(error), attempt, retryAt: Date.now() + delay, error });
  };

  setLink({ state: 'connecting' });
  connect();

  return {
    setQueries(wanted) {
      queries = wanted;
      session?.setQueries(wanted);
    },
    setLeases(wanted) {
      leases = wanted;
      session?.setLeases(wanted);
    },
    setPaused(wanted) {
      paused = wanted;
      session?.setPaused(wanted);
    },
    retry() {
      if (closed || session || leaveTurn) return;
      clearTimeout(retry);
      attempt = 0;
      connect();
    },
    fetchRow(table, id) {
      if (session) return session.fetchRow(table, id);
      const reason = link?.state === 'retrying' ? link.reason : 'not connected';
      return Promise.reject(new AppError('agent-unreachable', { address: agent, reason }));
    },
    async close() {
      closed = true;
      clearTimeout(retry);
      turnIsOver();
      await session?.close();
    },
  };
}

/** What fits a banner: the reason without the advice. */
function shortReason(error: AppError): string {
  const { context } = error;
  return 'reason' in context ? context.reason : error.message;
}
