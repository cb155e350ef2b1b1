import assert from 'node:assert/strict';
import { promises as dns } from 'node:dns';
import { once } from 'node:events';
import { type AddressInfo, connect, type Server, type Socket } from 'node:net';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { candidatesOf } from './dns/resolver.ts';
import { serveDns } from './dns/server.ts';
import { readQuestion } from './dns/wire.ts';
import { answerFor, knownAddresses } from './dns/zone.ts';
import { hosts, pods } from './pods.ts';
import { createDatabase } from './postgres/client.ts';
import { readMessage } from './postgres/messages.ts';
import { createPostgres } from './postgres/server.ts';
import { createRandom } from './random.ts';
import { createRedisClient } from './redis/client.ts';
import { type Reply, readReply, writeCommand, writeReply } from './redis/resp.ts';
import { createRedis } from './redis/server.ts';

/** Chance that never strikes: nothing slow, nothing refused. */
const calm = { ...createRandom(1), chance: () => false, latency: () => 0.1 };

/** What stops what the tests started. */
const ends: (() => void)[] = [];
after(() => {
  for (const end of ends) end();
});

/** Serves on loopback until the tests are over; returns the port. */
async function listening(server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => sockets.add(socket)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  ends.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

describe('the demo’s DNS', () => {
  const resolver = new dns.Resolver({ timeout: 1000, tries: 1 });
  const port = 20_000 + (process.pid % 20_000);
  before(async () => {
    ends.push(await serveDns(calm, port, '127.0.0.1'));
    resolver.setServers([`127.0.0.1:${port}`]);
  });

  test('answers a real resolver: services, aliases, absent types and names', async () => {
    const api = await resolver.resolve4('api.shop.svc.cluster.local');
    assert.deepEqual(api.toSorted(), ['10.244.0.21', '10.244.0.25']);
    assert.deepEqual(await resolver.resolve4('api.stripe.example'), ['203.0.113.20']);
    await assert.rejects(resolver.resolve6('api.shop.svc.cluster.local'), { code: 'ENODATA' });
    await assert.rejects(resolver.resolve4('api.shop'), { code: 'ENOTFOUND' });
  });

  test('says what does not fit a datagram over TCP', async () => {
    const texts = await resolver.resolveTxt('config.shop.svc.cluster.local');
    assert.equal(texts.length, 6);
    assert.ok(texts.flat().join('').length > 512);
  });

  test('reads any bytes without harm', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => void readQuestion(Buffer.from(bytes))));
  });

  test('every address it gives is somebody’s, every serving pod has a name', () => {
    for (const { role, namespace, address } of pods.filter(({ port }) => port > 0)) {
      const { answers } = answerFor(`${role}.${namespace}.svc.cluster.local`, 'A');
      assert.ok(
        answers.some(({ data }) => data === address),
        role,
      );
      for (const { data } of answers) assert.ok(knownAddresses.has(data));
    }
    assert.equal(new Set(hosts.map(({ address }) => address)).size, hosts.length);
  });

  test('is asked for search domains first, as resolv.conf(5) says with ndots:5', () => {
    assert.deepEqual(candidatesOf('api.shop', 'load'), [
      'api.shop.load.svc.cluster.local',
      'api.shop.svc.cluster.local',
      'api.shop.cluster.local',
      'api.shop',
    ]);
    assert.deepEqual(candidatesOf('api.stripe.example.', 'shop'), ['api.stripe.example']);
  });
});

describe('RESP', () => {
  test('reads what it writes, also when it comes byte by byte', () => {
    const replies = fc.letrec<{ reply: Reply }>((tie) => ({
      reply: fc.oneof(
        { maxDepth: 3 },
        fc.stringMatching(/^[\x20-\x7e]*$/),
        fc.integer(),
        fc.constant(null),
        fc.array(tie('reply'), { maxLength: 4 }),
      ),
    })).reply;
    fc.assert(
      fc.property(replies, (reply) => {
        const text = writeReply(reply);
        for (let cut = 0; cut < text.length; cut += 1) assert.equal(readReply(text.slice(0, cut)), undefined);
        assert.deepEqual(readReply(text), { value: reply, end: text.length });
      }),
    );
  });

  test('a cart goes in and comes out', async () => {
    const port = await listening(createRedis());
    const redis = createRedisClient('127.0.0.1', port);
    assert.deepEqual(
      await Promise.all([redis.send('RPUSH', 'cart:1', 'tea', 'desk'), redis.send('LLEN', 'cart:1')]),
      [2, 2],
    );
    assert.deepEqual(await redis.send('LRANGE', 'cart:1', '0', '-1'), ['tea', 'desk']);
    assert.equal(await redis.send('DEL', 'cart:1'), 1);
    await assert.rejects(redis.send('FLUSHALL'), /ERR unknown command 'FLUSHALL'/);
    const raw = connect(port, '127.0.0.1').on('error', () => undefined);
    raw.write(writeCommand(['PING']));
    assert.equal(`${(await once(raw, 'data'))[0]}`, '+PONG\r\n');
    raw.destroy();
  });
});

describe('PostgreSQL', () => {
  let port = 0;
  before(async () => {
    port = await listening(createPostgres(calm));
  });

  test('answers queries, several at a time, and says what is wrong with others', async () => {
    const database = createDatabase('127.0.0.1', port, 'test', 2);
    const product = (id: string) => database.query(`SELECT id, name, price FROM products WHERE id = '${id}'`);
    const found = await Promise.all(['p-1000', 'p-1001', 'p-1002', 'p-9999'].map(product));
    assert.deepEqual(
      found.map((rows) => rows[0]?.[0]),
      ['p-1000', 'p-1001', 'p-1002', undefined],
    );
    assert.deepEqual(await database.query("INSERT INTO orders (id, cart, charge) VALUES ('o-1', 'c', 'ch')"), []);
    assert.deepEqual(await database.query("SELECT id, cart, charge FROM orders WHERE id = 'o-1'"), [
      ['o-1', 'c', 'ch'],
    ]);
    await assert.rejects(database.query('SELECT * FROM nothing'), {
      code: '42P01',
      message: 'relation "nothing" does not exist',
    });
    // The connection is still good.
    assert.equal((await product('p-1000')).length, 1);
  });

  test('reads any bytes without harm', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 60 }),
        fc.boolean(),
        (bytes, isFirst) => void readMessage(Buffer.from(bytes), isFirst),
      ),
    );
  });
});
