/** An agent whose behaviour a test writes: the real wire (grpc-js, the generated service) with a script behind it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Server, ServerCredentials, type ServerWritableStream, type sendUnaryData } from '@grpc/grpc-js';
import { batchOf } from '../../agent/server/rows-to-wire.ts';
import {
  type AgentServiceServer,
  AgentServiceService,
  type AgentStatus,
  type Batch,
  type GetRowRequest,
  type GetRowResponse,
  type RenewLeaseRequest,
  type WatchRowsRequest,
  type WatchRowsResponse,
} from '../../proto/gen/kelpie/v1/agent.ts';
import type { Row } from '../../src/domain/column.ts';
import { type HttpEvent, httpEvents } from '../../src/domain/tables/http-events.ts';
import { findTable } from '../../src/domain/tables/index.ts';

export type WatchCall = ServerWritableStream<WatchRowsRequest, WatchRowsResponse>;
export type WatchEvent = NonNullable<WatchRowsResponse['event']>;

export interface Script {
  /** What a row stream does; default: one status, then silence. */
  readonly watch?: (call: WatchCall, agent: ScriptedAgent) => void;
  readonly getRow?: (request: GetRowRequest, answer: sendUnaryData<GetRowResponse>) => void;
  /** Returns an error to refuse; undefined grants. `'never'` does not answer. */
  readonly lease?: (request: RenewLeaseRequest) => Error | 'never' | undefined;
  /** `unix:/path` or `127.0.0.1:port`; default: a new unix socket. */
  readonly address?: string;
}

export interface ScriptedAgent {
  readonly address: string;
  /** Requests of every row stream so far, in order. */
  readonly watches: readonly WatchRowsRequest[];
  readonly leases: readonly RenewLeaseRequest[];
  /** Drops every connection and stops listening, as a killed process does. */
  kill(): void;
}

export async function startScriptedAgent(script: Script = {}): Promise<ScriptedAgent> {
  const folder = mkdtempSync(join(tmpdir(), 'kelpie-test-'));
  const address = script.address ?? `unix:${join(folder, 'agent.sock')}`;
  const watches: WatchRowsRequest[] = [];
  const leases: RenewLeaseRequest[] = [];
  const server = new Server();
  const agent: ScriptedAgent = {
    address,
    watches,
    leases,
    kill() {
      server.forceShutdown();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  const service: AgentServiceServer = {
    getAgent: (_, answer) => answer(null, { status: status() }),
    watchRows(call) {
      watches.push(call.request);
      if (script.watch) script.watch(call, agent);
      else send(call, statusEvent());
    },
    getRow: (call, answer) => script.getRow?.(call.request, answer),
    renewLease(call, answer) {
      leases.push(call.request);
      const verdict = script.lease?.(call.request);
      if (verdict === 'never') return;
      if (verdict) answer(verdict);
      else answer(null, { expires: BigInt(Date.now() + call.request.ttlMs) * 1_000_000n });
    },
  };
  server.addService(AgentServiceService, service);
  await new Promise<void>((resolve, reject) => {
    server.bindAsync(address, ServerCredentials.createInsecure(), (error) => (error ? reject(error) : resolve()));
  });
  return agent;
}

/** Sends one event down a row stream. */
export function send(call: WatchCall, event: WatchEvent): void {
  call.write({ node: 'node-1', time: BigInt(Date.now()) * 1_000_000n, event });
}

export const batchEvent = (rows: readonly Row[], payload = false): WatchEvent => ({
  $case: 'batch',
  value: batchOf(httpEvents, rows, payload),
});

/** Rows of any table. */
export function tableEvent(tableId: string, rows: readonly Row[]): WatchEvent {
  const table = findTable(tableId);
  if (!table) throw new Error(`no table ${tableId}`);
  return { $case: 'batch', value: batchOf(table, rows, false) };
}

export const wireBatch = (batch: Batch): WatchEvent => ({ $case: 'batch', value: batch });

export const statusEvent = (changes: Partial<AgentStatus> = {}): WatchEvent => ({
  $case: 'status',
  value: status(changes),
});

export const lossEvent = (reason: string, count: number): WatchEvent => ({
  $case: 'loss',
  value: { losses: [{ reason, count }] },
});

export const endEvent: WatchEvent = { $case: 'end', value: {} };

export function status(changes: Partial<AgentStatus> = {}): AgentStatus {
  return {
    node: 'node-1',
    version: '0.1.0',
    kernel: '6.1.0',
    source: { kind: 'live', name: '/', progress: 0 },
    started: 1_700_000_000_000_000_000n,
    pid: 4711,
    cpus: 2,
    names: undefined,
    policy: undefined,
    cpuNanos: 1e9,
    rssBytes: 50e6,
    mapBytes: 8e6,
    programs: [{ name: 'egress', attachType: 'cgroup_inet_egress', cgroup: '/', instructions: 900 }],
    totals: { rows: 100 },
    losses: [],
    leases: [],
    ringRows: 10,
    ringBytes: 1_000,
    ...changes,
  };
}

/** A row of `http_events`, valid in every column. */
export function httpRow(id: string, changes: Partial<HttpEvent> = {}): HttpEvent {
  return {
    time_: 1_700_000_000_000_000_000n,
    id,
    trace_role: 'server',
    source: 'shop/frontend',
    destination: 'shop/api',
    req_method: 'GET',
    req_path: `/items/${id}`,
    resp_status: 200,
    outcome: 'ok',
    latency: 1_500_000,
    ttfb: 1_000_000,
    req_body_size: 0,
    resp_body_size: 12,
    protocol: 'HTTP/1.1',
    req_host: 'api:8080',
    resp_message: 'OK',
    content_type: 'application/json',
    node: 'node-1',
    namespace: 'shop',
    pod: 'shop/api',
    container: 'api',
    process: 'node',
    pid: 42,
    remote_pod: 'shop/frontend',
    remote_name: null,
    remote_process: null,
    local_addr: '10.0.0.2',
    local_port: 8080,
    remote_addr: '10.0.0.1',
    remote_port: 40_000,
    encrypted: false,
    major_version: 1,
    minor_version: 1,
    conn_id: 'c0ffee',
    conn_exchange: 1,
    conn_opened: null,
    cgroup: '/shop/api',
    error: null,
    lost_bytes: 0,
    req_headers: [['Host', 'api:8080']],
    req_body: null,
    req_body_kept: null,
    req_trailers: null,
    resp_headers: [
      ['Content-Type', 'application/json'],
      ['Set-Cookie', 'a=1'],
      ['Set-Cookie', 'b=2'],
    ],
    resp_body: new TextEncoder().encode('{"id":"'.concat(id, '"}')),
    resp_body_kept: 12,
    resp_trailers: null,
    ...changes,
  };
}

/** Polls until the check passes; fails with `what` after five seconds. */
export async function until(what: string, check: () => boolean | Promise<boolean>, timeoutMs = 5_000): Promise<void> {
  const since = performance.now();
  while (!(await check())) {
    if (performance.now() - since > timeoutMs) throw new Error(`waited in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
