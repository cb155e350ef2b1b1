import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { Ends } from '../capture/ends.ts';
import { createSockets } from './sockets.ts';

const socket = (over: Partial<Ends> = {}): Ends => ({
  cookie: 1,
  cgroupId: 1,
  netnsCookie: 1,
  comm: 'app',
  pid: 100,
  role: 'client',
  localAddress: '10.0.0.1',
  remoteAddress: '10.0.0.2',
  localPort: 40_000,
  remotePort: 80,
  ...over,
});

const peer = ({ localAddress, localPort, remoteAddress, remotePort, ...others }: Ends, over: Partial<Ends>): Ends => ({
  ...others,
  localAddress: remoteAddress,
  localPort: remotePort,
  remoteAddress: localAddress,
  remotePort: localPort,
  ...over,
});

describe('captured sockets', () => {
  test('are found by cookie as they were told, and by the other end of their connection', () => {
    const sockets = createSockets();
    const client = socket();
    const server = peer(client, { cookie: 2, role: 'server', pid: 200, netnsCookie: 2 });
    sockets.open(client);
    sockets.open(server);
    assert.deepEqual(sockets.get(1), client);
    assert.deepEqual(sockets.get(2), server);
    assert.deepEqual(sockets.peerOf(client), server);
    assert.deepEqual(sockets.peerOf(server), client);
    assert.equal(sockets.peerOf(socket({ localPort: 40_001 })), undefined);
    assert.equal(sockets.peerOf({ ...client, transport: 'udp' }), undefined);
  });

  test('on loopback are found in their own network namespace, or where one is not known', () => {
    const sockets = createSockets();
    const client = socket({ localAddress: '127.0.0.1', remoteAddress: '127.0.0.1' });
    const foreign = peer(client, { cookie: 2, netnsCookie: 2 });
    sockets.open(foreign);
    assert.equal(sockets.peerOf(client), undefined);
    assert.deepEqual(sockets.peerOf({ ...client, netnsCookie: 0 }), foreign);
    const own = peer(client, { cookie: 3 });
    sockets.open(own);
    sockets.open(peer(client, { cookie: 4, netnsCookie: 4 }));
    assert.deepEqual(sockets.peerOf(client), own);
  });

  test('connected to themselves have no other end', () => {
    const sockets = createSockets();
    const self = socket({ remoteAddress: '10.0.0.1', remotePort: 40_000 });
    sockets.open(self);
    assert.equal(sockets.peerOf(self), undefined);
  });

  test('closed ones go first when there is no room, then the oldest', () => {
    const sockets = createSockets(3);
    for (let cookie = 1; cookie <= 3; cookie++) sockets.open(socket({ cookie, localPort: cookie }));
    sockets.close(2, 1e9);
    sockets.open(socket({ cookie: 4, localPort: 4 }));
    sockets.open(socket({ cookie: 5, localPort: 5 }));
    assert.deepEqual(
      [1, 2, 3, 4, 5].map((cookie) => sockets.has(cookie)),
      [false, false, true, true, true],
    );
  });

  test('closed ones stay for a while', () => {
    const sockets = createSockets();
    sockets.open(socket());
    sockets.close(1, 1e9);
    sockets.tick(30e9);
    assert.ok(sockets.has(1));
    sockets.tick(32e9);
    assert.equal(sockets.size, 0);
  });

  test('in any number, whatever comes and goes, are found as a plain list would find them', () => {
    const step = fc.record({ cookie: fc.nat(60), port: fc.nat(8), isServer: fc.boolean(), close: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
        const sockets = createSockets();
        const model = new Map<number, Ends>();
        let time = 0;
        for (const { cookie, port, isServer, close } of steps) {
          time += 1e9;
          if (close) {
            sockets.close(cookie, time);
            sockets.tick(time + 31e9);
            model.delete(cookie);
            continue;
          }
          const client = socket({ cookie, localPort: 40_000 + port, role: 'client' });
          const opened = isServer ? peer(client, { cookie, role: 'server' }) : client;
          sockets.open(opened);
          model.delete(cookie);
          model.set(cookie, opened);
        }
        assert.equal(sockets.size, model.size);
        for (const [cookie, known] of model) {
          assert.deepEqual(sockets.get(cookie), known);
          const others = [...model.values()].filter(
            (other) => other.localPort === known.remotePort && other.remotePort === known.localPort,
          );
          assert.deepEqual(sockets.peerOf(known), others.at(-1));
        }
      }),
    );
  });
});
