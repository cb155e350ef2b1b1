/** Made-up exchanges for screens. */
import type { AgentStatus } from '../../src/domain/agent-status.ts';
import type { HttpEvent } from '../../src/domain/tables/http-events.ts';

const paths = ['/', '/healthy', '/env', '/api/catalog?page=2', '/mem/api', '/api/orders/1842', '/dns/api', '/checkout'];
const pods = ['shop/frontend-7d9c8b6f5-x2x9z', 'shop/api-6b7f-abcde', 'shop/catalog-55d-qwert', 'default/kuard'];
const statuses = [200, 200, 204, 301, 404, 500];

/** Exchange number `n` (from 1), the same for the same number; `over` replaces columns. */
export function exchange(n: number, over: Partial<HttpEvent> = {}): HttpEvent {
  const status = statuses[n % statuses.length] ?? 200;
  return {
    time_: 1_790_000_000_000_000_000n + BigInt(n) * 1_000_000n,
    id: `1f-${n}`,
    trace_role: n % 2 === 0 ? 'client' : 'server',
    source: pods[n % 4] ?? '',
    destination: pods[(n + 1) % 4] ?? '',
    req_method: n % 3 === 0 ? 'POST' : 'GET',
    req_path: paths[n % paths.length] ?? '/',
    resp_status: status,
    outcome: status >= 400 ? 'error' : 'ok',
    latency: ((n * 7919) % 1000) * 1e6,
    ttfb: 3e6,
    req_body_size: n % 77,
    resp_body_size: (n * 37) % 90_000,
    protocol: 'HTTP/1.1',
    req_host: 'api',
    resp_message: 'OK',
    content_type: 'application/json',
    node: 'node-a',
    namespace: 'shop',
    pod: 'shop/api-6b7f-abcde',
    container: 'api',
    process: 'node',
    pid: 4711,
    remote_pod: null,
    remote_name: null,
    remote_process: null,
    local_addr: '10.1.0.3',
    local_port: 8080,
    remote_addr: '10.1.0.7',
    remote_port: 40_000 + (n % 20_000),
    encrypted: false,
    major_version: 1,
    minor_version: 1,
    conn_id: '1f',
    conn_exchange: n,
    conn_opened: null,
    cgroup: '/shop/api',
    error: null,
    lost_bytes: 0,
    req_headers: null,
    req_body: null,
    req_body_kept: null,
    req_trailers: null,
    resp_headers: null,
    resp_body: null,
    resp_body_kept: null,
    resp_trailers: null,
    ...over,
  };
}

/** Exchanges `from` to `to`, both included. */
export function exchanges(from: number, to: number): HttpEvent[] {
  return Array.from({ length: to - from + 1 }, (_, i) => exchange(from + i));
}

/** The exchange with headers and a JSON body. */
export function withPayload(row: HttpEvent, body = '{"items":[{"id":1,"name":"Tea pot"}],"next":null}'): HttpEvent {
  const bytes = new TextEncoder().encode(body);
  return {
    ...row,
    resp_body_size: bytes.length,
    req_headers: [
      ['Host', 'api'],
      ['Authorization', '[redacted]'],
    ],
    req_body: new Uint8Array(),
    req_body_kept: 0,
    req_trailers: [],
    resp_headers: [['Content-Type', 'application/json']],
    resp_body: bytes,
    resp_body_kept: bytes.length,
    resp_trailers: [],
  };
}

export const status: AgentStatus = {
  node: 'node-a',
  version: '1.2.3',
  kernel: '6.18.0',
  source: { kind: 'live', name: '/shop', progress: 0 },
  started: 1_790_000_000_000_000_000n,
  pid: 99,
  cpus: 2,
  cpuNanos: 1e9,
  rssBytes: 91e6,
  mapBytes: 17e6,
  programs: [{ name: 'kelpie_ingress', attachType: 'cgroup_skb/ingress', cgroup: '/shop', instructions: 1834 }],
  totals: { rows: 10, segments: 40 },
  losses: [{ reason: 'ring-full', count: 12 }],
  leases: [{ client: 'abc', level: 'bodies', scope: '', remainingMs: 12_000 }],
  ringRows: 10,
  ringBytes: 9_000,
};
