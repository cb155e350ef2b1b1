/** What the store makes of summaries: derived tables, timelines, what is held. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { AgentEvent } from '../../domain/agent-event.ts';
import type { Row } from '../../domain/column.ts';
import { createStore, type StoreLimits } from '../create-store.ts';
import type { Store, TimeWindow } from '../store.ts';
import {
  connRow,
  edgeRow,
  endpointRow,
  fillStore,
  podRows,
  type ShopCall,
  shopCalls,
  shopEnd,
  shopEvents,
  shopPods,
} from './testing/shop.ts';

const minute: TimeWindow = { from: shopEnd - 60_000, to: shopEnd };

/** A story on a clock of its own: each second agents tell of the one that is over, then the store publishes. */
function story(limits: Partial<StoreLimits> = {}) {
  const clock = { now: shopEnd };
  const store = createStore(limits, () => clock.now);
  const tell = (agent: string, table: string, ...rows: readonly Row[]) =>
    store.apply({ type: 'rows', agent, table, rows });
  return {
    store,
    clock,
    tell,
    /** Publishes once what was told has had its time. */
    look() {
      store.publish();
      clock.now += 300;
      store.publish();
      return store.getSnapshot();
    },
  };
}

function rowsOf(store: Store, table: string, window = minute): ReadonlyMap<string, Row> {
  const rows = store.getSnapshot().derived(table, window);
  assert.equal(new Set(rows.map(({ key }) => key)).size, rows.length, 'keys are unique');
  return new Map(rows.map(({ key, row }) => [key, row]));
}

const edgeBetween = (store: Store, source: string, destination: string, window = minute) =>
  [...rowsOf(store, 'edges', window).values()].find((row) => row.source === source && row.destination === destination);

const near = (value: unknown, wanted: number, share = 0.02) =>
  assert.ok(
    typeof value === 'number' && Math.abs(value - wanted) <= Math.abs(wanted) * share,
    `${value} is not near ${wanted}`,
  );

const call: ShopCall = {
  source: shopPods.frontend,
  destination: shopPods.api,
  port: 8080,
  protocol: 'http',
  method: 'GET',
  route: '/items',
  rate: 10,
  latencyMs: 20,
};

describe('routes that nobody asked for until now', () => {
  test('have the rate of the time since then, and no chart of the time before', () => {
    const { store, clock, tell, look } = story();
    const endpoint = { service: 'shop/api', method: 'GET', route: '/items' };
    for (let time = shopEnd - 60_000; time < shopEnd; time += 1_000) {
      tell('a', 'pod_stats', ...podRows([call], time, 'a'));
      if (time >= shopEnd - 11_000) tell('a', 'endpoint_stats', ...endpointRow(call, 'server', time, 'a'));
      clock.now = time + 1_700;
      if (time === shopEnd - 12_000) {
        store.begin('endpoint_stats');
        store.publish();
        assert.equal(store.getSnapshot().isPending?.('endpoints'), true, 'the agents were asked a moment ago');
      }
    }
    const snapshot = look();
    assert.equal(snapshot.isPending?.('endpoints'), false);
    const [row] = [...rowsOf(store, 'endpoints').values()];
    assert.equal(row?.route, '/items');
    near(row?.rate, 10);
    const points = snapshot.timeline({ endpoint }, minute, 5_000);
    assert.deepEqual(
      points.map(({ time, requests }) => [time - shopEnd, requests]),
      [
        [-10_000, 50],
        [-5_000, 50],
      ],
    );
  });
});

describe('a shop told of for a minute', () => {
  const store = createStore();
  fillStore(store);

  test('is held to the end of its last second', () => {
    assert.deepEqual(store.getSnapshot().held, minute);
    assert.deepEqual(store.getSnapshot().losses, []);
  });

  test('services: pods together, requests exact, latency within 1 %', () => {
    const services = rowsOf(store, 'services');
    const frontend = services.get('shop/frontend');
    assert.deepEqual([frontend?.pods, frontend?.requests, frontend?.rate], [2, 46 * 60, 46]);
    const payments = services.get('shop/payments');
    assert.deepEqual([payments?.requests, payments?.errors], [300, 0.2]);
    near(payments?.p50, 160e6, 0.15);
    assert.equal(services.get('load/generator')?.rate, null, 'who only calls serves nothing: that is no rate of zero');
  });

  test('pods: what they use, and what they ask for themselves', () => {
    const pod = rowsOf(store, 'pods').get(shopPods.frontend);
    assert.deepEqual([pod?.service, pod?.calls, pod?.node], ['shop/frontend', 30, 'node-a']);
    near(pod?.cpu, 0.09);
    assert.equal(pod?.memory, 52 * 1024 * 1024);
  });

  test('namespaces add their services up', () => {
    const shop = rowsOf(store, 'namespaces').get('shop');
    assert.deepEqual([shop?.services, shop?.pods, shop?.rate], [5, 6, 129]);
    near(shop?.cpu, 0.09 + 0.13 + 0.17 + 0.21 + 0.25 + 0.29);
  });

  test('edges: both sides of a call are one, the way between them is known', () => {
    const edge = edgeBetween(store, 'shop/frontend', 'shop/api');
    assert.equal(edge?.requests, 36 * 60);
    near(edge?.network_p50, 350_000);
    assert.deepEqual([edge?.destination_kind, edge?.protocol, edge?.port], ['pod', 'http', 8080]);
  });

  test('edges: a database is known by its port, what is outside by its name', () => {
    const database = edgeBetween(store, 'shop/catalog', '10.9.0.4:5432');
    assert.deepEqual(
      [database?.protocol, database?.destination_kind, database?.rate, database?.p50, database?.connections],
      ['postgresql', 'external', 60, null, 4],
    );
    const bank = edgeBetween(store, 'shop/payments', 'api.bank.example');
    assert.deepEqual([bank?.protocol, bank?.destination_kind, bank?.conn_failed], ['tls', 'external', 60]);
  });

  test('flows: bytes from the caller’s side, once; why attempts failed', () => {
    const flows = [...rowsOf(store, 'flows').values()];
    const flow = flows.find((row) => row.source === shopPods.frontend && row.destination === shopPods.api);
    assert.deepEqual([flow?.sent_rate, flow?.recv_rate, flow?.connections], [30 * 400, 30 * 2_300, 4]);
    assert.equal(flows.find((row) => row.destination === 'api.bank.example')?.reasons, '60 refused');
  });

  test('endpoints: by service, method and route', () => {
    const rows = [...rowsOf(store, 'endpoints').values()];
    const order = rows.find((row) => row.route === '/api/orders');
    assert.deepEqual([order?.service, order?.method, order?.requests], ['shop/api', 'POST', 360]);
    assert.ok(
      rows.every((row) => row.protocol !== 'dns'),
      'names asked for are no routes',
    );
  });

  test('a timeline of everything counts each call once and adds up to the edges', () => {
    const points = store.getSnapshot().timeline({}, minute, 5_000);
    assert.equal(points.length, 12);
    const requests = points.reduce((sum, point) => sum + point.requests, 0);
    const told = shopCalls.filter(({ protocol }) => protocol !== '').reduce((sum, { rate }) => sum + rate * 60, 0);
    assert.equal(requests, told);
    assert.equal(store.getSnapshot().timeline({}, minute, 5_000), points, 'worked out once');
  });

  for (const [scope, requests] of [
    [{ namespace: 'shop' }, 129 * 60],
    [{ service: 'shop/payments' }, 300],
    [{ pod: shopPods.frontend }, 24 * 60],
    [{ edge: { source: 'shop/api', destination: 'shop/cart' } }, 720],
    [{ endpoint: { service: 'shop/api', method: 'POST', route: '/api/orders' } }, 360],
    [{ service: 'nobody' }, 0],
  ] as const) {
    test(`a timeline of ${JSON.stringify(scope)}`, () => {
      const points = store.getSnapshot().timeline(scope, minute, 10_000);
      assert.equal(
        points.reduce((sum, point) => sum + point.requests, 0),
        requests,
      );
      assert.equal(
        points.reduce((sum, point) => sum + point.latency.count, 0),
        requests,
      );
    });
  }

  test('rows stay the same objects while nothing changes', () => {
    const rows = store.getSnapshot().derived('services', minute);
    assert.equal(store.getSnapshot().derived('services', { ...minute }), rows);
    assert.equal(store.getSnapshot().derived('nothing', minute).length, 0);
  });
});

describe('what is known of a time', () => {
  test('before anything was told is nothing, after it zero', () => {
    const store = createStore();
    fillStore(store, { seconds: 10 });
    const window = { from: shopEnd - 24_000, to: shopEnd };
    const row = rowsOf(store, 'services', window).get('shop/frontend');
    const series = row?.rate_series as readonly number[];
    assert.deepEqual(series.slice(0, 14), new Array(14).fill(Number.NaN));
    assert.ok(series.slice(14).every((rate) => rate === 46));
    assert.equal(row?.rate, 46, 'a rate is of the time that is known');
  });

  test('goes on while nothing happens, as long as a live agent is there', () => {
    const { store, tell, clock, look } = story();
    const status = (time: number): AgentEvent => ({ type: 'status', agent: 'a', time, status: liveStatus });
    store.apply(status(shopEnd - 1_000));
    tell('a', 'pod_stats', ...podRows([call], shopEnd - 2_000, 'a'));
    look();
    for (let second = 0; second < 30; second += 1) {
      clock.now = shopEnd + second * 1_000;
      store.apply(status(clock.now));
      store.publish();
    }
    const { held } = store.getSnapshot();
    assert.ok(held && held.to >= shopEnd + 27_000, `held to ${held?.to}`);
    assert.equal(rowsOf(store, 'services', { from: held.to - 5_000, to: held.to }).size, 0);
  });

  test('of a second counts as complete once all agents told of it, but nobody waits for one that is gone', () => {
    const { store, tell, clock, look } = story();
    const second = (agent: string, n: number) =>
      tell(agent, 'pod_stats', ...podRows([call], shopEnd + n * 1_000, agent));
    second('a', 0);
    second('b', 0);
    assert.equal(look().held?.to, shopEnd + 1_000);
    second('a', 1);
    assert.equal(look().held?.to, shopEnd + 1_000, 'b has not told of it yet');
    second('b', 1);
    assert.equal(look().held?.to, shopEnd + 2_000);
    store.apply({ type: 'link', agent: 'b', link: { state: 'retrying', reason: 'gone', attempt: 1, retryAt: 0 } });
    second('a', 2);
    clock.now += 1_000;
    assert.equal(look().held?.to, shopEnd + 3_000);
  });

  test('told of late is added to the second it happened in', () => {
    const { store, tell, look } = story();
    for (let n = 0; n < 10; n += 1) tell('a', 'edge_stats', ...edgeRow(call, 'server', shopEnd + n * 1_000, 'a'));
    look();
    const window = { from: shopEnd, to: shopEnd + 10_000 };
    assert.equal(edgeBetween(store, 'shop/frontend', 'shop/api', window)?.requests, 100);
    tell('b', 'edge_stats', ...edgeRow(call, 'server', shopEnd + 3_000, 'b'));
    look();
    const row = edgeBetween(store, 'shop/frontend', 'shop/api', window);
    assert.equal(row?.requests, 110);
    const series = row?.rate_series as readonly number[];
    assert.deepEqual(series.slice(2, 5), [10, 20, 10]);
  });

  test('told of again, as after a lost line, counts once', () => {
    const { store, tell, look } = story();
    const told = Array.from({ length: 5 }, (_, n) => edgeRow(call, 'server', shopEnd + n * 1_000, 'a')).flat();
    const window = { from: shopEnd, to: shopEnd + 5_000 };
    tell('a', 'edge_stats', ...told);
    look();
    tell('a', 'edge_stats', ...told);
    look();
    assert.equal(edgeBetween(store, 'shop/frontend', 'shop/api', window)?.requests, 50);
    tell('a', 'edge_stats', ...told, ...told);
    look();
    assert.equal(edgeBetween(store, 'shop/frontend', 'shop/api', window)?.requests, 50);
  });
});

describe('agents that are wrong', () => {
  test('a clock some seconds ahead drags nobody along', () => {
    const { tell, look } = story();
    const seconds = (agent: string, from: number) => {
      for (let n = 0; n < 5; n += 1) tell(agent, 'pod_stats', ...podRows([call], from + n * 1_000, agent));
    };
    seconds('a', shopEnd);
    seconds('b', shopEnd);
    seconds('fast', shopEnd + 60_000);
    assert.equal(look().held?.to, shopEnd + 5_000);
  });

  test('summaries of a time nobody holds are refused and counted', () => {
    const { tell, look } = story();
    tell('a', 'pod_stats', ...podRows([call], shopEnd, 'a'));
    look();
    tell('b', 'pod_stats', ...podRows([call], shopEnd - 7_200_000, 'b'), ...podRows([call], shopEnd + 3_600_000, 'b'));
    const lost = look().losses.find(({ reason }) => reason === 'summary-time');
    assert.equal(lost?.count, 4);
  });

  test('more names than fit are refused and counted; what is known goes on', () => {
    const { store, tell, look } = story({ series: { keys: 100 } });
    tell('a', 'edge_stats', ...edgeRow(call, 'server', shopEnd, 'a'));
    const [row] = edgeRow(call, 'server', shopEnd, 'a');
    for (let n = 0; n < 5_000; n += 1) tell('a', 'edge_stats', { ...row, source: `evil-${n}`, source_namespace: null });
    tell('a', 'edge_stats', ...edgeRow(call, 'server', shopEnd + 1_000, 'a'));
    const lost = look().losses.find(({ reason }) => reason === 'summary-limit');
    assert.equal(lost?.count, 5_000 - 99);
    const window = { from: shopEnd, to: shopEnd + 2_000 };
    assert.equal(edgeBetween(store, 'shop/frontend', 'shop/api', window)?.requests, 20);
  });

  test('an agent that makes names up takes its share of the room, not that of the others', () => {
    const { tell, look } = story({ series: { keys: 400 } });
    const [row] = edgeRow(call, 'server', shopEnd, 'a');
    const made = (agent: string, count: number, name: string) => {
      for (let n = 0; n < count; n += 1)
        tell(agent, 'edge_stats', { ...row, source: `${name}-${n}`, source_namespace: null });
    };
    made('honest', 1, 'one');
    made('hostile', 5_000, 'made-up');
    made('hostile', 1, 'x'.repeat(20_000));
    made('late', 90, 'later');
    const lost = (reason: string) => look().losses.find((loss) => loss.reason === reason)?.count;
    assert.equal(lost('summary-limit'), 5_000 - 100);
    assert.equal(lost('summary-nonsense'), 1);
  });

  test('a distribution that is none leaves the counts', () => {
    const { store, tell, look } = story();
    const [row] = edgeRow(call, 'server', shopEnd, 'a');
    for (const latency of [Uint8Array.of(9), new Uint8Array(20_000).fill(255), Uint8Array.of(1, 0, 0, 0, 5)]) {
      tell('a', 'edge_stats', { ...row, latency, time_: BigInt(shopEnd) * 1_000_000n });
    }
    assert.equal(look().losses.find(({ reason }) => reason === 'summary-nonsense')?.count, 3);
    const edge = edgeBetween(store, 'shop/frontend', 'shop/api', { from: shopEnd, to: shopEnd + 1_000 });
    assert.deepEqual([edge?.requests, edge?.p50], [10, null]);
  });
});

describe('both sides of a call', () => {
  const window = { from: shopEnd, to: shopEnd + 40_000 };

  test('where the callee’s agent is gone, the caller’s figures count', () => {
    const { store, tell, look } = story();
    for (let n = 0; n < 40; n += 1) {
      const time = shopEnd + n * 1_000;
      tell('a', 'edge_stats', ...edgeRow(call, 'client', time, 'a'));
      if (n < 5) tell('b', 'edge_stats', ...edgeRow(call, 'server', time, 'b'));
    }
    look();
    assert.equal(edgeBetween(store, 'shop/frontend', 'shop/api', window)?.requests, 400);
  });

  test('an address that one agent calls a pod is that pod for all', () => {
    const { store, tell, look } = story();
    const seen = { ...call, destination: '10.1.0.7:8080' };
    tell('a', 'edge_stats', ...edgeRow({ ...seen, sides: ['client'] }, 'client', shopEnd, 'a'));
    tell('b', 'edge_stats', ...edgeRow(call, 'server', shopEnd, 'b'));
    look();
    assert.equal(rowsOf(store, 'edges', window).size, 2);
    tell('b', 'conn_stats', { ...connRow(call, 'server', shopEnd, 1, shopEnd, 'b'), local_addr: '10.1.0.7' });
    look();
    const edges = [...rowsOf(store, 'edges', window).values()];
    assert.deepEqual(
      edges.map(({ source, destination, requests }) => [source, destination, requests]),
      [['shop/frontend', 'shop/api', 10]],
    );
  });
});

describe('a call to a Service', () => {
  const window = { from: shopEnd, to: shopEnd + 10_000 };
  const second = { ...call, destination: call.destination.replace(/.{5}$/, 'zzzzz') };
  /** As a terminal of a cluster names what the caller knows: the workload behind the Service. */
  const through = { ...call, destination: 'shop/api' };

  test('is one call, whichever of the pods answered; both sides’ latencies are known', () => {
    const { store, tell, look } = story();
    for (let n = 0; n < 5; n += 1) {
      const time = shopEnd + n * 1_000;
      tell('a', 'edge_stats', ...edgeRow(through, 'client', time, 'a'));
      tell('b', 'edge_stats', ...edgeRow(call, 'server', time, 'b'));
      tell('b', 'endpoint_stats', ...endpointRow(call, 'server', time, 'b'));
      tell('a', 'endpoint_stats', ...endpointRow(through, 'client', time, 'a'));
    }
    look();
    const edge = edgeBetween(store, 'shop/frontend', 'shop/api', window);
    assert.equal(edge?.requests, 50);
    assert.ok(typeof edge.client_p50 === 'number' && typeof edge.server_p50 === 'number');
    assert.deepEqual(
      [...rowsOf(store, 'endpoints', window).values()].map(({ requests }) => requests),
      [50],
    );
  });

  test('is whole where only one of the pods is watched', () => {
    const { store, tell, look } = story();
    // The caller's 20 requests went to two pods; the node of the second has no agent.
    const both = edgeRow(through, 'client', shopEnd, 'a');
    tell('a', 'edge_stats', ...both, ...edgeRow(through, 'client', shopEnd + 1_000, 'a'));
    tell('b', 'edge_stats', ...edgeRow(second, 'server', shopEnd, 'b'));
    look();
    assert.equal(edgeBetween(store, 'shop/frontend', 'shop/api', window)?.requests, 20);
  });
});

describe('connections', () => {
  const window = { from: shopEnd, to: shopEnd + 10_000 };
  const flowOf = (store: Store) => [...rowsOf(store, 'flows', window).values()][0];

  test('what they carried before anybody listened is in no rate', () => {
    const { store, tell, look } = story();
    tell('a', 'pod_stats', ...podRows([call], shopEnd, 'a'));
    // Seen first an hour ago: 3,600 seconds' worth of bytes.
    tell('a', 'conn_stats', connRow(call, 'client', shopEnd, 3_600, shopEnd - 3_600_000, 'a'));
    tell('a', 'conn_stats', connRow(call, 'client', shopEnd + 1_000, 3_601, shopEnd - 3_600_000, 'a'));
    for (let n = 1; n < 10; n += 1) tell('a', 'pod_stats', ...podRows([call], shopEnd + n * 1_000, 'a'));
    look();
    const flow = flowOf(store);
    // Of nine of the ten seconds everything is known: the first word came in the first.
    assert.equal(flow?.sent_rate, 4_000 / 9);
    assert.equal(flow?.bytes_sent, 4_000 * 3_601);
  });

  test('a terminal that comes late rates them by the time since, and says of no second before that it was quiet', () => {
    const { store, tell, look } = story();
    const late = shopEnd + 50_000;
    // The agent kept a minute of requests, and of each connection the last word.
    for (let n = 0; n < 60; n += 1) tell('a', 'pod_stats', ...podRows([call], shopEnd + n * 1_000, 'a'));
    for (const side of ['client', 'server'] as const) {
      for (let n = 0; n < 10; n += 1) {
        tell('a', 'conn_stats', connRow(call, side, late + n * 1_000, 3_600 + n, late - 3_600_000, 'a'));
      }
    }
    look();
    const minuteLater = { from: shopEnd, to: shopEnd + 60_000 };
    const [flow] = rowsOf(store, 'flows', minuteLater).values();
    assert.deepEqual([flow?.sent_rate, flow?.recv_rate, flow?.open_rate], [4_000, 23_000, 1]);
    const series = flow?.bytes_series as readonly number[];
    assert.ok(series.slice(0, 16).every(Number.isNaN), `${series}`);
    assert.ok(
      series.slice(-3).every((rate) => rate === 27_000),
      `${series}`,
    );
    const service = rowsOf(store, 'services', minuteLater).get('shop/api');
    assert.deepEqual([service?.in_bytes, service?.out_bytes], [4_000, 23_000]);
  });

  test('of a connection opened since, what went before counts as little as what the others carried then', () => {
    const { store, tell, look } = story();
    const late = shopEnd + 30_000;
    const pooled = { ...call, protocol: 'tls' };
    for (let n = 0; n < 60; n += 1) tell('a', 'pod_stats', ...podRows([call], shopEnd + n * 1_000, 'a'));
    // Another process of the same pod that began within the minute: its total is spread over its life.
    const young = { ...connRow(pooled, 'client', late, 30, shopEnd, 'a'), id: 'young' };
    tell('a', 'conn_stats', { ...connRow(call, 'server', shopEnd - 60_000, 1, shopEnd - 90_000, 'a'), source: 'x' });
    tell('a', 'conn_stats', young, connRow(pooled, 'client', late, 3_600, late - 3_600_000, 'a'));
    for (let n = 1; n < 30; n += 1) {
      tell('a', 'conn_stats', { ...connRow(pooled, 'client', late + n * 1_000, 30 + n, shopEnd, 'a'), id: 'young' });
      tell('a', 'conn_stats', connRow(pooled, 'client', late + n * 1_000, 3_600 + n, late - 3_600_000, 'a'));
    }
    look();
    const flow = [...rowsOf(store, 'flows', { from: shopEnd, to: shopEnd + 60_000 }).values()].find(
      ({ protocol }) => protocol === 'tls',
    );
    near(flow?.sent_rate, 8_000, 0.05);
  });

  test('while the line to an agent is down are rated by the rest of the time, and counted once', () => {
    const { store, tell, look } = story();
    const seen = shopEnd - 600_000;
    const old = { ...call, destination: shopPods.cart };
    // A connection that fell silent long ago is the oldest the agent knows of.
    const quiet = connRow(old, 'client', seen, 1, seen - 1_000, 'a');
    const second = (n: number) => {
      tell('a', 'pod_stats', ...podRows([call], shopEnd + n * 1_000, 'a'));
      return connRow(call, 'client', shopEnd + n * 1_000, 100 + n, shopEnd - 100_000, 'a');
    };
    tell('a', 'conn_stats', quiet);
    for (let n = 0; n < 20; n += 1) tell('a', 'conn_stats', second(n));
    store.apply({ type: 'link', agent: 'a', link: { state: 'retrying', reason: 'gone', attempt: 1, retryAt: 0 } });
    tell('a', 'conn_stats', quiet);
    for (let n = 40; n < 60; n += 1) tell('a', 'conn_stats', second(n));
    look();
    const stretch = { from: shopEnd, to: shopEnd + 60_000 };
    const flow = [...rowsOf(store, 'flows', stretch).values()].find(({ bytes_sent }) => Number(bytes_sent) > 400_000);
    near(flow?.sent_rate, 4_000, 0.05);
  });

  test('that begin anew count from nothing; what was told before stays', () => {
    const { store, tell, look } = story();
    tell('a', 'conn_stats', connRow(call, 'client', shopEnd, 1, shopEnd, 'a'));
    tell('a', 'conn_stats', connRow(call, 'client', shopEnd + 5_000, 2, shopEnd + 4_000, 'a'));
    // An old word that comes late is no news.
    tell('a', 'conn_stats', connRow(call, 'client', shopEnd + 4_000, 1, shopEnd + 4_000, 'a'));
    tell('a', 'conn_stats', connRow(call, 'client', shopEnd + 9_000, 2, shopEnd + 4_000, 'a'));
    look();
    assert.equal(flowOf(store)?.sent_rate, (3 * 4_000) / 10);
  });

  test('whose end is known better later go on under its name', () => {
    const { store, tell, look } = story();
    const row = (source: string, second: number) => ({
      ...connRow(call, 'server', shopEnd + second * 1_000, second, shopEnd, 'a'),
      source,
    });
    tell('a', 'conn_stats', row('node-1', 1), row('kubelet', 2), row('kubelet', 3));
    look();
    const flows = rowsOf(store, 'flows', { from: shopEnd + 2_000, to: shopEnd + 4_000 });
    assert.deepEqual(
      [...flows.values()].map(({ source, sent_rate: rate }) => [source, rate]),
      [['kubelet', 4_000]],
    );
  });

  test('that are open without a word are there, until their agent is gone', () => {
    const { store, tell, look } = story();
    tell('a', 'conn_stats', connRow(call, 'client', shopEnd, 1, shopEnd, 'a'));
    for (let n = 0; n < 100; n += 1) tell('b', 'pod_stats', ...podRows([call], shopEnd + n * 1_000, 'b'));
    look();
    const late = { from: shopEnd + 60_000, to: shopEnd + 100_000 };
    const quiet = [...rowsOf(store, 'flows', late).values()];
    assert.deepEqual(
      quiet.map(({ connections, sent_rate }) => [connections, sent_rate]),
      [[4, 0]],
    );
    assert.equal(edgeBetween(store, 'shop/frontend', 'shop/api', late)?.connections, 4);
    store.apply({ type: 'link', agent: 'a', link: { state: 'retrying', reason: 'gone', attempt: 1, retryAt: 0 } });
    look();
    assert.equal(rowsOf(store, 'flows', late).size, 0);
  });
});

describe('memory', () => {
  test('is bounded: older seconds become tens of seconds, the oldest go, and what is held says so', () => {
    const { store, clock } = story({ series: { bytes: 700_000 } });
    for (const event of shopEvents({ seconds: 1_200, calls: shopCalls.slice(0, 2) })) {
      store.apply(event);
      if (event.type === 'rows' && event.table === 'process_stats') {
        clock.now += 1_000;
        store.publish();
      }
    }
    const { held, losses } = store.getSnapshot();
    assert.deepEqual(losses, [], 'what was kept for its time is no loss');
    assert.ok(held && held.to - held.from > 120_000 && held.to - held.from < 1_200_000, `${held?.from} ${held?.to}`);
    const from = Math.ceil(held.from / 10_000) * 10_000;
    const all = { from, to: shopEnd - 1_000 };
    const seconds = (all.to - all.from) / 1_000;
    const frontend = rowsOf(store, 'services', all).get('shop/frontend');
    assert.equal(frontend?.requests, 46 * seconds);
    near(frontend?.p50, 22e6, 0.15);
    const points = store.getSnapshot().timeline({ service: 'shop/frontend' }, all, 1_000);
    near(
      points.reduce((sum, point) => sum + point.requests, 0),
      46 * seconds,
      1e-9,
    );
  });

  test('a recording at many times speed is held like one that took its time', () => {
    const fast = createStore();
    fillStore(fast, { seconds: 1_800, calls: shopCalls.slice(0, 2) });
    const { held } = fast.getSnapshot();
    assert.deepEqual(held, { from: shopEnd - 1_800_000, to: shopEnd });
    assert.equal(rowsOf(fast, 'services', held).get('shop/frontend')?.requests, 46 * 1_800);
    assert.equal(rowsOf(fast, 'endpoints', held).size, 1);
  });
});

test('endpoints of a server both sides saw count once', () => {
  const { store, tell, look } = story();
  tell(
    'a',
    'endpoint_stats',
    ...endpointRow(call, 'client', shopEnd, 'a'),
    ...endpointRow(call, 'server', shopEnd, 'a'),
  );
  look();
  const [row] = [...rowsOf(store, 'endpoints', { from: shopEnd, to: shopEnd + 1_000 }).values()];
  assert.equal(row?.requests, 10);
});

const liveStatus = {
  node: 'n',
  version: '',
  kernel: '',
  source: { kind: 'live', name: '/', progress: 0 },
  started: 1n,
  pid: 1,
  cpus: 1,
  cpuNanos: 0,
  rssBytes: 0,
  mapBytes: 0,
  programs: [],
  totals: {},
  losses: [],
  leases: [],
  ringRows: 0,
  ringBytes: 0,
} as const;
