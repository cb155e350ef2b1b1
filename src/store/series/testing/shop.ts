/** A shop as agents tell of it: believable summaries for tests of stores and screens, the same every time. */
import type { AgentEvent } from '../../../domain/agent-event.ts';
import type { HeaderList, Row } from '../../../domain/column.ts';
import { createSketch } from '../../../domain/sketch/sketch.ts';
import type { Store } from '../../store.ts';

export interface ShopOptions {
  /** Seconds told of; default 60. */
  readonly seconds?: number;
  /** End of the last of them, Unix ms, a whole second; default `shopEnd`. */
  readonly end?: number;
  /** Name of the agent; default "node-a". */
  readonly agent?: string;
  /** Calls besides or instead of the usual ones. */
  readonly calls?: readonly ShopCall[];
}

/** Requests from one end to another, each second. */
export interface ShopCall {
  /** "namespace/pod", a process, or an address. */
  readonly source: string;
  readonly destination: string;
  readonly port: number;
  /** Application protocol; '' = connections only, nothing understood. */
  readonly protocol: string;
  readonly method?: string;
  readonly route?: string;
  /** Requests a second. */
  readonly rate: number;
  /** Median latency, ms. */
  readonly latencyMs: number;
  /** Shares of requests. */
  readonly errors?: number;
  readonly clientErrors?: number;
  /** Connection attempts a second that are refused. */
  readonly refused?: number;
  /** Sides that are watched; default both, of an external destination the client's. */
  readonly sides?: readonly ('client' | 'server')[];
}

/** When the shop's default story ends, Unix ms. */
export const shopEnd = 1_790_000_060_000;

export const shopPods = {
  generator: 'load/generator',
  frontend: 'shop/frontend-7d9c8b6f5-x2x9z',
  frontendToo: 'shop/frontend-7d9c8b6f5-m4k8w',
  api: 'shop/api-6b7f94c5d-q9wzt',
  cart: 'shop/cart-5dd5756b68-8sjdz',
  catalog: 'shop/catalog-859f47c6b-4cpgb',
  payments: 'shop/payments-0',
} as const;

/** The shop's usual traffic: payments fails now and then, the catalog asks its database, a bank is called outside. */
export const shopCalls: readonly ShopCall[] = [
  {
    source: shopPods.generator,
    destination: shopPods.frontend,
    port: 80,
    protocol: 'http',
    method: 'GET',
    route: '/',
    rate: 24,
    latencyMs: 21,
  },
  {
    source: shopPods.generator,
    destination: shopPods.frontendToo,
    port: 80,
    protocol: 'http',
    method: 'GET',
    route: '/',
    rate: 22,
    latencyMs: 23,
  },
  {
    source: shopPods.frontend,
    destination: shopPods.api,
    port: 8080,
    protocol: 'http',
    method: 'GET',
    route: '/api/items/{id}',
    rate: 30,
    latencyMs: 12,
    clientErrors: 0.05,
  },
  {
    source: shopPods.frontendToo,
    destination: shopPods.api,
    port: 8080,
    protocol: 'http',
    method: 'POST',
    route: '/api/orders',
    rate: 6,
    latencyMs: 48,
    errors: 0.03,
  },
  {
    source: shopPods.api,
    destination: shopPods.catalog,
    port: 8080,
    protocol: 'http',
    method: 'GET',
    route: '/items/{id}',
    rate: 30,
    latencyMs: 6,
  },
  {
    source: shopPods.api,
    destination: shopPods.cart,
    port: 8080,
    protocol: 'http',
    method: 'PUT',
    route: '/carts/{id}',
    rate: 12,
    latencyMs: 4,
  },
  {
    source: shopPods.api,
    destination: shopPods.payments,
    port: 9000,
    protocol: 'http',
    method: 'POST',
    route: '/charge',
    rate: 5,
    latencyMs: 160,
    errors: 0.2,
  },
  { source: shopPods.catalog, destination: '10.9.0.4:5432', port: 5432, protocol: '', rate: 60, latencyMs: 2 },
  {
    source: shopPods.payments,
    destination: 'api.bank.example',
    port: 443,
    protocol: '',
    rate: 2,
    latencyMs: 90,
    refused: 1,
  },
  {
    source: shopPods.api,
    destination: '10.96.0.10:53',
    port: 53,
    protocol: 'dns',
    method: 'A',
    route: 'catalog.shop.svc.cluster.local',
    rate: 8,
    latencyMs: 1,
  },
];

/** Tells the store of the shop second by second, and publishes. `held` ends at `end` then. */
export function fillStore(store: Store, options: ShopOptions = {}): void {
  for (const event of shopEvents(options)) store.apply(event);
  store.apply({ type: 'link', agent: options.agent ?? 'node-a', link: { state: 'ended' } });
  store.publish();
}

/** The same as events, without the end. */
export function* shopEvents(options: ShopOptions = {}): Iterable<AgentEvent> {
  const { seconds = 60, end = shopEnd, agent = 'node-a', calls = shopCalls } = options;
  yield { type: 'link', agent, link: { state: 'connected' } };
  for (let second = 0; second < seconds; second += 1) {
    const time = end - (seconds - second) * 1_000;
    const rows = (table: string, list: readonly Row[]): AgentEvent => ({ type: 'rows', agent, table, rows: list });
    yield rows('pod_stats', podRows(calls, time, agent));
    yield rows(
      'edge_stats',
      calls.flatMap((call) => sidesOf(call).flatMap((side) => edgeRow(call, side, time, agent))),
    );
    yield rows(
      'endpoint_stats',
      calls.flatMap((call) => sidesOf(call).flatMap((side) => endpointRow(call, side, time, agent))),
    );
    yield rows(
      'conn_stats',
      calls.flatMap((call) =>
        sidesOf(call).map((side) => connRow(call, side, time, second + 1, end - seconds * 1_000, agent)),
      ),
    );
    yield rows(
      'process_stats',
      podsOf(calls).map((pod, at) => containerRow(pod, at, time, agent)),
    );
  }
}

const isPod = (entity: string) => /^[a-z]+\/[a-z0-9-]+$/.test(entity);
const namespaceOf = (entity: string) => (isPod(entity) ? (entity.split('/')[0] ?? null) : null);
const nanos = (ms: number) => BigInt(ms) * 1_000_000n;
const sidesOf = ({ sides, destination }: ShopCall) =>
  sides ?? (isPod(destination) ? (['client', 'server'] as const) : (['client'] as const));
const podsOf = (calls: readonly ShopCall[]) => [
  ...new Set(calls.flatMap(({ source, destination }) => [source, destination]).filter(isPod)),
];

/** The columns every summary has; what does not add up to whole requests is spread over the seconds. */
export function summaryOf(call: ShopCall, side: 'client' | 'server', time: number, node: string): Row {
  const second = time / 1_000;
  const whole = (perSecond: number) => Math.floor(perSecond * (second + 1)) - Math.floor(perSecond * second);
  const requests = whole(call.rate);
  const latency = createSketch();
  // Two thirds near the median, a tail of the fourfold; the caller waits for the way there and back, too.
  for (let i = 0; i < requests; i += 1) {
    const spread = 0.8 + ((i * 7 + second * 3) % 10) / 25;
    const tail = (i + second) % 17 === 0 ? 4 : 1;
    latency.add(Math.round(call.latencyMs * spread * tail * 1e6 + (side === 'client' ? 350_000 : 0)));
  }
  return {
    time_: nanos(time),
    node,
    trace_role: side,
    protocol: call.protocol,
    requests,
    errors_4xx: Math.min(requests, whole(call.rate * (call.clientErrors ?? 0))),
    errors_5xx: Math.min(requests, whole(call.rate * (call.errors ?? 0))),
    failures: 0,
    sampled_out: 0,
    latency: latency.encode(),
    latency_p50: latency.quantile(0.5) ?? null,
    latency_p99: latency.quantile(0.99) ?? null,
    req_bytes: requests * 120,
    resp_bytes: requests * 1_900,
  };
}

/** Whose a pod is, and its labels, as its agent tells of it. */
export function podInfoRow(pod: string, owner: string | null, labels: HeaderList = [['app', 'x']]): Row {
  return {
    time_: nanos(shopEnd),
    id: `uid of ${pod}`,
    node: 'node-a',
    namespace: namespaceOf(pod),
    pod,
    uid: `uid of ${pod}`,
    owner,
    labels,
    phase: 'Running',
    host_network: false,
  };
}

export function podRows(calls: readonly ShopCall[], time: number, node: string): readonly Row[] {
  // One row for all calls of one end: their rates add up, the latency is that of the first.
  const ends = new Map<
    string,
    { readonly call: ShopCall; readonly side: 'client' | 'server'; readonly entity: string }
  >();
  for (const call of calls.filter(({ protocol }) => protocol !== '')) {
    for (const side of sidesOf(call)) {
      const entity = side === 'server' ? call.destination : call.source;
      const id = `${time} ${side} ${entity} ${call.protocol}`;
      const before = ends.get(id);
      const rate = call.rate + (before?.call.rate ?? 0);
      ends.set(id, { call: { ...(before?.call ?? call), rate }, side, entity });
    }
  }
  return [...ends].map(([id, { call, side, entity }]) => ({
    ...summaryOf(call, side, time, node),
    id,
    entity,
    namespace: namespaceOf(entity),
    pod: isPod(entity) ? entity : null,
  }));
}

export function edgeRow(call: ShopCall, side: 'client' | 'server', time: number, node: string): readonly Row[] {
  if (call.protocol === '') return [];
  const { source, destination, port } = call;
  return [
    {
      ...summaryOf(call, side, time, node),
      id: `${time} ${side} ${source} ${destination} ${port} ${call.protocol}`,
      source,
      destination,
      port,
      source_namespace: namespaceOf(source),
      destination_namespace: namespaceOf(destination),
    },
  ];
}

export function endpointRow(call: ShopCall, side: 'client' | 'server', time: number, node: string): readonly Row[] {
  if (call.protocol === '') return [];
  const { destination, method = 'GET', route = '/' } = call;
  return [
    {
      ...summaryOf(call, side, time, node),
      id: `${time} ${side} ${destination} ${method} ${route}`,
      destination,
      namespace: namespaceOf(destination),
      method,
      route,
    },
  ];
}

/** Totals after `seconds` seconds. */
export function connRow(
  call: ShopCall,
  side: 'client' | 'server',
  time: number,
  seconds: number,
  since: number,
  node: string,
): Row {
  const { source, destination, port, rate, refused = 0 } = call;
  const [local, remote] = side === 'client' ? [source, destination] : [destination, source];
  const [sent, received] = side === 'client' ? [rate * 400, rate * 2_300] : [rate * 2_300, rate * 400];
  const failed = side === 'client' ? refused * seconds : 0;
  return {
    time_: nanos(time + 500),
    id: `${side} ${local} ${remote} ${port}`,
    source,
    destination,
    trace_role: side,
    node,
    namespace: namespaceOf(local),
    pod: isPod(local) ? local : null,
    container: null,
    process: 'node',
    pid: 42,
    remote_pod: isPod(remote) ? remote : null,
    remote_process: null,
    remote_name: null,
    local_addr: '',
    local_port: 0,
    remote_addr: '10.9.0.4',
    remote_port: 0,
    cgroup: `/${local}`,
    transport: call.protocol === 'dns' ? 'udp' : 'tcp',
    protocol: call.protocol || null,
    port,
    first_seen: nanos(since),
    conn_open: 4 + seconds,
    conn_close: seconds,
    conn_active: 4,
    conn_failed: failed,
    refused: failed,
    timed_out: 0,
    unreachable: 0,
    aborted: 0,
    resets: 0,
    bytes_sent: sent * seconds,
    bytes_recv: received * seconds,
    packets_sent: rate * seconds,
    packets_recv: rate * seconds,
    retransmits: seconds,
    rtt: 180_000,
    handshake: 250_000,
    turns: rate * seconds,
    turn_latency: call.latencyMs * 1e6,
    turn_latency_max: call.latencyMs * 3e6,
  };
}

export function containerRow(pod: string, at: number, time: number, node: string): Row {
  return {
    time_: nanos(time + 300),
    id: `/kubepods/${pod}`,
    node,
    namespace: namespaceOf(pod),
    pod,
    container: 'main',
    cpu: 0.05 + at * 0.04,
    cpu_limit: 1,
    throttled: 0,
    memory: (40 + at * 12) * 1024 * 1024,
    memory_limit: 256 * 1024 * 1024,
    memory_share: (40 + at * 12) / 256,
    rss_bytes: 30 * 1024 * 1024,
    oom_kills: 0,
    restarts: at === 6 ? 1 : 0,
    num_threads: 11,
    read_bytes: 0,
    write_bytes: 0,
    major_faults: 0,
    cgroup: `/kubepods/${pod}`,
  };
}
