/** What must hold whatever agents tell, in whichever order it arrives. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { AgentEvent } from '../../domain/agent-event.ts';
import type { Row } from '../../domain/column.ts';
import { derivedTables } from '../../domain/tables/index.ts';
import { createStore } from '../create-store.ts';
import type { Snapshot, TimeWindow } from '../store.ts';
import { connRow, containerRow, edgeRow, endpointRow, podRows, type ShopCall, shopEnd } from './testing/shop.ts';

const seconds = 40;
const begin = shopEnd;
const pods = ['shop/api-7d9f8b5c6-x2k4l', 'shop/api-7d9f8b5c6-q9wzt', 'shop/db-0', 'load/generator'];

const anyCall: fc.Arbitrary<ShopCall> = fc.record({
  source: fc.constantFrom(...pods, 'curl', '10.0.0.9'),
  destination: fc.constantFrom(...pods, 'nginx', '10.0.0.9:80'),
  port: fc.constantFrom(80, 5432),
  protocol: fc.constantFrom('http', 'http', ''),
  route: fc.constantFrom('/', '/a'),
  rate: fc.integer({ min: 1, max: 9 }),
  latencyMs: fc.integer({ min: 1, max: 2_000 }),
  errors: fc.constantFrom(0, 0.5),
  sides: fc.constantFrom<('client' | 'server')[]>(['client'], ['server'], ['client', 'server']),
});

/** One call told of by an agent for one second: several tables. */
interface Told {
  readonly agent: string;
  readonly second: number;
  readonly call: ShopCall;
}

const anyTold: fc.Arbitrary<Told> = fc.record({
  agent: fc.constantFrom('a', 'b'),
  second: fc.nat(seconds - 1),
  call: anyCall,
});

function eventsOf({ agent, second, call }: Told, of: number): readonly AgentEvent[] {
  const time = begin + second * 1_000;
  const side = call.sides?.[0] ?? 'client';
  // The same call by the same agent in the same second is another one here: names of its own keep them apart.
  const named = { ...call, source: `${call.source}${call.source.includes('/') ? '' : of}` };
  const rows = (table: string, list: readonly Row[]): AgentEvent => ({ type: 'rows', agent, table, rows: list });
  return [
    rows('pod_stats', podRows([named], time, agent)),
    rows('edge_stats', edgeRow(named, side, time, agent)),
    rows('endpoint_stats', endpointRow(named, side, time, agent)),
    rows('process_stats', [containerRow(call.source, 1, time, agent)]),
  ];
}

/** Applies events, publishing now and then, and moves `held` to the end of the last second. */
function snapshotOf(
  events: readonly AgentEvent[],
  publishEvery: number,
  look?: (snapshot: Snapshot) => void,
): Snapshot {
  const store = createStore();
  events.forEach((event, at) => {
    store.apply(event);
    if (at % publishEvery !== publishEvery - 1) return;
    store.publish();
    look?.(store.getSnapshot());
  });
  for (const agent of ['a', 'b']) {
    store.apply({ type: 'rows', agent, table: 'pod_stats', rows: podRows([last], begin + seconds * 1_000, agent) });
    store.apply({ type: 'link', agent, link: { state: 'ended' } });
  }
  store.publish();
  return store.getSnapshot();
}

const last: ShopCall = { source: 'end', destination: 'end', port: 1, protocol: 'http', rate: 1, latencyMs: 1 };

/** Rows by key, numbers rounded: sums in another order differ in their last digit. */
function tableOf(snapshot: Snapshot, table: string, window: TimeWindow): Record<string, unknown> {
  const rows = snapshot.derived(table, window).map(({ key, row }) => {
    const plain = Object.entries(row).map(([id, value]) => [id, rounded(value)]);
    return [key, Object.fromEntries(plain)] as const;
  });
  return Object.fromEntries(rows.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

const rounded = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(rounded);
  if (typeof value === 'bigint') return String(value);
  return typeof value === 'number' && Number.isFinite(value) ? Number(value.toPrecision(9)) : value;
};

const whole: TimeWindow = { from: begin, to: begin + seconds * 1_000 };

test('the order in which agents are heard makes no difference', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(anyTold, { maxLength: 25, selector: ({ agent, second }) => `${agent} ${second}` }),
      fc.infiniteStream(fc.nat()),
      fc.integer({ min: 1, max: 9 }),
      (told, dice, every) => {
        const one = told.flatMap(eventsOf);
        const order = one.map((event) => ({ event, at: dice.next().value ?? 0 })).toSorted((a, b) => a.at - b.at);
        const first = snapshotOf(one, 1_000);
        const second = snapshotOf(
          order.map(({ event }) => event),
          every,
        );
        for (const { id } of derivedTables.filter(({ id }) => id !== 'flows')) {
          assert.deepEqual(tableOf(second, id, whole), tableOf(first, id, whole), id);
        }
      },
    ),
    { numRuns: 60 },
  );
});

test('a stretch that slid there shows the same as one looked at for the first time', () => {
  fc.assert(
    fc.property(
      fc.array(anyTold, { maxLength: 40 }),
      fc.integer({ min: 3, max: 20 }),
      fc.integer({ min: 1, max: 5 }),
      (told, length, every) => {
        const events = told.toSorted((a, b) => a.second - b.second).flatMap(eventsOf);
        const ids = derivedTables.map(({ id }) => id).filter((id) => id !== 'flows');
        const slid = snapshotOf(events, every, (snapshot) => {
          const { held } = snapshot;
          if (held) for (const id of ids) snapshot.derived(id, { from: held.to - length * 1_000, to: held.to });
        });
        const fresh = snapshotOf(events, every);
        const window = { from: whole.to - length * 1_000, to: whole.to };
        for (const id of ids) assert.deepEqual(tableOf(slid, id, window), tableOf(fresh, id, window), id);
      },
    ),
    { numRuns: 60 },
  );
});

test('stretches that follow each other add up, in tables and in timelines', () => {
  fc.assert(
    fc.property(fc.array(anyTold, { maxLength: 30 }), fc.integer({ min: 1, max: seconds - 1 }), (told, cut) => {
      const snapshot = snapshotOf(told.flatMap(eventsOf), 7);
      const middle = begin + cut * 1_000;
      const requests = (table: string, window: TimeWindow) =>
        snapshot.derived(table, window).reduce((sum, { row }) => sum + Number(row.requests), 0);
      for (const table of ['services', 'pods', 'namespaces']) {
        const parts = requests(table, { from: begin, to: middle }) + requests(table, { from: middle, to: whole.to });
        assert.equal(parts, requests(table, whole), table);
        assert.equal(requests(table, whole), requests('namespaces', whole), 'pods, services and namespaces agree');
      }
      for (const namespace of ['shop', 'load', 'host']) {
        const points = snapshot.timeline({ namespace }, whole, 1_000);
        assert.equal(points.length, seconds);
        const row = snapshot.derived('namespaces', whole).find(({ key }) => key === namespace)?.row;
        assert.equal(
          points.reduce((sum, point) => sum + point.requests, 0),
          row?.requests ?? 0,
        );
      }
    }),
    { numRuns: 60 },
  );
});

test('connections: what the parts of a minute carried is what the minute did, however often it is told', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.nat(seconds - 1), { minLength: 1, maxLength: 20 }),
      fc.integer({ min: 1, max: seconds - 1 }),
      (told, cut) => {
        const call: ShopCall = { ...last, source: 'curl', destination: 'nginx', rate: 3 };
        // Heard of from its beginning: what was before the first word is in no stretch.
        const times = [...new Set([0, ...told])].toSorted((a, b) => a - b);
        const rows = times.map((second) => connRow(call, 'client', begin + second * 1_000, second + 1, begin, 'a'));
        const events = [...rows, ...rows].map(
          (row): AgentEvent => ({ type: 'rows', agent: 'a', table: 'conn_stats', rows: [row] }),
        );
        const snapshot = snapshotOf(events, 3);
        const sent = (window: TimeWindow) =>
          snapshot.derived('flows', window).reduce((sum, { row }) => sum + Number(row.sent_rate), 0);
        const from = begin;
        const middle = begin + cut * 1_000;
        const length = (window: TimeWindow) => (window.to - window.from) / 1_000;
        const bytes = (window: TimeWindow) => (length(window) > 0 ? sent(window) * length(window) : 0);
        const all = { from, to: whole.to };
        assert.ok(Math.abs(bytes(all) - 1_200 * ((times.at(-1) ?? 0) + 1)) < 1e-6);
        const parts = bytes({ from, to: middle }) + bytes({ from: middle, to: whole.to });
        assert.ok(Math.abs(parts - bytes(all)) < 1e-6, `${parts} ${bytes(all)}`);
      },
    ),
    { numRuns: 60 },
  );
});
