/** Agents that are not well: what they do to whoever dials them. */
import { connect, createServer, type Socket } from 'node:net';
import { Server, ServerCredentials, type ServerWritableStream } from '@grpc/grpc-js';
import { batchOf } from '../../../agent/server/rows-to-wire.ts';
import { AgentServiceService, type WatchRowsRequest, WatchRowsResponse } from '../../../proto/gen/kelpie/v1/agent.ts';
import type { Row, Value } from '../../../src/domain/column.ts';
import type { Table } from '../../../src/domain/table.ts';
import { findTable } from '../../../src/domain/tables/index.ts';

/** `dead`: accepts and never answers. `slow`: a byte a second. `hostile`: whatever a program could say to do harm. */
export type Fault = 'dead' | 'slow' | 'hostile';

export async function startFaulty(fault: Fault, path: string, node: string): Promise<void> {
  if (fault === 'hostile') return startHostile(path, node);
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    if (fault === 'slow') trickle(socket, `${path}.behind`);
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
}

/** What the agent behind says, a byte a second. */
function trickle(socket: Socket, path: string): void {
  const behind = connect(path);
  const waiting: Buffer[] = [];
  behind.on('data', (bytes) => {
    waiting.push(bytes);
    behind.pause();
  });
  behind.on('error', () => socket.destroy());
  socket.on('data', (bytes) => behind.write(bytes));
  const timer = setInterval(() => {
    const [first] = waiting;
    if (!first) return;
    socket.write(first.subarray(0, 1));
    if (first.length > 1) waiting[0] = first.subarray(1);
    else {
      waiting.shift();
      behind.resume();
    }
  }, 1_000);
  socket.on('close', () => {
    clearInterval(timer);
    behind.destroy();
  });
}

type Watch = ServerWritableStream<WatchRowsRequest, Uint8Array>;

/** Its lives differ: first bytes that are no HTTP/2, then HTTP/2 with one attack after the other. */
async function startHostile(path: string, node: string): Promise<void> {
  const grpcPath = `${path}.behind`;
  await serveAttacks(grpcPath, node);
  let lives = 0;
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    lives += 1;
    if (lives % 4 === 0) return void socket.write(Buffer.alloc(1 << 20, 0xff));
    const behind = connect(grpcPath);
    behind.on('error', () => socket.destroy());
    behind.pipe(socket).pipe(behind);
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
}

async function serveAttacks(path: string, node: string): Promise<void> {
  const server = new Server();
  const watchRows = { ...AgentServiceService.watchRows, responseSerialize: (bytes: Uint8Array) => Buffer.from(bytes) };
  let attacks = 0;
  server.addService(
    { ...AgentServiceService, watchRows },
    {
      getAgent: (_: unknown, answer: (error: null, value: object) => void) => answer(null, {}),
      watchRows(call: Watch) {
        attacks += 1;
        attack(attacks, call, node);
      },
      getRow: (_: unknown, answer: (error: null, value: object) => void) => answer(null, {}),
      renewLease: (_: unknown, answer: (error: null, value: object) => void) => answer(null, { expires: 2n ** 62n }),
    },
  );
  await new Promise<void>((resolve, reject) => {
    server.bindAsync(`unix:${path}`, ServerCredentials.createInsecure(), (error) =>
      error ? reject(error) : resolve(),
    );
  });
}

/** Streams of a life are seven or so: each kind of attack meets the terminal in each life. */
function attack(number: number, call: Watch, node: string): void {
  const table = findTable(call.request.table);
  call.on('error', () => {});
  switch (number % 9) {
    case 0: // Bytes that are no message.
      return void call.write(Buffer.alloc(100_000, 0xfe));
    case 1: // More rows than there can be.
      return void call.write(
        response(node, { $case: 'batch', value: { table: call.request.table, rows: 4_000_000_000, columns: [] } }),
      );
    case 2: // A status without an end.
      return void call.write(
        response(node, {
          $case: 'status',
          value: {
            ...status(node),
            programs: Array.from({ length: 60_000 }, (_, n) => ({
              name: `p${n}`,
              attachType: '',
              cgroup: '',
              instructions: 1,
            })),
          },
        }),
      );
    case 3: // Messages that are too long.
      return void call.write(Buffer.alloc(9 << 20));
    default:
      if (table) flood(call, table, node, number);
  }
}

/** Rows of the right shape with names nobody has, ten thousand a second and stream. */
function flood(call: Watch, table: Table, node: string, salt: number): void {
  call.write(response(node, { $case: 'status', value: status(node) }));
  let from = 0;
  let isOpen = true;
  call.on('close', () => {
    isOpen = false;
  });
  call.on('cancelled', () => {
    isOpen = false;
  });
  // All agents share this process: the others must not go hungry.
  const more = () => {
    if (!isOpen) return;
    const rows = Array.from({ length: 200 }, (_, n) => absurdRow(table, node, salt, from + n));
    from += rows.length;
    const isTaken = call.write(response(node, { $case: 'batch', value: batchOf(table, rows, false) }));
    if (isTaken) setTimeout(more, 20);
    else call.once('drain', () => setTimeout(more, 20));
  };
  more();
}

function absurdRow(table: Table, node: string, salt: number, number: number): Row {
  const row: Record<string, Value> = {};
  for (const [id, { type }] of Object.entries(table.columns)) {
    row[id] =
      type === 'time'
        ? BigInt(Date.now()) * 1_000_000n
        : id === 'node'
          ? node
          : id === 'trace_role'
            ? 'server'
            : ['duration', 'bytes', 'count', 'rate', 'byterate', 'percent', 'port', 'status'].includes(type)
              ? 1e15
              : type === 'bool'
                ? true
                : type === 'headers'
                  ? []
                  : type === 'body' || type === 'sketch'
                    ? new Uint8Array(40)
                    : `\u001b]0;owned\u0007absurd/${salt}-${number}-${'x'.repeat(number % 50 === 0 ? 20_000 : 20)}`;
  }
  return row;
}

const response = (node: string, event: NonNullable<WatchRowsResponse['event']>) =>
  WatchRowsResponse.encode({ node, time: BigInt(Date.now()) * 1_000_000n, event }).finish();

const status = (node: string) => ({
  node: `${node}\u001b[2J`,
  version: 'v'.repeat(100_000),
  kernel: '',
  source: { kind: 'live', name: '/', progress: 0 },
  started: -1n,
  pid: 0,
  cpuNanos: 1e300,
  rssBytes: 1e300,
  mapBytes: 1e300,
  programs: [],
  totals: Object.fromEntries(Array.from({ length: 4_000 }, (_, n) => [`t${n}`, 1e300])),
  losses: Array.from({ length: 4_000 }, (_, n) => ({ reason: `absurd-${n}`, count: 1e15 })),
  leases: [],
  ringRows: 1e300,
  ringBytes: 1e300,
  cpus: 4_000_000_000,
  names: undefined,
  policy: undefined,
});
