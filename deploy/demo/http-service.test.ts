import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import type { Names } from './dns/resolver.ts';
import { answerFor } from './dns/zone.ts';
import { createRandom } from './random.ts';
import { createCatalog } from './roles/catalog.ts';
import { createKuard } from './roles/kuard.ts';

/** Serves on loopback for the tests of one block; returns how to reach it. */
function serving(server: Server): (path: string, init?: RequestInit) => Promise<Response> {
  before(async () => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  return (path, init) => fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`, init);
}

/** The zone without a server, failing as a resolver does. */
const asZone: Names['ask'] = async (name, type) => {
  const { rcode, answers } = answerFor(name, type);
  if (rcode === 3) throw Object.assign(new Error('no such name'), { code: 'ENOTFOUND' });
  return answers.map(({ data }) => data);
};

/** The body, for a test to take apart. */
const jsonOf = async (answer: Response | Promise<Response>) => JSON.parse(await (await answer).text());

describe('a demo service', () => {
  const ask = serving(createCatalog(createRandom(1), { query: async () => [] }));

  test('says 404 for what it does not know and 405 with what it would take', async () => {
    assert.equal((await ask('/nowhere')).status, 404);
    const refused = await ask('/products', { method: 'PUT' });
    assert.deepEqual([refused.status, refused.headers.get('allow')], [405, 'GET']);
  });

  test('hands out an ETag and takes it back as 304', async () => {
    const first = await ask('/products/p-1000');
    const etag = first.headers.get('etag') ?? '';
    assert.match(etag, /^"\S+"$/);
    const again = await ask('/products/p-1000', { headers: { 'If-None-Match': etag } });
    assert.deepEqual([again.status, await again.text()], [304, '']);
  });

  test('compresses what is worth it', async () => {
    for (const encoding of ['gzip', 'br', 'deflate']) {
      const answer = await ask('/products', { headers: { 'Accept-Encoding': encoding } });
      assert.equal(answer.headers.get('content-encoding'), encoding);
      assert.equal((await jsonOf(answer)).items.length, 24);
    }
  });

  test('passes the request id back', async () => {
    const answer = await ask('/healthz', { headers: { 'X-Request-Id': 'abc' } });
    assert.equal(answer.headers.get('x-request-id'), 'abc');
  });
});

describe('kuard', () => {
  const ask = serving(createKuard(asZone));
  const put = (path: string, body: string) => ask(path, { method: 'PUT', body });
  const post = (path: string, body = '') => ask(path, { method: 'POST', body });

  test('fails a probe N times when told to, and keeps its history newest first', async () => {
    await put('/ready/api', '{"failNext":1}');
    const answers = [await ask('/ready'), await ask('/ready')];
    assert.deepEqual(
      answers.map(({ status }) => status),
      [500, 200],
    );
    const { probePath, failNext, history } = await jsonOf(ask('/ready/api'));
    assert.deepEqual([probePath, failNext], ['/ready', 0]);
    assert.deepEqual(
      history.map(({ id, code }: { id: number; code: number }) => [id, code]),
      [
        [2, 200],
        [1, 500],
      ],
    );
  });

  test('refuses a probe setting that is no number', async () => {
    assert.equal((await put('/ready/api', '{"failNext":"soon"}')).status, 400);
    assert.equal((await put('/ready/api', 'not json')).status, 400);
  });

  test('leaks as much memory as asked for, lets go again, and refuses what would hurt', async () => {
    const used = async () => (await jsonOf(ask('/mem/api'))).memStats.Alloc;
    const before = await used();
    assert.equal((await post('/mem/api/alloc?size=20000000')).status, 200);
    assert.ok((await used()) > before + 15_000_000);
    assert.equal((await post('/mem/api/alloc?size=900000000000')).status, 507);
    assert.equal((await post('/mem/api/alloc?size=x')).status, 400);
    assert.equal((await post('/mem/api/alloc')).status, 400);
    await post('/mem/api/clear');
    assert.ok((await used()) < before + 15_000_000);
  });

  test('queues work and hands it out in order, 204 when there is none', async () => {
    const queue = '/memq/server/queues/q';
    assert.equal((await post(`${queue}/enqueue`, 'a')).status, 400);
    await put(queue, '');
    await post(`${queue}/enqueue`, 'a');
    await post(`${queue}/enqueue`, 'b');
    assert.equal((await jsonOf(post(`${queue}/dequeue`))).body, 'a');
    assert.equal((await jsonOf(post(`${queue}/dequeue`))).body, 'b');
    assert.equal((await post(`${queue}/dequeue`)).status, 204);
    const [stats] = (await jsonOf(ask('/memq/server/stats'))).queues;
    assert.deepEqual(stats, { name: 'q', depth: 0, enqueued: 2, dequeued: 2, drained: 0 });
  });

  test('looks names of the demo up and knows no others', async () => {
    const lookUp = async (name: string) => (await jsonOf(post('/dns/api', JSON.stringify({ type: 'A', name })))).result;
    assert.match(await lookUp('api.shop.svc.cluster.local'), /status: NOERROR[\s\S]*10\.244\.0\.21/);
    assert.match(await lookUp('example.com'), /status: NXDOMAIN/);
  });
});
