/** The agent's gRPC server. */
import { rmSync } from 'node:fs';
import {
  type handleServerStreamingCall,
  logVerbosity,
  Server,
  ServerCredentials,
  type ServerInterceptor,
  type ServerUnaryCall,
  type sendUnaryData,
  setLogVerbosity,
  status,
} from '@grpc/grpc-js';
import {
  type AgentServiceServer,
  AgentServiceService,
  type WatchRowsRequest,
} from '../../proto/gen/kelpie/v1/agent.ts';
import { AppError, toAppError } from '../../src/domain/errors.ts';
import type { AgentApi, LeaseOrder } from './api.ts';
import { grpcError } from './errors.ts';
import { formatAddress, type ListenAddress, prepareSocket, protectSocket } from './listen-address.ts';
import { batchOf } from './rows-to-wire.ts';
import { statusToWire } from './status-to-wire.ts';
import { tableOf, type WatchResponse, watchRows } from './watch-rows.ts';

export interface AgentServer {
  /** As clients dial it; the port is the real one where 0 was asked for. */
  readonly address: string;
  /** Ends every stream and removes the socket file. Idempotent. */
  close(): void;
}

/** Requests are a filter and a few names. */
const maxRequestBytes = 64 * 1024;
/** Streams one connection may have open. */
const maxStreams = 64;

/**
 * Serves `api` on `address`.
 *
 * @param access says who may look; without it whoever can reach the address may
 * @throws AppError `port-in-use`, `permission`
 */
export async function createAgentServer(
  api: AgentApi,
  address: ListenAddress,
  access?: ServerInterceptor,
): Promise<AgentServer> {
  // What goes wrong is told by our own errors.
  setLogVerbosity(logVerbosity.NONE);
  const server = new Server({
    'grpc.max_receive_message_length': maxRequestBytes,
    'grpc.max_send_message_length': -1,
    'grpc.max_concurrent_streams': maxStreams,
    // A terminal that vanished without a word (network gone) is let go of within half a minute.
    'grpc.keepalive_time_ms': 20_000,
    'grpc.keepalive_timeout_ms': 10_000,
    interceptors: access ? [access] : [],
  });
  server.addService(service, handlers(api));
  if (address.kind === 'unix') await prepareSocket(address.path);
  const bound = await bind(server, address);
  return {
    address: formatAddress(bound),
    close() {
      server.forceShutdown();
      if (bound.kind === 'unix') rmSync(bound.path, { force: true });
    },
  };
}

/** Rows are encoded where they are gathered (rows-to-wire.ts), everything else by the generated code. */
const service = {
  ...AgentServiceService,
  watchRows: {
    ...AgentServiceService.watchRows,
    responseSerialize: (response: WatchResponse): Buffer =>
      response instanceof Uint8Array
        ? Buffer.from(response.buffer, response.byteOffset, response.byteLength)
        : AgentServiceService.watchRows.responseSerialize(response),
  },
};

type Handlers = Omit<AgentServiceServer, 'watchRows'> & {
  readonly watchRows: handleServerStreamingCall<WatchRowsRequest, WatchResponse>;
};

function handlers(api: AgentApi): Handlers {
  return {
    getAgent: unary(() => ({ status: statusToWire(api.status()) })),
    getRow: unary(({ table: id, id: key }) => {
      const table = tableOf(id);
      const row = api.rows.get(table, key);
      if (!row) throw new NotFound();
      return { batch: batchOf(table, [row], true) };
    }),
    renewLease: unary((request) => ({ expires: api.renewLease({ ...request, level: levelOf(request.level) }) })),
    watchRows: (call) => watchRows(api, call),
  };
}

class NotFound extends Error {}

function unary<Request, Response>(handle: (request: Request) => Response) {
  return (call: ServerUnaryCall<Request, Response>, callback: sendUnaryData<Response>) => {
    try {
      callback(null, handle(call.request));
    } catch (thrown) {
      if (thrown instanceof NotFound) return callback({ code: status.NOT_FOUND, details: 'no such row is kept' });
      const error = toAppError(thrown);
      callback(grpcError(error, error.code === 'internal' ? status.INTERNAL : status.INVALID_ARGUMENT));
    }
  };
}

const levels = ['off', 'flows', 'heads', 'bodies'] as const satisfies readonly LeaseOrder['level'][];

function levelOf(text: string): LeaseOrder['level'] {
  const level = levels.find((each) => each === text);
  if (level) return level;
  throw new AppError('usage', {
    detail: `There is no capture level "${text.slice(0, 32)}". Levels: ${levels.join(', ')}.`,
  });
}

async function bind(server: Server, address: ListenAddress): Promise<ListenAddress> {
  // The socket must never be open to others, not even between bind and chmod.
  const umask = address.kind === 'unix' ? process.umask(0o177) : undefined;
  try {
    const port = await new Promise<number>((resolve, reject) => {
      server.bindAsync(formatAddress(address), ServerCredentials.createInsecure(), (error, bound) =>
        error ? reject(error) : resolve(bound),
      );
    });
    if (address.kind === 'tcp') return { ...address, port };
    protectSocket(address.path);
    return address;
  } catch (thrown) {
    throw bindError(formatAddress(address), thrown);
  } finally {
    if (umask !== undefined) process.umask(umask);
  }
}

function bindError(address: string, thrown: unknown): AppError {
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  if (/EADDRINUSE/.test(text)) return new AppError('port-in-use', { address }, { cause: thrown });
  if (/EACCES|EPERM/.test(text)) {
    return new AppError(
      'permission',
      { what: `listening on ${address}`, remedy: 'Choose another address with --listen.' },
      { cause: thrown },
    );
  }
  return new AppError(
    'agent-start',
    { reason: `cannot listen on ${address}: ${text.slice(0, 200)}` },
    { cause: thrown },
  );
}
