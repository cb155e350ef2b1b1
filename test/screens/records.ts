/** Made-up DNS queries and connections for screens. */
import type { DnsEvent } from '../../src/domain/tables/dns-events.ts';
import type { TcpStatsEvent } from '../../src/domain/tables/tcp-stats-events.ts';

const start = 1_790_000_000_000_000_000n;
const names = [
  'catalog.shop.svc.cluster.local',
  'db.shop.svc.cluster.local',
  'api.example.com',
  'ghost.shop.svc.cluster.local',
];

const ends = {
  node: 'node-a',
  namespace: 'shop',
  pod: 'shop/api-6b7f94c5d-q9wzt',
  container: 'api',
  process: 'node',
  pid: 4711,
  remote_pod: null,
  remote_process: null,
  remote_name: null,
  local_addr: '10.1.0.3',
  cgroup: '/shop/api',
} as const;

/** Query number `n` (from 1): each fourth name does not exist, each seventh query is never answered. */
export function query(n: number, over: Partial<DnsEvent> = {}): DnsEvent {
  const name = names[n % names.length] ?? '';
  const isLost = n % 7 === 0;
  const isUnknown = !isLost && name.startsWith('ghost');
  return {
    ...ends,
    time_: start + BigInt(n) * 1_000_000n,
    id: `d-${n}`,
    source: 'shop/api-6b7f94c5d-q9wzt',
    destination: 'kube-system/coredns-5dd5756b68-8sjdz',
    trace_role: 'client',
    local_port: 40_000 + n,
    remote_addr: '10.96.0.10',
    remote_port: 53,
    query_name: name,
    query_type: n % 2 === 0 ? 'A' : 'AAAA',
    rcode: isLost ? null : isUnknown ? 'NXDOMAIN' : 'NOERROR',
    outcome: isLost ? 'unanswered' : isUnknown ? 'error' : 'ok',
    answers: isLost || isUnknown ? null : n % 2 === 0 ? '10.96.14.7' : 'fd00::e:7',
    answer_count: isLost || isUnknown ? 0 : 1,
    ttl: isLost || isUnknown ? null : 30e9,
    latency: isLost ? null : 400e3 + n * 10e3,
    retries: isLost ? 2 : 0,
    search_of: null,
    transport: 'udp',
    req_size: 48,
    resp_size: isLost ? 0 : 80,
    conn_id: 'd1',
    error: null,
    ...over,
  };
}

const states = ['open', 'closed', 'open', 'refused', 'open', 'reset', 'timeout'] as const;
const servers = [
  ['shop/catalog-859f47c6b-4cpgb', 8080, 'http'],
  ['10.9.0.4:5432', 5432, null],
  ['api.bank.example', 443, 'tls'],
] as const;

/** Connection number `n` (from 1). */
export function connection(n: number, over: Partial<TcpStatsEvent> = {}): TcpStatsEvent {
  const [destination, port, protocol] = servers[n % servers.length] ?? servers[0];
  const state = states[n % states.length] ?? 'open';
  const isOpen = !['refused', 'timeout'].includes(state);
  return {
    ...ends,
    time_: start + BigInt(n) * 20_000_000n,
    conn_id: `c${n}`,
    source: 'shop/api-6b7f94c5d-q9wzt',
    destination,
    trace_role: 'client',
    local_port: 50_000 + n,
    remote_addr: '10.1.0.9',
    remote_port: port,
    protocol: isOpen ? protocol : null,
    state,
    opened: start + BigInt(n) * 10_000_000n,
    duration: n * 700e6,
    tx: isOpen ? n * 1_200 : 0,
    rx: isOpen ? n * 8_000 : 0,
    packets_sent: n,
    packets_recv: n,
    retransmits: state === 'timeout' ? 6 : 0,
    rtt: isOpen ? 180e3 + n * 1e3 : null,
    handshake: isOpen ? 250e3 : null,
    turns: isOpen ? n : 0,
    turn_latency: isOpen ? 4e6 : null,
    turn_latency_max: isOpen ? 9e6 : null,
    ...over,
  };
}

export function numbered<T>(count: number, make: (n: number) => T): T[] {
  return Array.from({ length: count }, (_, i) => make(i + 1));
}
