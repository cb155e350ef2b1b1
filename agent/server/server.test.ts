import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, describe, test } from 'node:test';
import { credentials, status as grpcStatus, type ServiceError } from '@grpc/grpc-js';
import { AgentServiceClient, type GetRowResponse, type WatchRowsResponse } from '../../proto/gen/kelpie/v1/agent.ts';
import type { AgentStatus } from '../../src/domain/agent-status.ts';
import type { Row } from '../../src/domain/column.ts';
import { parseFilter } from '../../src/domain/filter/parse.ts';
import { httpEvents } from '../../src/domain/tables/http-events.ts';
import { createRows, type RowsOptions } from '../rows/rows.ts';
import type { LeaseOrder } from './api.ts';
import { parseListenAddress } from './listen-address.ts';
import { type AgentServer, createAgentServer } from './server.ts';

const directory = mkdtempSync(join(tmpdir(), 'kelpie-server-'));
after(() => rmSync(directory, { recursive: true }));
let sockets = 0;
const newSocket = (): string => join(directory, `${++sockets}.sock`);

const undo: (() => void)[] = [];
afterEach(() => {
  for (const step of undo.splice(0).reverse()) step();
});

const agentStatus: AgentStatus = {
  node: 'node-1',
  version: '1',
  kernel: '6.1',
  source: { kind: 'live', name: '/', progress: 0 },
  started: 5n,
  pid: 1,
  cpus: 2,
  cpuNanos: 3,
  rssBytes: 4,
  mapBytes: 5,
  programs: [{ name: 'p', attachType: 'sockops', cgroup: '/', instructions: 9 }],
  totals: { rows: 3 },
  losses: [{ reason: 'ring-full', count: 1 }],
  leases: [],
  ringRows: 0,
  ringBytes: 0,
};

async function serve(options: Partial<RowsOptions> = {}) {
  const rows = createRows({ ringBytes: 64 << 20, whenSlow: 'drop', ...options });
  const orders: LeaseOrder[] = [];
  const server: AgentServer = await createAgentServer(
    {
      node: 'node-1',
      rows,
      parseFilter,
      status: () => agentStatus,
      renewLease: (order) => {
        orders.push(order);
        return 42n;
      },
    },
    { kind: 'unix', path: newSocket() },
  );
  const client = new AgentServiceClient(server.address, credentials.createInsecure(), {
    'grpc.default_authority': 'localhost',
    'grpc.max_receive_message_length': 8 << 20,
  });
  undo.push(
    () => server.close(),
    () => client.close(),
  );
  return { rows, server, client, orders };
}

const event = (id: number, over: Partial<Row> = {}): Row => ({
  ...Object.fromEntries(httpEvents.columnIds.map((column) => [column, null])),
  time_: BigInt(id) * 1_000_000n,
  id: `x.${id}`,
  source: 'shop/frontend',
  destination: 'shop/api',
  req_method: 'GET',
  req_path: `/items/${id}`,
  resp_status: 200,
  outcome: 'ok',
  req_body_size: 0,
  resp_body_size: 10,
  req_headers: [['Host', 'x']],
  resp_body: Buffer.from(`body ${id}`),
  ...over,
});

interface Watching {
  readonly messages: WatchRowsResponse[];
  readonly ids: () => string[];
  readonly losses: () => Record<string, number>;
  readonly isEnded: () => boolean;
  readonly error: () => ServiceError | undefined;
  readonly call: ReturnType<AgentServiceClient['watchRows']>;
}

function watch(client: AgentServiceClient, over: object = {}): Watching {
  const call = client.watchRows({
    table: 'http_events',
    filter: '',
    payload: false,
    backlog: 0,
    maxRowsPerSecond: 0,
    once: false,
    namesElsewhere: false,
    paceMs: 0,
    ...over,
  });
  const messages: WatchRowsResponse[] = [];
  let closed = false;
  let error: ServiceError | undefined;
  call.on('data', (message: WatchRowsResponse) => messages.push(message));
  call.on('error', (thrown: ServiceError) => {
    error = thrown;
  });
  call.on('end', () => {
    closed = true;
  });
  undo.push(() => call.cancel());
  const ids = () =>
    messages.flatMap(({ event: e }) => {
      const values = e?.$case === 'batch' ? e.value.columns.find(({ name }) => name === 'id')?.values : undefined;
      return values?.$case === 'strings' ? values.value.index.map((i) => values.value.dictionary[i] ?? '') : [];
    });
  const losses = () =>
    Object.fromEntries(
      messages.flatMap(({ event: e }) => (e?.$case === 'loss' ? e.value.losses.map((l) => [l.reason, l.count]) : [])),
    );
  return { messages, ids, losses, isEnded: () => closed, error: () => error, call };
}

async function until(what: () => boolean, ms = 5000): Promise<void> {
  const end = performance.now() + ms;
  while (!what()) {
    assert.ok(performance.now() < end, `waited ${ms} ms for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

const unary = <T>(call: (done: (error: ServiceError | null, value: T) => void) => void): Promise<T> =>
  new Promise((resolve, reject) => call((error, value) => (error ? reject(error) : resolve(value))));

describe('watching rows', () => {
  test('status at once, rows as they come, without payload unless asked for', async () => {
    const { rows, client } = await serve();
    const bare = watch(client);
    const full = watch(client, { payload: true });
    await until(() => bare.messages.length > 0 && full.messages.length > 0);
    assert.equal(bare.messages[0]?.event?.$case, 'status');
    assert.equal(bare.messages[0]?.node, 'node-1');
    for (let i = 1; i <= 3; i++) rows.put(httpEvents, event(i));
    await until(() => bare.ids().length === 3 && full.ids().length === 3);
    const columns = (of: Watching) =>
      of.messages.flatMap(({ event: e }) => (e?.$case === 'batch' ? e.value.columns.map(({ name }) => name) : []));
    assert.ok(columns(full).includes('resp_body') && columns(full).includes('req_headers'));
    assert.ok(!columns(bare).includes('resp_body') && !columns(bare).includes('req_headers'));
  });

  test('only rows that pass the filter, newest kept ones first, then the end of `once`', async () => {
    const { rows, client } = await serve();
    for (let i = 1; i <= 10; i++) rows.put(httpEvents, event(i, { resp_status: i % 2 === 0 ? 503 : 200 }));
    const watching = watch(client, { filter: 'status>=500', backlog: 3, once: true, namesElsewhere: false });
    await until(watching.isEnded);
    assert.deepEqual(watching.ids(), ['x.6', 'x.8', 'x.10']);
    assert.equal(watching.messages.at(-1)?.event?.$case, 'end');
  });

  test('at a pace: what was told is not told anew before its time, what is new does not wait, and the end brings the rest', async () => {
    const { rows, client } = await serve();
    const paced = watch(client, { paceMs: 60_000 });
    await until(() => paced.messages.length > 0);
    rows.put(httpEvents, event(1, { resp_status: null }));
    await until(() => paced.ids().length === 1);
    rows.put(httpEvents, event(1));
    rows.put(httpEvents, event(2));
    await until(() => paced.ids().includes('x.2'));
    assert.deepEqual(paced.ids(), ['x.1', 'x.2']);
    rows.finish();
    await until(() => paced.messages.at(-1)?.event?.$case === 'end');
    assert.deepEqual(paced.ids(), ['x.1', 'x.2', 'x.1']);
  });

  test('a wrong filter is an error that points at the word', async () => {
    const { client } = await serve();
    const watching = watch(client, { filter: 'statsu=500 “x”' });
    await until(() => watching.error() !== undefined);
    assert.equal(watching.error()?.code, grpcStatus.INVALID_ARGUMENT);
    const [described] = watching.error()?.metadata.get('kelpie-error') ?? [];
    const { code, context } = JSON.parse(String(described));
    assert.equal(code, 'filter-invalid');
    assert.equal(context.text, 'statsu=500 “x”');
    assert.equal(context.at, 0);
  });

  test('an unknown table is an error that names the known ones', async () => {
    const { client } = await serve();
    const watching = watch(client, { table: 'nonsense' });
    await until(() => watching.error() !== undefined);
    assert.match(watching.error()?.details ?? '', /http_events/);
  });

  test('a reader that does not read loses its oldest rows, is told so, and slows nobody', async () => {
    const { rows, client } = await serve({ limits: { rows: 200, bytes: 1e9 } });
    const other = watch(client);
    const stuck = watch(client, { payload: true });
    await until(() => stuck.messages.length > 0 && other.messages.length > 0);
    stuck.call.pause();
    const body = Buffer.alloc(20_000, 'x');
    let sent = 0;
    for (let round = 0; round < 12; round++) {
      for (let i = 0; i < 100; i++) rows.put(httpEvents, event(++sent, { resp_body: body }));
      await until(() => other.ids().length === sent);
    }
    assert.deepEqual(
      rows.losses.map(({ reason }) => reason),
      ['slow-reader'],
    );
    assert.deepEqual(other.losses(), {});
    stuck.call.resume();
    await until(() => stuck.ids().at(-1) === `x.${sent}` && stuck.losses()['slow-reader'] !== undefined);
    assert.equal(stuck.ids().length + (stuck.losses()['slow-reader'] ?? 0), sent);
  });

  test('no more rows a second than asked for', async () => {
    const { rows, client } = await serve({ now: () => 0 });
    const watching = watch(client, { maxRowsPerSecond: 5 });
    await until(() => watching.messages.length > 0);
    for (let i = 1; i <= 20; i++) rows.put(httpEvents, event(i));
    await until(() => watching.losses()['row-limit'] === 15);
    assert.equal(watching.ids().length, 5);
  });

  test('the end of a recording comes after its last row; status goes on', async () => {
    const { rows, client } = await serve({ whenSlow: 'wait' });
    const watching = watch(client);
    await rows.ready();
    for (let i = 1; i <= 5000; i++) rows.put(httpEvents, event(i));
    rows.finish();
    await until(() => watching.messages.at(-1)?.event?.$case === 'end');
    assert.equal(watching.ids().length, 5000);
    const count = watching.messages.length;
    await until(() => watching.messages.length > count);
    assert.equal(watching.messages.at(-1)?.event?.$case, 'status');
  });

  test('large bodies come in messages that a client accepts', async () => {
    const { rows, client } = await serve();
    const watching = watch(client, { payload: true, backlog: 100, once: true, namesElsewhere: false });
    for (let i = 1; i <= 40; i++) rows.put(httpEvents, event(i, { resp_body: Buffer.alloc(1 << 20) }));
    const all = watch(client, { payload: true, backlog: 100, once: true, namesElsewhere: false });
    await until(() => watching.isEnded() && all.isEnded());
    assert.equal(all.error(), undefined);
    assert.equal(all.ids().length, rows.ring.rows);
  });

  test('a reader that goes is forgotten', async () => {
    const { rows, client } = await serve({ whenSlow: 'wait' });
    const watching = watch(client);
    await rows.ready();
    watching.call.cancel();
    // Ready again only because somebody watches: so not any more once the reader is forgotten.
    await until(() => rows.readers === 0);
  });
});

describe('asking', () => {
  test('for one row, whole; gone is NOT_FOUND', async () => {
    const { rows, client } = await serve();
    rows.put(httpEvents, event(1));
    const { batch } = await unary<GetRowResponse>((done) => client.getRow({ table: 'http_events', id: 'x.1' }, done));
    assert.equal(batch?.rows, 1);
    assert.ok(batch?.columns.some(({ name }) => name === 'resp_body'));
    await assert.rejects(
      unary((done) => client.getRow({ table: 'http_events', id: 'nope' }, done)),
      { code: grpcStatus.NOT_FOUND },
    );
  });

  test('for the agent’s status', async () => {
    const { client } = await serve();
    const { status } = await unary<{ status: unknown }>((done) => client.getAgent({}, done));
    assert.equal((status as AgentStatus).kernel, '6.1');
    assert.deepEqual((status as AgentStatus).totals, { rows: 3 });
  });

  test('for a lease', async () => {
    const { client, orders } = await serve();
    const order = { client: 'tui', level: 'bodies', scopes: ['shop/api'], ttlMs: 1000, messageCap: 0 };
    const { expires } = await unary<{ expires: bigint }>((done) => client.renewLease(order, done));
    assert.equal(expires, 42n);
    assert.deepEqual(orders, [order]);
    await assert.rejects(
      unary((done) => client.renewLease({ ...order, level: 'everything' }, done)),
      {
        code: grpcStatus.INVALID_ARGUMENT,
      },
    );
  });
});

describe('a hostile client', () => {
  test('bytes that are no gRPC, a message too large, a flood of streams: the next one is served all the same', async () => {
    const { client, rows, server } = await serve();
    const path = server.address.slice(5);
    await new Promise<void>((resolve) => {
      const raw = connect(path, () => raw.end('GET / HTTP/1.1\r\n\r\n'));
      raw.on('close', () => resolve()).on('error', () => resolve());
      raw.resume();
      setTimeout(() => raw.destroy(), 300);
    });
    const huge = watch(client, { filter: 'x'.repeat(200_000) });
    await until(() => huge.error() !== undefined);
    assert.equal(huge.error()?.code, grpcStatus.RESOURCE_EXHAUSTED);
    const flood = Array.from({ length: 200 }, () => watch(client));
    await until(() => flood.filter(({ messages }) => messages.length > 0).length >= 60);
    for (const { call } of flood) call.cancel();
    const next = new AgentServiceClient(server.address, credentials.createInsecure(), {
      'grpc.default_authority': 'localhost',
    });
    undo.push(() => next.close());
    await unary((done) => next.getAgent({}, done));
    await until(() => rows.readers === 0);
  });
});

describe('where it listens', () => {
  test('its socket is its owner’s alone, and gone when it is', async () => {
    const { server } = await serve();
    const path = server.address.slice(5);
    assert.equal(statSync(path).mode & 0o777, 0o600);
    server.close();
    assert.equal(existsSync(path), false);
  });

  test('a socket that a killed agent left behind is taken over, one in use is not', async () => {
    const path = newSocket();
    const { rows } = await serve();
    const api = { node: 'n', rows, parseFilter, status: () => agentStatus, renewLease: () => 0n };
    await leaveSocketBehind(path);
    const first = await createAgentServer(api, { kind: 'unix', path });
    await assert.rejects(createAgentServer(api, { kind: 'unix', path }), { code: 'port-in-use' });
    first.close();
    const file = newSocket();
    writeFileSync(file, 'precious');
    await assert.rejects(createAgentServer(api, { kind: 'unix', path: file }), { code: 'port-in-use' });
    assert.ok(existsSync(file));
    await assert.rejects(createAgentServer(api, { kind: 'unix', path: '/nonexistent/a.sock' }), { code: 'usage' });
  });

  test('a TCP port in use is an error of ours; port 0 is any', async () => {
    const { rows } = await serve();
    const api = { node: 'n', rows, parseFilter, status: () => agentStatus, renewLease: () => 0n };
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    await assert.rejects(createAgentServer(api, { kind: 'tcp', host: '127.0.0.1', port }), { code: 'port-in-use' });
    other.close();
    const server = await createAgentServer(api, { kind: 'tcp', host: '127.0.0.1', port: 0 });
    assert.match(server.address, /^127\.0\.0\.1:[1-9]\d+$/);
    server.close();
  });

  test('addresses are loopback or a unix socket', () => {
    assert.deepEqual(parseListenAddress('unix:/run/k.sock'), { kind: 'unix', path: '/run/k.sock' });
    assert.deepEqual(parseListenAddress('unix:///run/k.sock'), { kind: 'unix', path: '/run/k.sock' });
    assert.deepEqual(parseListenAddress('[::1]:80'), { kind: 'tcp', host: '::1', port: 80 });
    assert.deepEqual(parseListenAddress('localhost:80'), { kind: 'tcp', host: 'localhost', port: 80 });
    for (const text of [
      '0.0.0.0:1',
      '[::]:1',
      '10.0.0.1:1',
      'example.org:1',
      '127.0.0.1:99999',
      '127.0.0.1',
      '',
      'unix:',
      `unix:/${'x'.repeat(200)}`,
    ]) {
      assert.throws(() => parseListenAddress(text), { code: 'usage' }, text);
    }
  });
});

/** A socket file nobody listens on, as kill -9 leaves it. */
async function leaveSocketBehind(path: string): Promise<void> {
  const { spawn } = await import('node:child_process');
  const script = `require('net').createServer().listen(${JSON.stringify(path)},()=>process.kill(process.pid,'SIGKILL'))`;
  await new Promise((resolve) => spawn(process.execPath, ['-e', script]).on('exit', resolve));
  assert.ok(existsSync(path));
}
