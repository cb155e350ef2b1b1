/** UDP: bytes and datagrams of both sides in the sums of their edges, those of DNS whole. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { IN, OUT } from '../../agent/capture/source.ts';
import { makeCgroup, type TestCgroup } from '../peers/cgroup.ts';
import { freePort } from '../peers/servers.ts';
import { type Observer, observe, until } from './observer.ts';
import { finished, printed } from './peers.ts';
import { edgesOf, sumsOf } from './totals.ts';

/** Sends every datagram back twice. */
const server = `
import socket, sys
s = socket.socket(socket.AF_INET6 if ':' in sys.argv[2] else socket.AF_INET, socket.SOCK_DGRAM); s.bind((sys.argv[2], int(sys.argv[1])))
print('listening', flush=True)
while True:
    data, peer = s.recvfrom(65536)
    s.sendto(data + data, peer)
`;

const client = `
import socket, sys
address = (sys.argv[2], int(sys.argv[1]))
s = socket.socket(socket.AF_INET6 if ':' in address[0] else socket.AF_INET, socket.SOCK_DGRAM)
`;

describe('datagrams', () => {
  let cgroup: TestCgroup;
  let observer: Observer | undefined;
  beforeEach(() => {
    cgroup = makeCgroup('datagrams');
  });
  afterEach(async () => {
    await observer?.close();
    observer = undefined;
    await cgroup.remove();
  });

  const begin = (level: 'flows' | 'heads', datagramPorts?: readonly number[]): Observer => {
    const begun = observe(cgroup.path, datagramPorts && { datagramPorts });
    observer = begun;
    begun.source.setPolicies([{ cgroupId: 0, port: 0, level, messageCap: 4096, expires: begun.source.now() + 60e9 }]);
    begun.drain();
    return begun;
  };
  const serve = async (port: number, address = '127.0.0.1'): Promise<void> => {
    const child = cgroup.spawnIn('server', 'python3', ['-c', server, String(port), address]);
    await printed(child, /listening/);
  };
  const run = async (port: number, script: string, address = '127.0.0.1'): Promise<void> => {
    const { code, stderr } = await finished(
      cgroup.spawnIn('client', 'python3', ['-c', client + script, String(port), address]),
    );
    assert.equal(code, 0, stderr);
  };

  for (const address of ['127.0.0.1', '::1']) {
    test(`both sides count what they sent and received, by peer and server port: ${address}`, async () => {
      const seen = begin('flows');
      const port = await freePort();
      await serve(port, address);
      await run(port, 's.connect(address)\nfor i in range(50): s.send(b"x" * 100); s.recv(65536)', address);
      await run(port, 'for i in range(50): s.sendto(b"x" * 10, address); s.recv(65536)', address);
      const [sent, received] = [50 * 110, 100 * 110];
      await until('all', () => sumsOf(seen, 'server', port).bytes[OUT] === received);
      await until('all', () => sumsOf(seen, 'client', port).bytes[IN] === received);
      const [client, server] = [sumsOf(seen, 'client', port), sumsOf(seen, 'server', port)];
      assert.deepEqual(
        [client.bytes, client.packets],
        [
          [received, sent],
          [100, 100],
        ],
      );
      assert.deepEqual(
        [server.bytes, server.packets],
        [
          [sent, received],
          [100, 100],
        ],
      );
      for (const role of ['client', 'server'] as const) {
        for (const edge of edgesOf(seen, role, port)) {
          assert.deepEqual([edge.transport, edge.family], ['udp', address === '::1' ? 6 : 4]);
          assert.deepEqual([edge.localAddress, edge.remoteAddress, edge.comm], [address, address, 'python3']);
        }
      }
      await until('the ends of both', () => sumsOf(seen, 'client', port).closed === 2);
      assert.equal(sumsOf(seen, 'client', port).opened, 2);
      // One socket with many peers: nobody knows when one of them has done.
      const asked = sumsOf(seen, 'server', port);
      assert.equal(asked.opened + asked.closed, 0);
      const servers = new Set(edgesOf(seen, 'server', port).map(({ pid }) => pid));
      assert.equal(servers.size, 1, 'clients are one edge, whatever ports they came from');
      assert.deepEqual(seen.datagrams, []);
      assert.deepEqual(seen.flows, []);
    });
  }

  test('a socket that asks several is opened and closed once, with the first of them', async () => {
    const seen = begin('flows');
    const [one, other] = [await freePort(), await freePort()];
    await Promise.all([serve(one), serve(other)]);
    const child = cgroup.spawnIn('client', 'python3', [
      '-c',
      `${client}for port in (int(sys.argv[1]), ${other}, int(sys.argv[1])): s.sendto(b"q", (address[0], port)); s.recv(65536)
print('asked', flush=True); sys.stdin.readline(); s.close(); print('closed', flush=True); sys.stdin.readline()`,
      String(one),
      '127.0.0.1',
    ]);
    await printed(child, /asked/);
    await until(
      'all',
      () => sumsOf(seen, 'client', one).packets[OUT] + sumsOf(seen, 'client', other).packets[OUT] === 3,
    );
    const ends = () =>
      [one, other].map((port) => [sumsOf(seen, 'client', port).opened, sumsOf(seen, 'client', port).closed]);
    assert.deepEqual(ends(), [
      [1, 0],
      [0, 0],
    ]);
    child.stdin?.write('\n');
    await printed(child, /closed/);
    await until('its end', () => ends()[0]?.[1] === 1);
    assert.deepEqual(ends(), [
      [1, 1],
      [0, 0],
    ]);
    child.stdin?.end();
  });

  test('DNS datagrams are handed over whole, from connected and unconnected sockets, on both sides', async () => {
    const seen = begin('heads');
    await serve(53, '127.0.0.77');
    await run(53, 's.connect(address); s.send(b"query-1"); s.recv(65536)', '127.0.0.77');
    await run(53, 's.sendto(b"query-2" * 300, address); s.recv(65536)', '127.0.0.77');
    await until('eight datagrams', () => seen.datagrams.length === 8);
    const [one, two] = ['query-1', 'query-2'.repeat(300)];
    assert.deepEqual(
      seen.datagrams.map(({ role, direction, payload, len }) => [
        role,
        direction,
        Buffer.from(payload).toString(),
        len,
      ]),
      [one, two].flatMap((query) => [
        ['client', OUT, query, query.length],
        ['server', IN, query, query.length],
        ['server', OUT, (query + query).slice(0, 4096), query.length * 2],
        ['client', IN, (query + query).slice(0, 4096), query.length * 2],
      ]),
    );
    const [query] = seen.datagrams;
    assert.ok(query);
    assert.deepEqual([query.remoteAddress, query.remotePort, query.comm], ['127.0.0.77', 53, 'python3']);
    assert.ok(query.cookie > 0 && query.pid > 0 && query.localPort > 1024);
    const servers = new Set(seen.datagrams.filter(({ role }) => role === 'server').map(({ cookie }) => cookie));
    assert.equal(servers.size, 1);
    assert.equal(seen.source.counters().totals.datagrams, 8);
  });

  test('other ports may be read instead', async () => {
    const port = await freePort();
    const seen = begin('heads', [port]);
    await serve(port);
    await run(port, 's.sendto(b"", address); s.recv(65536); s.sendto(b"q", address); s.recv(65536)');
    await until('all', () => sumsOf(seen, 'client', port).packets[IN] === 2);
    await until('four datagrams', () => seen.datagrams.length === 4);
    assert.deepEqual(seen.source.counters().losses.copy, 0, 'an empty datagram is none to hand over');
  });
});
