/**
 * An agent made of nothing but the wire: serves synthetic requests at a rate, and no row of any other table, from a process of its own.
 *
 * Usage: row-server.ts unix:PATH. Lines on stdin: a number = rows a second from now on; "count" = print rows sent so
 * far. The end of stdin is its end. Rows go only as fast as the reader takes them; `maxRowsPerSecond` is kept.
 */
import { createInterface } from 'node:readline';
import { status as codes, Server, ServerCredentials, type ServerWritableStream } from '@grpc/grpc-js';
import {
  type AgentServiceServer,
  AgentServiceService,
  type AgentStatus,
  type WatchRowsRequest,
  type WatchRowsResponse,
} from '../../../proto/gen/kelpie/v1/agent.ts';
import { syntheticBatch } from './synthetic-rows.ts';

const tickMs = 50;
const started = now();
let rate = 0;
let sent = 0;
let next = 0;

function now(): bigint {
  return BigInt(Date.now()) * 1_000_000n;
}

function agentStatus(): AgentStatus {
  return {
    node: 'bench',
    version: '0.0.0',
    kernel: '6.0.0',
    source: { kind: 'live', name: '/bench', progress: 0 },
    started,
    pid: process.pid,
    cpuNanos: process.cpuUsage().user * 1000,
    rssBytes: 80e6,
    mapBytes: 1e6,
    programs: [],
    totals: { rows: sent },
    losses: [],
    leases: [],
    ringRows: 10_000,
    ringBytes: 10e6,
    cpus: 2,
    names: undefined,
    policy: undefined,
  };
}

function watch(call: ServerWritableStream<WatchRowsRequest, WatchRowsResponse>): void {
  const { table, backlog, once, maxRowsPerSecond } = call.request;
  const isServed = table === 'http_events';
  const send = (event: WatchRowsResponse['event']) => call.write({ node: 'bench', time: now(), event });
  let taking = true;
  call.on('drain', () => {
    taking = true;
  });
  const rows = (count: number) => {
    taking = send({ $case: 'batch', value: syntheticBatch(next, count, now()) });
    next += count;
    sent += count;
  };
  send({ $case: 'status', value: agentStatus() });
  if (isServed && backlog > 0) rows(Math.min(backlog, 1000));
  if (once) {
    send({ $case: 'end', value: {} });
    call.end();
    return;
  }
  let due = 0;
  const ticking = setInterval(() => {
    const allowed = maxRowsPerSecond > 0 ? Math.min(rate, maxRowsPerSecond) : rate;
    due = Math.min(due + (allowed * tickMs) / 1000, allowed);
    if (!isServed || !taking || due < 1) return;
    rows(Math.floor(due));
    due -= Math.floor(due);
  }, tickMs);
  const beating = setInterval(() => send({ $case: 'status', value: agentStatus() }), 1_000);
  call.on('close', () => {
    clearInterval(ticking);
    clearInterval(beating);
  });
  if (isServed) process.stderr.write(`watch: backlog ${backlog}, at most ${maxRowsPerSecond} rows/s\n`);
}

const service: AgentServiceServer = {
  getAgent: (_call, callback) => callback(null, { status: agentStatus() }),
  watchRows: watch,
  getRow: (_call, callback) => callback({ code: codes.NOT_FOUND, details: 'synthetic rows have no payload' }),
  renewLease: ({ request }, callback) => callback(null, { expires: now() + BigInt(request.ttlMs) * 1_000_000n }),
};

const server = new Server();
server.addService(AgentServiceService, service);
server.bindAsync(process.argv[2] ?? '', ServerCredentials.createInsecure(), (error) => {
  if (error) {
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  }
  process.stdout.write('ready\n');
});
for await (const line of createInterface({ input: process.stdin })) {
  if (line === 'count') process.stdout.write(`count ${sent}\n`);
  else rate = Number(line);
}
process.exit(0);
