/** Whose a pod is may be told before its rows, with them, or long after: the figures are the same in the end. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createStore } from '../create-store.ts';
import type { Scope, Store } from '../store.ts';
import { fillStore, podInfoRow, type ShopCall, shopEnd, shopEvents } from './testing/shop.ts';

const minute = { from: shopEnd - 60_000, to: shopEnd };
const api = 'shop/api-6b7f94c5d-q9wzt';
const cache = ['shop/cache-2-0', 'shop/cache-2-1'] as const;
const web = 'shop/web-0';
const call = (source: string, destination: string, rate: number): ShopCall => {
  return { source, destination, port: 80, protocol: 'http', method: 'GET', route: '/items', rate, latencyMs: 20 };
};
/** `cache-2` looks like a pod of a StatefulSet called `cache`, `web-0` like one of `web`; it is a pod of its own. */
const calls: readonly ShopCall[] = [
  call(web, api, 7),
  call(api, cache[0], 10),
  call(api, cache[1], 5),
  call(api, 'shop/web-1', 3),
  // Through a Service: who calls it does not know which of its pods answers.
  { ...call('shop/probe', 'shop/cache-2', 6), sides: ['client'] },
  { ...call('shop/probe', cache[0], 4), sides: ['server'] },
  { ...call('shop/probe', cache[1], 2), sides: ['server'] },
];
const facts = [
  podInfoRow(web, null),
  podInfoRow('shop/web-1', 'StatefulSet/web'),
  podInfoRow(api, 'Deployment/api'),
  ...cache.map((pod) => podInfoRow(pod, 'StatefulSet/cache-2')),
];
const tellFacts = (store: Store) => store.apply({ type: 'rows', agent: 'node-a', table: 'pod_info', rows: facts });

const scopes: readonly Scope[] = [
  {},
  { service: 'shop/cache-2' },
  { service: 'shop/cache' },
  { service: web },
  { edge: { source: 'shop/api', destination: 'shop/cache-2' } },
  { endpoint: { service: 'shop/cache-2', method: 'GET', route: '/items' } },
];
/** Everything that is worked out, in an order of its own. */
function seen(store: Store) {
  const snapshot = store.getSnapshot();
  const tables = ['services', 'pods', 'namespaces', 'endpoints', 'edges', 'flows'].map((table) =>
    snapshot
      .derived(table, minute)
      .toSorted((a, b) => (a.key < b.key ? -1 : 1))
      .map(({ row }) => row),
  );
  const timelines = scopes.map((scope) =>
    snapshot.timeline(scope, minute, 5_000).map(({ requests, latency }) => [requests, latency.count]),
  );
  return { tables, timelines };
}

describe('whose pods are', () => {
  const before = createStore();
  tellFacts(before);
  fillStore(before, { calls });

  test('told at first: a StatefulSet called cache-2 and a pod of its own called web-0 are what they are', () => {
    const services = before.getSnapshot().derived('services', minute);
    assert.deepEqual(services.map(({ row }) => [row.service, row.requests]).toSorted(), [
      ['shop/api', 7 * 60],
      ['shop/cache-2', 21 * 60],
      ['shop/probe', 0],
      ['shop/web', 3 * 60],
      ['shop/web-0', 0],
    ]);
    const through = before.getSnapshot().derived('edges', minute);
    assert.deepEqual(
      through.filter(({ row }) => row.source === 'shop/probe').map(({ row }) => [row.destination, row.requests]),
      [['shop/cache-2', 6 * 60]],
      'both sides of a call to a Service are one',
    );
    const derived = before.getSnapshot().derived('pods', minute);
    const pods = derived.filter(({ row }) => facts.some(({ pod }) => pod === row.pod));
    assert.deepEqual(pods.map(({ row }) => [row.pod, row.service, row.owner]).toSorted(), [
      [api, 'shop/api', 'Deployment/api'],
      [cache[0], 'shop/cache-2', 'StatefulSet/cache-2'],
      [cache[1], 'shop/cache-2', 'StatefulSet/cache-2'],
      [web, web, null],
      ['shop/web-1', 'shop/web', 'StatefulSet/web'],
    ]);
  });

  test('told after everything was worked out from their names: nothing is lost, nothing counts twice', () => {
    const store = createStore();
    fillStore(store, { calls });
    const guessed = seen(store);
    assert.notDeepEqual(guessed, seen(before));
    tellFacts(store);
    store.publish();
    assert.deepEqual(seen(store), seen(before));
  });

  test('told while seconds go by', () => {
    const clock = { now: shopEnd };
    const store = createStore({}, () => clock.now);
    let events = 0;
    for (const event of shopEvents({ calls })) {
      store.apply(event);
      events += 1;
      clock.now += 300;
      if (events === 150) tellFacts(store);
      store.publish();
      if (events % 40 === 0) seen(store);
    }
    store.apply({ type: 'link', agent: 'node-a', link: { state: 'ended' } });
    store.publish();
    assert.deepEqual(seen(store), seen(before));
  });

  test('told by somebody who is no agent: it is shown with the next publication', () => {
    const store = createStore();
    fillStore(store, { calls });
    seen(store);
    const { version } = store.getSnapshot();
    tellFacts(store);
    store.publish();
    assert.ok(store.getSnapshot().version > version);
    assert.equal(store.getSnapshot().pods.factsOf(api)?.owner, 'Deployment/api');
  });
});
