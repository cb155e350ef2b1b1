import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { Row } from '../../src/domain/column.ts';
import { decodeSketch } from '../../src/domain/sketch/sketch.ts';
import type { Table } from '../../src/domain/table.ts';
import type { EdgeStats } from '../../src/domain/tables/edge-stats.ts';
import type { EndpointStats } from '../../src/domain/tables/endpoint-stats.ts';
import type { PodStats } from '../../src/domain/tables/pod-stats.ts';
import type { ExchangeFacts } from '../stream/protocol.ts';
import type { SummaryLimits } from './limits.ts';
import { createSummaries } from './summaries.ts';

/** Captured time 0.25 s into a second of the wall clock. */
const clockOffset = 1_800_000_000_250_000_000n;
const atSecond = (second: number): bigint => 1_800_000_000_000_000_000n + BigInt(second) * 1_000_000_000n;

function setUp(limits: Partial<SummaryLimits> = {}) {
  const rows: { table: string; row: Row }[] = [];
  const keys = new Set<string>();
  const summaries = createSummaries({
    node: 'node-a',
    clockOffset,
    limits,
    put(table: Table, row: Row) {
      rows.push({ table: table.id, row: Object.fromEntries(table.columnIds.map((id) => [id, row[id] ?? null])) });
      const key = `${table.id} ${row.id}`;
      assert.ok(!keys.has(key), `${key} was told twice`);
      keys.add(key);
      for (const id of table.columnIds) {
        assert.ok(row[id] !== undefined, `${table.id} has no ${id}`);
        assert.ok(row[id] !== null || !table.columns[id]?.required, `${table.id}.${id} is null`);
      }
    },
  });
  const of = <T>(table: string) => rows.filter((entry) => entry.table === table).map(({ row }) => row as unknown as T);
  return {
    summaries,
    tell: (facts: Partial<ExchangeFacts> = {}) => summaries.exchange({ ...example, ...facts }),
    pods: () => of<PodStats>('pod_stats'),
    edges: () => of<EdgeStats>('edge_stats'),
    endpoints: () => of<EndpointStats>('endpoint_stats'),
    rows,
  };
}

const served: Row = {
  source: 'shop/web',
  destination: 'shop/api',
  namespace: 'shop',
  pod: 'shop/api',
  remote_pod: 'shop/web',
  local_port: 8080,
  remote_port: 40_000,
  cgroup: '/pods/shop/api/app',
};
const called: Row = {
  source: 'shop/web',
  destination: '10.9.9.9:443',
  namespace: 'shop',
  pod: 'shop/web',
  remote_pod: null,
  local_port: 50_000,
  remote_port: 443,
  cgroup: '/pods/shop/web/app',
};
const example: ExchangeFacts = {
  protocol: 'http',
  role: 'server',
  identity: served,
  time: 1e9,
  method: 'GET',
  target: '/items/7?x=1',
  result: 'ok',
  latency: 5e6,
  requestBytes: 10,
  responseBytes: 100,
};
const sum = (rows: readonly { readonly requests: number }[]) => rows.reduce((all, { requests }) => all + requests, 0);

describe('summaries', () => {
  test('a second is told once, when it and the grace for late ones are over', () => {
    const { summaries, tell, pods, edges, endpoints } = setUp();
    tell({ time: 1.0e9 });
    tell({ time: 1.2e9, result: 'server-error', latency: 20e6 });
    tell({ time: 1.3e9, result: 'failure', latency: -1 });
    tell({ time: 1.4e9, result: 'client-error', target: '/items/8' });
    summaries.tick(2.0e9);
    assert.deepEqual(pods(), [], 'the second ends at 1.75 s, late ones may come for 0.3 s');
    summaries.tick(2.1e9);
    const [pod, ...otherPods] = pods();
    assert.deepEqual(otherPods, []);
    assert.ok(pod);
    const { latency, id: _id, ...plain } = pod;
    assert.deepEqual(plain, {
      time_: atSecond(1),
      node: 'node-a',
      trace_role: 'server',
      protocol: 'http',
      requests: 4,
      errors_4xx: 1,
      errors_5xx: 1,
      failures: 1,
      sampled_out: 0,
      latency_p50: plain.latency_p50,
      latency_p99: plain.latency_p99,
      req_bytes: 40,
      resp_bytes: 400,
      entity: 'shop/api',
      namespace: 'shop',
      pod: 'shop/api',
    });
    const sketch = decodeSketch(latency ?? new Uint8Array());
    assert.equal(sketch?.count, 3);
    assert.equal(sketch?.max, 20e6);
    assert.ok(Math.abs((plain.latency_p50 ?? 0) - 5e6) <= 0.05e6);
    assert.deepEqual(
      edges().map(({ source, destination, port, requests, source_namespace, destination_namespace }) => [
        source,
        destination,
        port,
        requests,
        source_namespace,
        destination_namespace,
      ]),
      [['shop/web', 'shop/api', 8080, 4, 'shop', 'shop']],
    );
    assert.deepEqual(
      endpoints().map(({ destination, namespace, method, route, requests }) => [
        destination,
        namespace,
        method,
        route,
        requests,
      ]),
      [['shop/api', 'shop', 'GET', '/items/{number}', 4]],
    );
  });

  test('both sides of a call count, each under its own name', () => {
    const { summaries, tell, pods, edges } = setUp();
    tell();
    tell({ role: 'client', identity: called });
    summaries.flush();
    assert.deepEqual(
      pods().map(({ entity, trace_role }) => [entity, trace_role]),
      [
        ['shop/api', 'server'],
        ['shop/web', 'client'],
      ],
    );
    assert.deepEqual(
      edges().map(({ source, destination, port }) => [source, destination, port]),
      [
        ['shop/web', 'shop/api', 8080],
        ['shop/web', '10.9.9.9:443', 443],
      ],
    );
  });

  test('what comes too late counts in the oldest second that is open, and silence makes no rows', () => {
    const { summaries, tell, pods } = setUp();
    tell({ time: 1e9 });
    summaries.tick(9e9);
    tell({ time: 2e9 });
    tell({ time: 9e9 });
    summaries.tick(30e9);
    assert.deepEqual(
      pods().map(({ time_, requests }) => [time_, requests]),
      [
        [atSecond(1), 1],
        [atSecond(8), 1],
        [atSecond(9), 1],
      ],
    );
  });

  test('whatever the order and however long the gaps, nothing is lost or told twice', () => {
    const step = fc.record({ wait: fc.integer({ min: 0, max: 3000 }), late: fc.integer({ min: 0, max: 9000 }) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.boolean(), (steps, ticks) => {
        const { summaries, tell, pods, edges, endpoints } = setUp();
        let now = 20e9;
        for (const { wait, late } of steps) {
          now += wait * 1e6;
          tell({ time: now - late * 1e6, target: `/${late % 5}x` });
          if (ticks) summaries.tick(now);
        }
        summaries.flush();
        for (const rows of [pods(), edges(), endpoints()]) assert.equal(sum(rows), steps.length);
      }),
    );
  });

  test('routes past the limit of a server are "*", and are counted', () => {
    const { summaries, tell, endpoints } = setUp({ endpoints: 3 });
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) tell({ target: `/${name}` });
    tell({ target: '/a', method: 'BREW' });
    summaries.flush();
    assert.deepEqual(
      endpoints().map(({ method, route, requests }) => [method, route, requests]),
      [
        ['GET', '/a', 1],
        ['GET', '/b', 1],
        ['GET', '/c', 1],
        ['GET', '*', 3],
        ['_OTHER', '*', 1],
      ],
    );
    assert.equal(summaries.totals().exchanges_ungrouped, 4);
  });

  test('any number of clients cannot take more than their room', () => {
    const { summaries, tell, pods, edges } = setUp({ edges: 10, pods: 5, servers: 2 });
    for (let i = 0; i < 1000; i++) {
      tell({ identity: { ...served, source: `10.0.${i >> 8}.${i & 255}`, destination: `svc-${i % 20}` } });
    }
    summaries.flush();
    assert.equal(sum(edges()), 1000);
    assert.equal(sum(pods()), 1000);
    assert.ok(edges().length <= 13, String(edges().length));
    assert.ok(pods().length <= 6, String(pods().length));
    assert.ok(edges().some(({ source, destination }) => source === '*' && destination === '*'));
  });

  test('what is silent for long makes room', () => {
    const { summaries, tell, endpoints } = setUp({ endpoints: 2, idleSeconds: 60 });
    for (const name of ['a', 'b', 'c']) tell({ target: `/${name}`, time: 1e9 });
    summaries.tick(3e9);
    tell({ target: '/a', time: 100e9 });
    summaries.tick(200e9);
    tell({ target: '/a', time: 201e9 });
    tell({ target: '/c', time: 201e9 });
    summaries.flush();
    assert.deepEqual(
      endpoints().map(({ route }) => route),
      ['/a', '/b', '*', '/a', '/a', '/c'],
    );
  });

  test('what a budget left out is shared out among what its cgroup did', () => {
    const { summaries, tell, pods, edges, endpoints } = setUp();
    for (let i = 0; i < 30; i++) tell({ target: i % 3 === 0 ? '/a' : '/b' });
    tell({ role: 'client', identity: called });
    summaries.leftOut('/pods/shop/api/app', 90, 1.2e9);
    summaries.leftOut('/pods/shop/api/app', 10, 1.4e9);
    summaries.tick(3e9);
    assert.deepEqual(
      pods().map(({ entity, sampled_out }) => [entity, sampled_out]),
      [
        ['shop/api', 100],
        ['shop/web', 0],
      ],
    );
    assert.deepEqual(
      edges().map(({ sampled_out }) => sampled_out),
      [100, 0],
    );
    assert.deepEqual(
      endpoints().map(({ route, sampled_out }) => [route, sampled_out]),
      [
        ['/a', 33],
        ['/b', 67],
        ['/items/{number}', 0],
      ],
    );
  });

  test('a second in which everything was left out is told of all the same', () => {
    const { summaries, tell, pods } = setUp();
    tell();
    summaries.tick(3e9);
    summaries.leftOut('/pods/shop/api/app', 50, 3.5e9);
    summaries.leftOut('/pods/nobody', 50, 3.5e9);
    summaries.tick(9e9);
    assert.deepEqual(
      pods().map(({ requests, sampled_out }) => [requests, sampled_out]),
      [
        [1, 0],
        [0, 50],
      ],
    );
  });
});
