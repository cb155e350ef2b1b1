import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { SocketOpen } from '../capture/source.ts';
import type { RestingConnection } from './connection.ts';
import type { StreamProtocol } from './protocol.ts';
import { createResting } from './resting.ts';

const protocol: StreamProtocol = {
  id: 'test',
  detect: () => 'mine',
  read: () => assert.fail('nobody reads here'),
};

const record = <T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }) => fc.record<T>(model, { noNullPrototype: true });
const uint32 = fc.nat(2 ** 32 - 1);
const address = fc.constantFrom('10.0.0.1', '10.0.0.2', 'fd00::1');
const port = fc.nat(65_535);

const socket: fc.Arbitrary<SocketOpen> = record({
  time: fc.maxSafeNat(),
  cookie: fc.nat(20),
  cgroupId: fc.maxSafeNat(),
  netnsCookie: fc.nat(3),
  role: fc.constantFrom('client', 'server', 'unknown'),
  family: fc.constantFrom(4, 6),
  localAddress: address,
  remoteAddress: address,
  localPort: port,
  remotePort: port,
  comm: fc.constantFrom('', 'nginx'),
  pid: fc.nat(3),
  firstSeq: fc.option(fc.tuple(uint32, uint32), { nil: undefined }),
});

const position = record({
  expected: fc.option(uint32, { nil: undefined }),
  cut: fc.boolean(),
  captured: fc.maxSafeNat(),
});

const connection: fc.Arbitrary<RestingConnection> = record({
  socket,
  lastTime: fc.maxSafeNat(),
  lost: uint32,
  verdict: fc.constantFrom('http', 'tls', 'unknown'),
  reading: fc.option(
    record({
      positions: fc.tuple(position, position),
      protocol: fc.constant(protocol),
      rest: record({ count: fc.nat(2), turned: fc.boolean() }),
    }),
    { nil: undefined },
  ),
});

describe('connections that rest', () => {
  test('are taken again as they were', () => {
    fc.assert(
      fc.property(fc.array(connection, { maxLength: 60 }), (connections) => {
        const resting = createResting(100);
        const model = new Map<number, RestingConnection>();
        for (const each of connections) {
          resting.add(each);
          model.set(each.socket.cookie, each);
        }
        assert.equal(resting.size, model.size);
        for (const [cookie, each] of model) {
          assert.equal(resting.verdictOf(cookie), each.verdict);
          assert.deepEqual(resting.take(cookie), each);
          assert.equal(resting.take(cookie), undefined);
        }
      }),
    );
  });

  const silent = (cookie: number, lastTime = cookie): RestingConnection => ({
    socket: {
      time: 1,
      cookie,
      cgroupId: 1,
      netnsCookie: 1,
      role: 'server',
      family: 4,
      localAddress: '10.0.0.1',
      remoteAddress: '10.0.0.2',
      localPort: 80,
      remotePort: cookie % 65_536,
      comm: 'app',
      pid: 1,
      firstSeq: [1, 2],
    },
    lastTime,
    lost: 0,
    verdict: 'test',
    reading: undefined,
  });

  test('longest are forgotten when there is no room', () => {
    const resting = createResting(3);
    const forgotten = [1, 2, 3, 4, 5].map((cookie) => resting.add(silent(cookie)));
    assert.deepEqual(forgotten, [0, 0, 0, 1, 1]);
    assert.deepEqual(
      [1, 2, 3, 4, 5].map((cookie) => resting.verdictOf(cookie)),
      [undefined, undefined, 'test', 'test', 'test'],
    );
  });

  test('for too long are forgotten, a few at a time', () => {
    const resting = createResting(10_000);
    for (let cookie = 1; cookie <= 9000; cookie++) resting.add(silent(cookie));
    resting.expire(8001);
    assert.ok(resting.size > 5000);
    for (let i = 0; i < 20; i++) resting.expire(8001);
    assert.equal(resting.size, 1000);
    assert.equal(resting.verdictOf(8001), 'test');
  });
});
