/** The row streams of one session: one a table, all on one channel. What they say of the agent itself counts once. */
import type { AgentServiceClient } from '../../proto/gen/kelpie/v1/agent.ts';
import type { AgentStatus, Loss } from '../domain/agent-status.ts';
import type { Row } from '../domain/column.ts';
import type { AppError } from '../domain/errors.ts';
import type { AgentEndpoint, RowQuery } from './client.ts';
import type { Lane } from './inbox.ts';
import { openRowStream, type RowStream } from './row-stream.ts';

export interface RowStreamsListener {
  /** Anything came: the agent is alive. */
  heard(): void;
  rows(table: string, rows: readonly Row[]): void;
  status(status: AgentStatus, time: number): void;
  /** A stream of the table begins: its loss totals start from nothing. */
  began(table: string): void;
  losses(table: string, losses: readonly Loss[]): void;
  /** Whether no stream will bring another row, whenever that changes. */
  over(isOver: boolean): void;
  /** No stream is left that brings the status. */
  silent(): void;
  failed(error: AppError): void;
}

export interface RowStreams {
  /** Streams of these queries, one a table; those that are there already go on. */
  set(queries: readonly RowQuery[]): void;
  pause(): void;
  resume(): void;
  cancel(): void;
  /** Streams that are open. */
  readonly size: number;
}

interface Entry {
  readonly query: RowQuery;
  /** Undefined once the agent closed it in good order. */
  stream: RowStream | undefined;
  ended: boolean;
}

export function openRowStreams(
  endpoint: AgentEndpoint,
  client: AgentServiceClient,
  lane: Lane,
  listener: RowStreamsListener,
): RowStreams {
  const entries = new Map<string, Entry>();
  let paused = false;
  let over = false;

  const open = () => [...entries.values()].filter(({ stream }) => stream !== undefined);
  /** Every stream brings the agent's status each second; that of the first counts. */
  const leads = (entry: Entry): boolean => {
    for (const each of entries.values()) if (each.stream !== undefined) return each === entry;
    return false;
  };
  const decide = () => {
    const isOver = entries.size > 0 && [...entries.values()].every(({ ended }) => ended);
    if (isOver === over) return;
    over = isOver;
    listener.over(over);
  };
  const close = (entry: Entry) => {
    entry.stream = undefined;
    if (open().length === 0) listener.silent();
  };

  const start = (query: RowQuery) => {
    const entry: Entry = { query, stream: undefined, ended: false };
    entries.set(query.table, entry);
    listener.began(query.table);
    entry.stream = openRowStream(endpoint, client, query, lane, {
      heard: listener.heard,
      rows: listener.rows,
      get wantsStatus() {
        return leads(entry);
      },
      status: listener.status,
      losses: (losses) => listener.losses(query.table, losses),
      end() {
        entry.ended = true;
        decide();
      },
      closed: () => close(entry),
      failed(error) {
        // An agent older than this terminal does not know the table; the others it does.
        if (error.code !== 'usage' || entries.size === 1) return listener.failed(error);
        entry.ended = true;
        close(entry);
        decide();
      },
    });
    if (paused) entry.stream.pause();
  };

  return {
    set(queries) {
      const wanted = new Map(queries.map((query) => [query.table, query]));
      for (const [table, { query, stream }] of [...entries]) {
        const next = wanted.get(table);
        if (next && sameQuery(query, next)) continue;
        stream?.cancel();
        entries.delete(table);
      }
      for (const query of wanted.values()) if (!entries.has(query.table)) start(query);
      decide();
      if (open().length === 0) listener.silent();
    },
    pause() {
      paused = true;
      for (const { stream } of entries.values()) stream?.pause();
    },
    resume() {
      paused = false;
      for (const { stream } of entries.values()) stream?.resume();
    },
    cancel() {
      for (const { stream } of entries.values()) stream?.cancel();
      entries.clear();
    },
    get size() {
      return open().length;
    },
  };
}

function sameQuery(a: RowQuery, b: RowQuery): boolean {
  return (
    a.filter === b.filter &&
    a.payload === b.payload &&
    a.backlog === b.backlog &&
    a.maxRowsPerSecond === b.maxRowsPerSecond &&
    a.once === b.once &&
    (a.paceMs ?? 0) === (b.paceMs ?? 0)
  );
}
