import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { httpRow } from '../../test/wire/scripted-agent.ts';
import type { AgentEvent } from '../domain/agent-event.ts';
import type { AgentStatus } from '../domain/agent-status.ts';
import type { Row } from '../domain/column.ts';
import { exampleHttpEvent } from '../domain/tables/example-http-event.ts';
import { createStore } from './create-store.ts';
import type { Snapshot, StoredRow } from './store.ts';

const rowsOf = (agent: string, ...rows: Row[]): AgentEvent => ({ type: 'rows', agent, table: 'http_events', rows });
const row = (id: string, changes: Partial<Row> = {}): Row => ({ ...httpRow(id), ...changes });
const ids = (snapshot: Snapshot) => snapshot.table('http_events').rows.map(({ row: { id } }) => id);

const status = (changes: Partial<AgentStatus> = {}): AgentStatus => ({
  node: 'node-1',
  version: '0.1.0',
  kernel: '6.1.0',
  source: { kind: 'live', name: '/', progress: 0 },
  started: 1n,
  pid: 1,
  cpus: 2,
  cpuNanos: 0,
  rssBytes: 0,
  mapBytes: 0,
  programs: [],
  totals: {},
  losses: [],
  leases: [],
  ringRows: 0,
  ringBytes: 0,
  ...changes,
});

describe('rows', () => {
  test('become visible by publishing, not before', () => {
    const store = createStore();
    store.apply(rowsOf('a', row('1')));
    assert.deepEqual(ids(store.getSnapshot()), []);
    store.publish();
    assert.deepEqual(ids(store.getSnapshot()), ['1']);
  });

  test('are replaced in place by their update', () => {
    const store = createStore();
    store.apply(rowsOf('a', row('1', { outcome: 'in-flight' }), row('2')));
    store.publish();
    const before = store.getSnapshot().table('http_events').rows;
    store.apply(rowsOf('a', row('1', { outcome: 'ok' })));
    store.publish();
    const { rows, received } = store.getSnapshot().table('http_events');
    assert.deepEqual([rows[0]?.row.outcome, rows.length, received], ['ok', 2, 2]);
    assert.equal(before[0]?.row.outcome, 'in-flight', 'an earlier snapshot stays as it was');
    assert.notEqual(rows[0], before[0]);
    assert.equal(rows[1], before[1], 'what did not change is the same object');
  });

  test('of the same id at two agents are two rows', () => {
    const store = createStore();
    store.apply(rowsOf('a', row('1')));
    store.apply(rowsOf('b', row('1')));
    store.publish();
    assert.equal(store.getSnapshot().table('http_events').rows.length, 2);
  });

  test('of several agents within one tick are in the order of their times', () => {
    const store = createStore();
    store.apply(rowsOf('a', row('1', { time_: 10n }), row('3', { time_: 30n })));
    store.apply(rowsOf('b', row('2', { time_: 20n }), row('4', { time_: 40n })));
    store.publish();
    assert.deepEqual(ids(store.getSnapshot()), ['1', '2', '3', '4']);
  });

  test('over the limit: the oldest go, and that is counted', () => {
    const store = createStore({ rows: 3 });
    store.apply(rowsOf('a', ...['1', '2', '3', '4', '5'].map((id) => row(id))));
    store.publish();
    const snapshot = store.getSnapshot();
    assert.deepEqual(ids(snapshot), ['3', '4', '5']);
    assert.equal(snapshot.table('http_events').evicted, 2);
    assert.deepEqual(snapshot.losses, [{ reason: 'store-evicted', count: 2 }]);
    assert.equal(snapshot.lost, 2);
  });

  test('of unknown tables change nothing', () => {
    const store = createStore();
    store.apply({ type: 'rows', agent: 'a', table: 'constructor', rows: [row('1')] });
    store.publish();
    assert.equal(store.getSnapshot().table('constructor').rows.length, 0);
  });

  test('of an earlier query stand until the first of the next one come', () => {
    const store = createStore();
    const paths = () => {
      store.publish();
      return store
        .getSnapshot()
        .table('http_events')
        .rows.map(({ row }) => row.req_path);
    };
    const give = (id: string, req_path: string) =>
      store.apply({ type: 'rows', agent: 'a', table: 'http_events', rows: [{ ...exampleHttpEvent(), id, req_path }] });
    give('1', '/before');
    store.renew('http_events');
    assert.deepEqual(paths(), ['/before']);
    assert.ok(store.isRenewing('http_events'));
    give('2', '/after');
    give('3', '/more');
    assert.deepEqual(paths(), ['/after', '/more']);
    assert.ok(!store.isRenewing('http_events'));
  });

  test('are forgotten by clear; what was lost stays lost', () => {
    const store = createStore({ rows: 1 });
    store.apply(rowsOf('a', row('1'), row('2')));
    store.publish();
    store.clear('http_events');
    store.publish();
    assert.deepEqual(ids(store.getSnapshot()), []);
    assert.equal(store.getSnapshot().lost, 1);
  });
});

test('whatever arrives in whatever pieces: the newest rows, each as last seen, bounded, snapshots unchanged', () => {
  const step = fc.oneof(
    { weight: 8, arbitrary: fc.record({ id: fc.nat(30), size: fc.nat(99) }) },
    { weight: 2, arbitrary: fc.constant('publish' as const) },
    { weight: 1, arbitrary: fc.constant('clear' as const) },
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), fc.integer({ min: 1, max: 12 }), (steps, limit) => {
      const store = createStore({ rows: limit });
      /** The model: a list that is searched and cut naively. New rows count at the next publication. */
      let model: Row[] = [];
      const taken: { rows: readonly StoredRow[]; copy: StoredRow[] }[] = [];
      let time = 0n;
      for (const each of steps) {
        if (each === 'publish') {
          store.publish();
          const { rows } = store.getSnapshot().table('http_events');
          assert.deepEqual(
            rows.map((stored) => [stored.row.id, stored.row.resp_body_size]),
            model.map(({ id, resp_body_size }) => [id, resp_body_size]),
          );
          taken.push({ rows, copy: [...rows] });
        } else if (each === 'clear') {
          store.clear('http_events');
          model = [];
        } else {
          time += 1n;
          const seen = row(String(each.id), { time_: time, resp_body_size: each.size });
          store.apply(rowsOf('a', seen));
          const at = model.findIndex(({ id }) => id === seen.id);
          // The model publishes every row at once, so it is compared only where the store does, too.
          store.publish();
          if (at >= 0) model[at] = seen;
          else model = [...model, seen].slice(-limit);
        }
      }
      for (const { rows, copy } of taken) assert.deepEqual([...rows], copy);
    }),
    { numRuns: 100 },
  );
});

test('any number of rows between two publications stays within the limit', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(500), { maxLength: 300 }), fc.integer({ min: 1, max: 50 }), (keys, limit) => {
      const store = createStore({ rows: limit });
      keys.forEach((key, at) => {
        store.apply(rowsOf('a', row(String(key), { time_: BigInt(at) })));
      });
      store.publish();
      const { rows, received, evicted } = store.getSnapshot().table('http_events');
      assert.ok(rows.length <= limit);
      assert.equal(rows.length, received - evicted);
      assert.equal(new Set(rows.map(({ key }) => key)).size, rows.length);
    }),
    { numRuns: 100 },
  );
});

describe('publishing', () => {
  test('tells listeners once, and only when something changed', () => {
    const store = createStore();
    let told = 0;
    const forget = store.subscribe(() => {
      told += 1;
    });
    store.publish();
    assert.equal(told, 0);
    const before = store.getSnapshot();
    store.apply(rowsOf('a', row('1')));
    store.apply(rowsOf('a', row('2')));
    assert.equal(store.getSnapshot(), before);
    store.publish();
    store.publish();
    assert.equal(told, 1);
    assert.equal(store.getSnapshot().version, before.version + 1);
    forget();
    store.apply(rowsOf('a', row('3')));
    store.publish();
    assert.equal(told, 1);
  });

  test('keeps the list of rows the same object while rows do not change', () => {
    const store = createStore();
    store.apply(rowsOf('a', row('1')));
    store.publish();
    const { rows } = store.getSnapshot().table('http_events');
    store.apply({ type: 'status', agent: 'a', status: status() });
    store.publish();
    assert.equal(store.getSnapshot().table('http_events').rows, rows);
  });
});

describe('agents', () => {
  test('have rates of what only rises and a CPU share from two statuses, by the clock of the agent', () => {
    const store = createStore();
    store.apply({
      type: 'status',
      agent: 'a',
      status: status({ totals: { rows: 100, connections_open: 4 }, cpuNanos: 1e9 }),
      time: 10_000,
    });
    store.apply({
      type: 'status',
      agent: 'a',
      status: status({ totals: { rows: 300, connections_open: 9 }, cpuNanos: 1.2e9 }),
      time: 12_000,
    });
    store.publish();
    const [agent] = store.getSnapshot().agents;
    assert.deepEqual([agent?.rates, agent?.cpu?.toFixed(3)], [{ rows: 100 }, '0.100']);
  });

  test('have a clock that is ahead by what the quickest message says', () => {
    let now = 10_000;
    const store = createStore({}, () => now);
    const ahead = () => {
      store.publish();
      return store.getSnapshot().agents[0]?.clockAheadMs;
    };
    // Its clock is 2 s ahead; messages take 30, 5 and 400 ms.
    for (const late of [30, 5, 400]) {
      assert.equal(ahead(), undefined);
      store.apply({ type: 'status', agent: 'a', status: status(), time: now + 2_000 - late });
      now += 1_000;
    }
    assert.equal(ahead(), 1_995);
  });

  test('have no rates across a restart', () => {
    const store = createStore();
    store.apply({ type: 'status', agent: 'a', status: status({ totals: { rows: 900 } }), time: 1_000 });
    store.apply({ type: 'status', agent: 'a', status: status({ totals: { rows: 2 }, started: 2n }), time: 2_000 });
    store.publish();
    const [agent] = store.getSnapshot().agents;
    assert.deepEqual([agent?.rates, agent?.cpu, agent?.previousStatus], [{}, undefined, undefined]);
  });

  test('keep what was known of them while the line is down', () => {
    let now = 5_000;
    const store = createStore({}, () => now);
    store.apply({ type: 'status', agent: 'a', status: status() });
    now = 9_000;
    const link = { state: 'retrying', reason: 'refused', attempt: 1, retryAt: 9_500 } as const;
    store.apply({ type: 'link', agent: 'a', link });
    store.publish();
    const [agent] = store.getSnapshot().agents;
    assert.deepEqual([agent?.link, agent?.lastHeard, agent?.status?.node], [link, 5_000, 'node-1']);
  });

  test('losses: one counter told in two ways counts once, agents and the store add up', () => {
    const store = createStore({ rows: 1 });
    const losses = [{ reason: 'ring-full', count: 4 }];
    store.apply({ type: 'status', agent: 'a', status: status({ losses }) });
    store.apply({ type: 'loss', agent: 'a', losses: [...losses, { reason: 'slow-reader', count: 2 }] });
    store.apply({ type: 'status', agent: 'b', status: status({ losses }) });
    store.apply(rowsOf('a', row('1'), row('2')));
    store.publish();
    const { lost, losses: all } = store.getSnapshot();
    assert.deepEqual(all, [
      { reason: 'ring-full', count: 8 },
      { reason: 'slow-reader', count: 2 },
      { reason: 'store-evicted', count: 1 },
    ]);
    assert.equal(lost, 11);
  });
});
