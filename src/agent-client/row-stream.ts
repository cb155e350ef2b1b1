/** One WatchRows call: wire messages in, rows, status and losses out. */

import type { AgentServiceClient, WatchRowsResponse } from '../../proto/gen/kelpie/v1/agent.ts';
import type { AgentStatus, Loss } from '../domain/agent-status.ts';
import type { Row } from '../domain/column.ts';
import { AppError } from '../domain/errors.ts';
import type { AgentEndpoint, RowQuery } from './client.ts';
import { decodeBatch } from './from-wire.ts';
import { fromGrpcError } from './grpc-errors.ts';
import type { Lane } from './inbox.ts';
import { decodeLosses, decodeStatus } from './status-from-wire.ts';

/** Messages of a stream that wait for their turn: a few, so that the agent knows how far behind its reader is. */
const mostWaiting = 4;

export interface RowStreamListener {
  /** Anything came: the agent is alive. */
  heard(): void;
  rows(table: string, rows: readonly Row[]): void;
  /** What streams beside this one say of the agent, too. */
  readonly wantsStatus: boolean;
  /** `time`: Unix ms at the agent. */
  status(status: AgentStatus, time: number): void;
  /** Totals of this stream. */
  losses(losses: readonly Loss[]): void;
  /** No more rows will come; the stream may go on with status. */
  end(): void;
  /** The agent closed the stream in good order after `end`. */
  closed(): void;
  failed(error: AppError): void;
}

export interface RowStream {
  pause(): void;
  resume(): void;
  /** Nothing reaches the listener after this. */
  cancel(): void;
}

/** What an agent is asked: whom else one asks is none of it. */
function asked({ agents: _, paceMs = 0, ...query }: RowQuery): Omit<RowQuery, 'agents'> & { readonly paceMs: number } {
  return { ...query, paceMs };
}

export function openRowStream(
  { agent, isNamedHere = false }: AgentEndpoint,
  client: AgentServiceClient,
  query: RowQuery,
  lane: Lane,
  listener: RowStreamListener,
): RowStream {
  let open = true;
  let ended = false;
  let isPaused = false;
  /** Messages that wait for their turn. */
  let waiting = 0;
  const call = client.watchRows({ ...asked(query), namesElsewhere: isNamedHere });

  const fail = (thrown: unknown) => {
    if (!open) return;
    open = false;
    call.cancel();
    listener.failed(fromGrpcError(agent, thrown));
  };
  const take = (message: WatchRowsResponse) => {
    const { event } = message;
    switch (event?.$case) {
      case 'batch': {
        const { table, rows } = decodeBatch(agent, event.value);
        if (rows.length > 0) listener.rows(table.id, rows);
        break;
      }
      case 'status':
        if (listener.wantsStatus) listener.status(decodeStatus(agent, event.value), Number(message.time / 1_000_000n));
        break;
      case 'loss':
        listener.losses(decodeLosses(agent, event.value.losses));
        break;
      case 'end':
        ended = true;
        listener.end();
        break;
      case undefined: // An event of a newer agent.
        break;
    }
  };

  call.on('metadata', () => open && listener.heard());
  call.on('data', (message: WatchRowsResponse) => {
    if (!open) return;
    listener.heard();
    waiting += 1;
    // What is not read stays with the agent, which counts what it lets go of.
    if (waiting === mostWaiting) call.pause();
    lane.add(() => {
      waiting -= 1;
      if (!open) return;
      if (waiting < mostWaiting && !isPaused) call.resume();
      try {
        take(message);
      } catch (thrown) {
        fail(thrown);
      }
    });
  });
  call.on('error', (error) => lane.add(() => fail(error)));
  call.on('end', () =>
    lane.add(() => {
      if (!open || !ended) {
        // The status that says why follows as `error` unless it is OK.
        setImmediate(fail, new AppError('agent-unreachable', { address: agent, reason: 'the agent ended the stream' }));
        return;
      }
      open = false;
      listener.closed();
    }),
  );

  return {
    pause() {
      isPaused = true;
      call.pause();
    },
    resume() {
      isPaused = false;
      if (waiting < mostWaiting) call.resume();
    },
    cancel() {
      open = false;
      call.cancel();
    },
  };
}
