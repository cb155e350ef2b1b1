/** Whose pods are and how they are labelled, as a person meets it: services, filters, details. */
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { podInfoRow, type ShopCall, shopEnd, shopEvents } from '../../src/store/series/testing/shop.ts';
import { numbered } from './records.ts';
import { exchange } from './rows.ts';
import { openScreen, type Screen, selected } from './screen.ts';

const agent = 'node-a';
const open: Screen[] = [];
after(() => Promise.all(open.map((screen) => screen.close())));

const api = 'shop/api-6b7f94c5d-q9wzt';
/** Of a Deployment that is called like a pod of a StatefulSet. */
const cache = 'shop/cache-2-5dd5756b68-8sjdz';
/** Called like a pod of a StatefulSet, but a pod of its own. */
const web = 'shop/web-0';
const call = (source: string, destination: string): ShopCall => {
  return { source, destination, port: 80, protocol: 'http', method: 'GET', route: '/items', rate: 10, latencyMs: 20 };
};
const info = [
  podInfoRow(api, 'Deployment/api', [
    ['app.kubernetes.io/name', 'api'],
    ['tier', 'back'],
  ]),
  podInfoRow(cache, 'Deployment/cache-2', [
    ['app', 'cache\u001b[31m'],
    ['tier', 'data'],
  ]),
  podInfoRow(web, null, [['tier', 'front']]),
];
const requests = numbered(30, (n) =>
  exchange(n, {
    time_: BigInt(shopEnd - 1_000) * 1_000_000n + BigInt(n),
    source: n % 3 === 0 ? web : api,
    destination: n % 3 === 0 ? api : cache,
    req_path: n % 3 === 0 ? '/front' : '/back',
    pod: n % 3 === 0 ? api : cache,
    trace_role: 'server',
  }),
);

async function shopOn(command: string, isTold = true): Promise<Screen> {
  const screen = await openScreen({ columns: 140, rows: 40, command });
  open.push(screen);
  for (const event of shopEvents({ calls: [call(web, api), call(api, cache), call('shop/probe', web)] }))
    screen.store.apply(event);
  screen.store.apply({ type: 'rows', agent, table: 'http_events', rows: requests });
  if (isTold) screen.store.apply({ type: 'rows', agent, table: 'pod_info', rows: info });
  await screen.tick();
  return screen;
}

const text = (screen: Screen) => screen.grid().join('\n');

describe('services', () => {
  test('are what owns the pods: the Deployment cache-2, and web-0, a pod of its own', async () => {
    const screen = await shopOn('svc');
    for (const name of ['shop/cache-2 ', 'shop/web-0 ', 'shop/api ']) assert.match(text(screen), new RegExp(name));
    assert.doesNotMatch(text(screen), /shop\/(cache|web) /);
  });

  test('that were told from names are put right when somebody says whose the pods are', async () => {
    const screen = await shopOn('svc', false);
    assert.match(text(screen), /shop\/web /);
    screen.store.apply({ type: 'rows', agent, table: 'pod_info', rows: info });
    await screen.tick();
    assert.match(text(screen), /shop\/web-0 /);
    assert.doesNotMatch(text(screen), /shop\/web /);
  });

  test('lead to their pods and requests', async () => {
    const screen = await shopOn('svc /web-0');
    await screen.press('\r');
    await screen.waitFor(/pods.*svc=shop\/web-0/);
    assert.match(selected(screen), /shop\/web-0 /);
    await screen.press('\u001b');
    await screen.waitFor(/svc\(/);
    await screen.press('h');
    await screen.waitFor(/HTTP|http/);
    assert.match(screen.queries.at(-1) ?? '', /svc=shop\/web-0/);
    assert.match(text(screen), /\/front/);
    assert.doesNotMatch(text(screen), /\/back/);
  });

  test('are on the map, too', async () => {
    const screen = await shopOn('map');
    await screen.waitFor(/cache-2/);
    assert.match(text(screen), /web-0/);
  });
});

describe('owners and labels', () => {
  test('are beside the pods in wide mode, and a filter takes them', async () => {
    const screen = await shopOn('pods');
    await screen.press('w');
    screen.resize(220, 40);
    await screen.waitFor('OWNER');
    assert.match(text(screen), /shop\/cache-2-5dd5756b68-8sjdz .*Deployment\/cache-2/);
    await screen.press('/');
    await screen.press('owner=Deployment label.tier=data');
    await screen.press('\r');
    await screen.waitFor(/\[1 of 4\]/);
    assert.match(selected(screen), /cache-2/);
  });

  test('are what requests are asked for by, of either end or of one', async () => {
    const screen = await shopOn('http');
    const after = async (filter: string) => {
      await screen.press('/');
      await screen.press(`\u0015${filter}`);
      await screen.press('\r');
      await screen.settled();
      return text(screen);
    };
    assert.match(await after('label.tier=front'), /\/front/);
    assert.doesNotMatch(text(screen), /\/back/);
    assert.equal(screen.queries.at(-1), 'label.tier=front');
    assert.match(await after('to.label.tier=data'), /\/back/);
    assert.doesNotMatch(text(screen), /\/front/);
    assert.match(await after('to.label.app.kubernetes.io/name=api from.owner='), /\/front/);
    assert.match(await after('label.tier=nothing'), /No .* match|no .* match|nothing/i);
  });

  test('are terms of the command line, too', async () => {
    const screen = await shopOn('http to.label.app.kubernetes.io/name=api');
    assert.match(text(screen), /\/front/);
    assert.doesNotMatch(text(screen), /\/back/);
  });

  test('that become known later let rows pass then', async () => {
    const screen = await shopOn('http /label.tier=front', false);
    assert.doesNotMatch(text(screen), /\/front/);
    screen.store.apply({ type: 'rows', agent, table: 'pod_info', rows: info });
    await screen.tick();
    await screen.waitFor('/front');
  });

  test('are offered while one types', async () => {
    const screen = await shopOn('http');
    await screen.press('/');
    await screen.press('label.t');
    await screen.press('\t');
    await screen.waitFor('label.tier=');
    await screen.press('d');
    await screen.press('\t');
    await screen.waitFor('label.tier=data');
  });

  test('of both ends are in the details of a request, and nothing in them reaches the terminal raw', async () => {
    const screen = await shopOn('http /path=/back');
    await screen.press('\r');
    await screen.waitFor('Connection');
    const lines = text(screen).split('\n');
    const at = (words: RegExp) => lines.findIndex((line) => words.test(line));
    assert.ok(at(/from +shop\/api-6b7f/) < at(/owner +Deployment\/api/));
    assert.ok(at(/owner +Deployment\/api/) < at(/labels +app\.kubernetes\.io\/name=api tier=back/));
    assert.ok(at(/to +shop\/cache-2/) < at(/owner +Deployment\/cache-2/));
    assert.match(text(screen), /app=cache␛\[31m tier=data/);
  });
});
