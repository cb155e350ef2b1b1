/** One WatchRows call: wire messages in, rows, status and losses out. */

import type { AgentServiceClient, WatchRowsResponse } from '../../proto/gen/kelpie/v1/agent.ts';
import type { AgentStatus, Loss } from '../domain/agent-status.ts';
import type { Row } from '../domain/column.ts';
import { AppError } from '../domain/errors.ts';
import type { AgentEndpoint, RowQuery } from './client.ts';
import { decodeBatch } from './from-wire.ts';
import { fromGrpcError } from './grpc-errors.ts';
import { decodeLosses, decodeStatus } from './status-from-wire.ts';

export interface RowStreamListener {
  /** Anything came: the agent is alive. */
  heard(): void;
  rows(table: string, rows: readonly Row[]): void;
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
  listener: RowStreamListener,
): RowStream {
  let open = true;
  let ended = false;
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
        listener.status(decodeStatus(agent, event.value), Number(message.time / 1_000_000n));
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
    try {
      take(message);
    } catch (thrown) {
      fail(thrown);
    }
  });
  call.on('error', fail);
  call.on('end', () => {
    if (!open || !ended) {
      // The status that says why follows as `error` unless it is OK.
      setImmediate(fail, new AppError('agent-unreachable', { address: agent, reason: 'the agent ended the stream' }));
      return;
    }
    open = false;
    listener.closed();
  });

  return {
    pause: () => void call.pause(),
    resume: () => void call.resume(),
    cancel() {
      open = false;
      call.cancel();
    },
  };
}
