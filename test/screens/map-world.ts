/** Made-up calls for the service map: rows of the derived tables, and snapshots that hold them. */
import type { EdgeRow } from '../../src/domain/tables/derived/edges.ts';
import type { ServiceRow } from '../../src/domain/tables/derived/services.ts';
import type { Snapshot, StoredRow } from '../../src/store/store.ts';

/** End of the stretch of time all rows are about, Unix ms. */
export const worldTime = 1_790_000_060_000;

const ms = 1e6;
const namespaceOf = (name: string) => (/^[^/:]+\//.test(name) ? name.slice(0, name.indexOf('/')) : null);
const series = (rate: number, seed: number) =>
  Array.from({ length: 60 }, (_, i) =>
    Math.max(0, rate * (1 + 0.4 * Math.sin((i + seed) / 5) + 0.15 * Math.sin(i * seed))),
  );

/** A call from one to the other at so many requests per second; `over` replaces columns. */
export function edge(source: string, destination: string, rate: number, over: Partial<EdgeRow> = {}): EdgeRow {
  const protocol = over.protocol ?? 'http';
  const port = over.port ?? 8080;
  return {
    id: `${source}>${destination}:${port}/${protocol}`,
    source,
    destination,
    source_namespace: namespaceOf(source),
    destination_namespace: namespaceOf(destination),
    destination_kind: namespaceOf(destination) ? 'pod' : 'external',
    protocol,
    port,
    rate,
    rate_series: series(rate, source.length + destination.length),
    errors: rate > 0 ? 0 : null,
    client_errors: rate > 0 ? 0 : null,
    p50: rate > 0 ? 4 * ms : null,
    p90: rate > 0 ? 12 * ms : null,
    p99: rate > 0 ? 38 * ms : null,
    p99_series: null,
    requests: Math.round(rate * 60),
    in_bytes: rate * 420,
    out_bytes: rate * 2600,
    sampled: 0,
    client_p50: 4.4 * ms,
    server_p50: 4 * ms,
    network_p50: 0.4 * ms,
    connections: 4,
    conn_failed: 0,
    retransmits: 0,
    rtt: 0.21 * ms,
    time_: BigInt(worldTime) * 1_000_000n,
    ...over,
  };
}

/** What a workload serves: its callers together. */
export function serviceOf(name: string, edges: readonly EdgeRow[], over: Partial<ServiceRow> = {}): ServiceRow {
  const calls = edges.filter(({ destination }) => destination === name);
  const rate = calls.reduce((sum, call) => sum + call.rate, 0);
  const requests = calls.reduce((sum, call) => sum + call.requests, 0);
  const failed = calls.reduce((sum, call) => sum + call.requests * (call.errors ?? 0), 0);
  const most = (pick: (call: EdgeRow) => number | null) =>
    calls.length === 0 ? null : Math.max(...calls.map((call) => pick(call) ?? 0));
  return {
    service: name,
    namespace: namespaceOf(name),
    pods: 2,
    rate,
    rate_series: series(rate, name.length),
    bytes_series: null,
    errors: requests > 0 ? failed / requests : null,
    client_errors: 0,
    p50: most(({ p50 }) => p50),
    p90: most(({ p90 }) => p90),
    p99: most(({ p99 }) => p99),
    p99_series: null,
    requests,
    in_bytes: rate * 420,
    out_bytes: rate * 2600,
    sampled: 0,
    cpu: 0.1,
    memory: 90e6,
    time_: BigInt(worldTime) * 1_000_000n,
    ...over,
  };
}

/** The demo shop: a generator, five services, kuard; a DNS server, a database, something outside, a port nobody listens on. */
export function shop(): EdgeRow[] {
  const dns = { protocol: 'dns', port: 53, p50: 0.3 * ms, p90: 0.8 * ms, p99: 2.1 * ms } as const;
  return [
    edge('load/generator', 'shop/frontend', 124, { port: 80, p99: 180 * ms }),
    edge('load/generator', 'default/kuard', 12.4, { p99: 3 * ms }),
    edge('shop/frontend', 'shop/api', 118, { p99: 162 * ms }),
    edge('shop/api', 'shop/catalog', 84, { p99: 41 * ms }),
    edge('shop/api', 'shop/cart', 31, { p99: 236 * ms }),
    edge('shop/api', 'shop/payments', 8.2, { port: 9000, errors: 0.083, p99: 512 * ms, retransmits: 14 }),
    edge('shop/cart', 'shop/redis', 0, {
      protocol: 'redis',
      port: 6379,
      connections: 6,
      in_bytes: 18_400,
      out_bytes: 5_200,
    }),
    edge('shop/catalog', 'shop/postgres', 0, {
      protocol: 'pgsql',
      port: 5432,
      connections: 10,
      in_bytes: 41_000,
      out_bytes: 380_000,
    }),
    edge('shop/payments', 'api.stripe.com', 0, {
      protocol: 'tcp',
      port: 443,
      in_bytes: 9_100,
      out_bytes: 12_000,
      rtt: 23 * ms,
    }),
    edge('shop/payments', 'shop/ledger', 0, {
      protocol: 'tcp',
      port: 9100,
      connections: 0,
      conn_failed: 37,
      in_bytes: 0,
      out_bytes: 0,
      rtt: null,
    }),
    edge('shop/api', 'kube-system/coredns', 6.1, dns),
    edge('shop/frontend', 'kube-system/coredns', 2.4, dns),
  ];
}

export const servicesOf = (edges: readonly EdgeRow[]): ServiceRow[] =>
  [...new Set(edges.flatMap(({ source, destination }) => [source, destination]))]
    .filter((name) => namespaceOf(name) !== null)
    .map((name) => serviceOf(name, edges));

let versions = 1_000_000;

/** A snapshot whose derived tables hold these rows, whatever the stretch of time. */
export function snapshotOf(
  base: Snapshot,
  edges: readonly EdgeRow[],
  services: readonly ServiceRow[] = servicesOf(edges),
  to: number = worldTime,
): Snapshot {
  const stored = (rows: readonly object[], key: string): readonly StoredRow[] =>
    rows.map((row) => ({
      key: String((row as Record<string, unknown>)[key]),
      agent: '',
      row: row as StoredRow['row'],
    }));
  const tables: Readonly<Record<string, readonly StoredRow[]>> = {
    edges: stored(edges, 'id'),
    services: stored(services, 'service'),
  };
  versions += 1;
  return {
    ...base,
    version: versions,
    derived: (table) => tables[table] ?? [],
    held: { from: to - 600_000, to },
  };
}

/** A made-up cluster of so many services and calls: layers of callers, a few calls back, one service everybody calls. Always the same. */
export function cluster(services: number, calls: number, seed = 1): EdgeRow[] {
  let state = seed >>> 0;
  const random = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  const name = (n: number) => `ns-${n % 12}/service-${n}`;
  const edges = new Map<string, EdgeRow>();
  for (let tries = 0; edges.size < calls && tries < calls * 20; tries += 1) {
    const from = Math.floor(random() ** 1.5 * services);
    const to = Math.min(services - 1, Math.floor(from + 1 + random() ** 2 * (services - from)));
    const [source, destination] = random() < 0.05 ? [to, from] : [from, to];
    if (source === destination) continue;
    const row = edge(name(source), name(destination), Math.round(random() ** 3 * 500) / 2 + 0.1);
    edges.set(row.id, row);
  }
  return [...edges.values()];
}
