/**
 * One reader of an agent, a process of its own so that its cost is not the agent's: takes a lease, keeps it, watches the
 * summaries as every terminal does, and notes every row it is told of. A line on stdin asks for the result, written as JSON to
 * the file given; then it ends.
 *
 * Usage: reader.ts ADDRESS FILE [all|payload|limited|none [SCOPE…]]: which rows it asks for, and of what the lease is (nothing = everything)
 */
import { writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { credentials } from '@grpc/grpc-js';
import {
  AgentServiceClient,
  type Batch,
  type GetAgentRequest,
  type GetAgentResponse,
  type GetRowRequest,
  type GetRowResponse,
  type RenewLeaseRequest,
  type RenewLeaseResponse,
} from '../../../proto/gen/kelpie/v1/agent.ts';
import { warmUpPrefix } from '../sequence.ts';
import type { Answers, SeenRow, WantedRows } from './answers.ts';
import { columnOf } from './wire.ts';

const [address = '', file = '', asked = 'all', ...scopes] = process.argv.slice(2);
const wanted = asked as WantedRows;
const payload = wanted === 'payload';
const client = new AgentServiceClient(address, credentials.createInsecure(), {
  'grpc.max_receive_message_length': 64 * 1024 * 1024,
});
const getAgent = promisify<GetAgentRequest, GetAgentResponse>(client.getAgent.bind(client));
const getRow = promisify<GetRowRequest, GetRowResponse>(client.getRow.bind(client));
const renewLease = promisify<RenewLeaseRequest, RenewLeaseResponse>(client.renewLease.bind(client));

/** 4 KiB of head and 4 KiB of body of each message. */
const messageCap = 8192;
/** A map or a list of pods needs no bodies. */
const level = wanted === 'none' ? 'heads' : 'bodies';
const lease = { client: 'bench', level, scopes, ttlMs: 10_000, messageCap: level === 'bodies' ? messageCap : 0 };
/** What a terminal asks of one agent (src/main.tsx). */
const rowsPerSecond = 12_000;

const rows = new Map<string, SeenRow>();
const losses = new Map<string, number>();
const counted = { requests: 0, sampledOut: 0 };
let bodyBytes = 0;

const streams = (['pod_stats', 'edge_stats', 'endpoint_stats'] as const).map((table) =>
  watch(table, false, 0, table === 'endpoint_stats' ? count : () => {}),
);
if (wanted !== 'none') streams.push(watch('http_events', payload, wanted === 'limited' ? rowsPerSecond : 0, note));

function watch(table: string, payload: boolean, maxRowsPerSecond: number, each: (batch: Batch) => void) {
  const stream = client.watchRows({
    table,
    filter: '',
    payload,
    backlog: 0,
    maxRowsPerSecond,
    once: false,
    namesElsewhere: false,
    paceMs: 0,
  });
  stream.on('data', ({ event }) => {
    if (event?.$case === 'batch') each(event.value);
    // Rows beyond the limit are left out as they should be, and are in the summaries.
    else if (event?.$case === 'loss')
      for (const loss of event.value.losses) if (loss.reason !== 'row-limit') losses.set(loss.reason, loss.count);
  });
  stream.on('error', (error: Error) => process.stderr.write(`reader: ${error.message}\n`));
  return stream;
}

/** Exchanges by the summaries, those of the warm-up left out. */
function count(batch: Batch): void {
  const roles = columnOf(batch, 'trace_role');
  const routes = columnOf(batch, 'route');
  const requests = columnOf(batch, 'requests');
  const sampledOut = columnOf(batch, 'sampled_out');
  routes.forEach((route, row) => {
    if (roles[row] !== 'server' || String(route).startsWith(warmUpPrefix)) return;
    counted.requests += Number(requests[row] ?? 0);
    counted.sampledOut += Number(sampledOut[row] ?? 0);
  });
}

function note(batch: Batch): void {
  const ids = columnOf(batch, 'id');
  const ports = columnOf(batch, 'remote_port');
  const targets = columnOf(batch, 'req_path');
  const statuses = columnOf(batch, 'resp_status');
  ids.forEach((id, row) => {
    rows.set(String(id), [Number(ports[row]), String(targets[row]), Number(statuses[row] ?? 0)]);
  });
  if (payload) for (const body of columnOf(batch, 'resp_body')) bodyBytes += sizeOf(body);
}

const sizeOf = (body: unknown) =>
  body instanceof Uint8Array ? body.length : typeof body === 'string' ? Buffer.byteLength(body) : 0;

async function result(): Promise<Answers> {
  // A second is told when it is over.
  await new Promise((resolve) => setTimeout(resolve, 1500));
  const { status } = await getAgent({});
  for (const loss of status?.losses ?? []) losses.set(loss.reason, Math.max(loss.count, losses.get(loss.reason) ?? 0));
  const sample = [...rows.keys()].slice(-20);
  let kept = 0;
  for (const id of sample) {
    const { batch } = await getRow({ table: 'http_events', id }).catch(() => ({ batch: undefined }));
    if (batch) kept += sizeOf(columnOf(batch, 'resp_body')[0]);
  }
  return {
    rows: [...rows.values()],
    counted,
    losses: Object.fromEntries(losses),
    totals: status?.totals ?? {},
    ringRows: status?.ringRows ?? 0,
    ringBytes: status?.ringBytes ?? 0,
    streamedBodyBytes: bodyBytes,
    sampledRows: sample.length,
    sampledBodyBytes: kept,
  };
}

await renewLease(lease);
const renewing = setInterval(() => void renewLease(lease).catch(() => {}), 3_000);
process.stdout.write('ready\n');
// A line asks for the result; the end of stdin means that the suite is gone.
for await (const _ of createInterface({ input: process.stdin })) {
  writeFileSync(file, JSON.stringify(await result()));
  process.stdout.write('done\n');
  break;
}
clearInterval(renewing);
for (const stream of streams) stream.cancel();
client.close();
process.exit(0);
