/**
 * Many agents in one process, each on a unix socket of its own: the real wire, rows of the bundled recording with the identities of a node each.
 *
 * Usage: agents-main.ts FOLDER PLAN (JSON, AgentsPlan); leaves the recorded pods in a file of the folder. Lines on stdin, each answered by one on stdout: "count" = what was sent so far, by agent and table
 * (JSON), "stop" = no more rows from now on. The end of stdin is its end.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { status as codes, Server, ServerCredentials, type ServerWritableStream } from '@grpc/grpc-js';
import { encodeRows } from '../../../agent/server/rows-to-wire.ts';
import {
  AgentServiceService,
  type AgentStatus,
  type RenewLeaseRequest,
  type WatchRowsRequest,
  WatchRowsResponse,
} from '../../../proto/gen/kelpie/v1/agent.ts';
import type { Row } from '../../../src/domain/column.ts';
import { findTable } from '../../../src/domain/tables/index.ts';
import { copiesOn, nodeName, podsFile, socketName } from './cluster.ts';
import { type Fault, startFaulty } from './faults.ts';
import { createMessage, type Message } from './messages.ts';
import { createShift } from './shift.ts';
import { readStory, type Story } from './story.ts';

export interface AgentsPlan {
  readonly nodes: number;
  /** Seconds of summaries that each has kept when a terminal comes. */
  readonly heldSeconds: number;
  /** HTTP rows a second of each, to who asks for them. */
  readonly httpPerSecond: number;
  /** Agents that are not well, by number. */
  readonly faults: Readonly<Record<number, Fault>>;
}

type Watch = ServerWritableStream<WatchRowsRequest, Uint8Array>;

const [folder = '', planText = '{}'] = process.argv.slice(2);
const plan = JSON.parse(planText) as AgentsPlan;
const began = BigInt(Date.now()) * 1_000_000n;
const sent: Record<string, Record<string, number>> = {};
let isStopped = false;
const second = 1_000_000_000n;
const now = () => BigInt(Date.now()) * 1_000_000n;

/** What one agent has to tell. */
interface Agent {
  readonly node: string;
  /** By table; of several variants one a second. */
  readonly messages: ReadonlyMap<string, readonly Message[]>;
  /** Of tables whose rows are told anew all the time, by how many seconds a reader leaves between two states of a row: a part of them each second. */
  readonly parts: ReadonlyMap<string, (seconds: number) => readonly Message[]>;
  readonly http: readonly Row[];
  readonly counts: Record<string, number>;
}

function createAgent(story: Story, node: number): Agent {
  const name = nodeName(node);
  const shifts = Array.from(copiesOn(plan.nodes, node), (copy) => {
    return { copy, shift: createShift(plan.nodes, copy, story.pods) };
  });
  const rowsOf = (rows: readonly Row[], busyOnly: boolean) =>
    shifts.filter(({ copy }) => copy.isBusy || !busyOnly).flatMap(({ shift }) => rows.map(shift.row));
  const messages = new Map<string, readonly Message[]>();
  const parts = new Map<string, (seconds: number) => readonly Message[]>();
  const make = (id: string, variants: readonly (readonly Row[])[], busyOnly: boolean) => {
    const table = findTable(id);
    if (!table) throw new Error(`no table ${id}`);
    const made = variants.map((rows) => createMessage(name, table, rowsOf(rows, busyOnly), 1 / story.seconds));
    messages.set(id, made);
  };
  for (const [id, seconds] of story.summaries) make(id, seconds, true);
  for (const [id, rows] of story.levels) {
    const busyOnly = id === 'conn_stats';
    make(id, [rows], busyOnly);
    parts.set(id, partsOf(name, id, rowsOf(rows, busyOnly), 1 / story.seconds));
  }
  const counts: Record<string, number> = {};
  sent[name] = counts;
  return { node: name, messages, parts, http: rowsOf(story.http.slice(0, 400), true), counts };
}

function partsOf(node: string, id: string, rows: readonly Row[], perSecond: number) {
  const made = new Map<number, readonly Message[]>();
  return (seconds: number): readonly Message[] => {
    const table = findTable(id);
    const known = made.get(seconds);
    if (known || !table) return known ?? [];
    const messages = Array.from({ length: seconds }, (_, part) => {
      const some = rows.filter((_, at) => at % seconds === part);
      return createMessage(node, table, some, perSecond);
    });
    made.set(seconds, messages);
    return messages;
  };
}

function statusOf({ node, counts }: Agent): AgentStatus {
  const rows = Object.values(counts).reduce((sum, count) => sum + count, 0);
  return {
    node,
    version: '0.1.0',
    kernel: '6.1.0',
    source: { kind: 'live', name: '/', progress: 0 },
    started: began,
    pid: process.pid,
    cpuNanos: Number(now() - began) * 0.03,
    rssBytes: 150e6,
    mapBytes: 20e6,
    programs: ['egress', 'ingress', 'sockops', 'sock_create'].map((name) => {
      return { name, attachType: `cgroup_${name}`, cgroup: '/', instructions: 900 };
    }),
    totals: Object.fromEntries(totalNames.map((name, at) => [name, name === 'rows' ? rows : rows * at])),
    losses: [],
    leases: [],
    ringRows: 40_000,
    ringBytes: 30e6,
    cpus: 16,
    names: { state: 'synced', reason: '', pods: 200 },
    policy: undefined,
  };
}

/** About as many as an agent has. */
const totalNames = ['rows', ...Array.from({ length: 23 }, (_, n) => `some_rising_total_${n}`)];

function watch(agent: Agent, call: Watch): void {
  const { table, backlog, maxRowsPerSecond, paceMs } = call.request;
  const messages = agent.messages.get(table);
  const paced = paceMs >= 1_000 ? agent.parts.get(table)?.(Math.round(paceMs / 1_000)) : undefined;
  const began = now();
  let told = 0;
  let isOpen = true;
  const status = () =>
    call.write(
      WatchRowsResponse.encode({
        node: agent.node,
        time: now(),
        event: { $case: 'status', value: statusOf(agent) },
      }).finish(),
    );
  /** What came after the connection was refused more is the reader's loss: these agents lose nothing, they wait. */
  const put = (bytes: Uint8Array, rows: number) => {
    agent.counts[table] = (agent.counts[table] ?? 0) + rows;
    return call.write(Uint8Array.from(bytes));
  };
  const tellSecond = (time: bigint, from = paced ?? messages) => {
    const message = from?.[told % from.length];
    told += 1;
    return message && message.rows > 0 ? put(message.at(time, told), message.rows) : true;
  };

  status();
  /** The newest that were kept, as many as were asked for. */
  const tellKept = async () => {
    const perSecond = messages?.[0]?.rows ?? 0;
    const isLevel = table === 'conn_stats' || table === 'process_stats' || table === 'network_stats';
    const kept = isLevel ? 1 : Math.min(plan.heldSeconds, perSecond > 0 ? Math.floor(backlog / perSecond) : 0);
    const from = (now() / second) * second - BigInt(kept + 1) * second;
    for (let n = 0; n < kept && isOpen; n += 1) {
      if (!tellSecond(from + BigInt(n) * second, messages)) await drained(call);
    }
  };
  const http = findTable('http_events');
  let next = 0;
  const tellHttp = (count: number) => {
    if (table !== 'http_events' || !http || count < 1) return;
    const time = now();
    const rows = Array.from({ length: count }, (_, n) => {
      const row = agent.http[(next + n) % agent.http.length] as Row;
      return { ...row, time_: time - BigInt(count - n) * 1000n, id: `${began}.${next + n}` };
    });
    next += count;
    put(encodeRows(agent.node, time, http, rows, false), count);
  };
  let last = 0n;
  let timer: NodeJS.Timeout | undefined;
  const tick = () => {
    timer = setTimeout(tick, 1_000 - ((Date.now() - phaseOf(agent)) % 1_000));
    status();
    const over = (now() / second) * second - second;
    if (isStopped || over <= last) return;
    last = over;
    tellSecond(over);
    tellHttp(Math.min(plan.httpPerSecond, maxRowsPerSecond || plan.httpPerSecond));
  };
  void tellKept().then(() => {
    if (isOpen && !isStopped) tellHttp(Math.min(backlog, 200));
    if (isOpen) timer = setTimeout(tick, 1_000 - ((Date.now() - phaseOf(agent)) % 1_000));
  });
  const close = () => {
    isOpen = false;
    clearTimeout(timer);
    call.emit('drain');
  };
  call.on('cancelled', close);
  call.on('close', close);
  call.on('error', close);
}

/** Agents wake up 300 ms after the second, each a little later than the one before. */
const phases = new Map<string, number>();
const phaseOf = ({ node }: Agent): number => phases.get(node) ?? 300;

const drained = (call: Watch) => new Promise<void>((resolve) => call.once('drain', resolve));

async function serve(agent: Agent, address: string): Promise<void> {
  const server = new Server();
  const watchRows = { ...AgentServiceService.watchRows, responseSerialize: (bytes: Uint8Array) => Buffer.from(bytes) };
  server.addService(
    { ...AgentServiceService, watchRows },
    {
      getAgent: (_: unknown, answer: (error: null, value: object) => void) => answer(null, { status: statusOf(agent) }),
      watchRows: (call: Watch) => watch(agent, call),
      getRow: (_: unknown, answer: (error: object) => void) => answer({ code: codes.NOT_FOUND, details: 'no payload' }),
      renewLease: ({ request }: { request: RenewLeaseRequest }, answer: (error: null, value: object) => void) =>
        answer(null, { expires: now() + BigInt(request.ttlMs) * 1_000_000n }),
    },
  );
  await new Promise<void>((resolve, reject) => {
    server.bindAsync(address, ServerCredentials.createInsecure(), (error) => (error ? reject(error) : resolve()));
  });
}

const story = await readStory();
writeFileSync(join(folder, podsFile), JSON.stringify(story.pods));
for (let node = 0; node < plan.nodes; node += 1) {
  const fault = plan.faults[node];
  const path = join(folder, socketName(node));
  phases.set(nodeName(node), 300 + Math.floor((node * 500) / plan.nodes));
  const isWell = fault === undefined;
  if (fault !== 'dead' && fault !== 'hostile')
    await serve(createAgent(story, node), `unix:${isWell ? path : `${path}.behind`}`);
  if (fault !== undefined) await startFaulty(fault, path, nodeName(node));
}
process.stdout.write('ready\n');
for await (const line of createInterface({ input: process.stdin })) {
  if (line === 'stop') isStopped = true;
  process.stdout.write(`${JSON.stringify(line === 'count' ? sent : line)}\n`);
}
process.exit(0);
