/** What a cgroup hands over: by port, and no more in a second than its budget; what is left out is whole exchanges, and counted. */
import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { IN, OUT, type Segment } from '../../agent/capture/source.ts';
import { cgroupMount, makeCgroup, type TestCgroup } from '../peers/cgroup.ts';
import { freePort } from '../peers/servers.ts';
import { type ObservedSocket, type Observer, observe, until } from './observer.ts';
import { finished, printed } from './peers.ts';
import { sumsOf } from './totals.ts';

/** Lines of 64 bytes "NNNN…\n" are answered by 3000 bytes "NNNN" over and over; everything else is a hole in the test. */
const server = `
import socket, sys, threading
listener = socket.socket(); listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
if len(sys.argv) > 2: listener.setsockopt(socket.IPPROTO_TCP, 9, 5)
listener.bind(('127.0.0.1', int(sys.argv[1]))); listener.listen(4096)
print('listening', flush=True)
def serve(c):
    data = b''
    while True:
        more = c.recv(65536)
        if not more: break
        data += more
        while len(data) >= 64: c.sendall(data[:4] * 750); data = data[64:]
    c.close()
while True: threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
`;

const client = `
import socket, sys, time
address = ('127.0.0.1', int(sys.argv[1]))
def connect(): s = socket.socket(); s.connect(address); s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1); return s
def ask(s, i):
    request = b'%04d' % i * 16; s.sendall(request[:30]); s.sendall(request[30:])
    left = 3000
    while left: left -= len(s.recv(65536))
`;

interface Exchanges {
  readonly whole: number;
  readonly left: number;
  /** Bytes that went out twice: the peer took its time, and TCP asked whether they had arrived (tail loss probe, RFC 8985 §7). */
  readonly again: number;
}

describe('budgets and ports', () => {
  let cgroup: TestCgroup;
  let observer: Observer | undefined;
  beforeEach(() => {
    cgroup = makeCgroup('budgets');
  });
  afterEach(async () => {
    await observer?.close();
    observer = undefined;
    await cgroup.remove();
  });

  const idOf = (path: string): number => Number(statSync(join(cgroupMount(), cgroup.path, path), { bigint: true }).ino);
  const serve = async (...options: string[]): Promise<number> => {
    const port = await freePort();
    await printed(cgroup.spawnIn('server', 'python3', ['-c', server, String(port), ...options]), /listening/);
    return port;
  };
  const run = async (port: number, script: string): Promise<void> => {
    const { code, stderr } = await finished(cgroup.spawnIn('client', 'python3', ['-c', client + script, String(port)]));
    assert.equal(code, 0, stderr);
  };
  const begin = (messageCap = 65536): Observer => {
    observer = observe(cgroup.path);
    observer.watch(messageCap);
    observer.drain();
    return observer;
  };
  const closedAt = (seen: Observer, port: number, count: number): Promise<ObservedSocket[]> =>
    until('the sockets to close', () => {
      const sockets = seen.find('server', port);
      return sockets.length === count && sockets.every(({ close }) => close !== undefined) && sockets;
    });

  /** Every byte of both directions is captured or told as left out, each exchange in one way only. */
  function exchangesOf(socket: ObservedSocket, count: number, early: readonly Segment[] = []): Exchanges {
    let again = 0;
    const ways = [IN, OUT].map((direction) => {
      const size = direction === IN ? 64 : 3000;
      const first = socket.open.firstSeq?.[direction];
      assert.ok(first !== undefined);
      const way: (string | undefined)[] = [];
      let end: number = 0;
      for (const segment of [...early, ...socket.segments]) {
        if (segment.direction !== direction || segment.len === 0) continue;
        const at: number = (segment.seq - first) | 0;
        if (segment.sampled) assert.equal(segment.captured, 0);
        else assert.equal(segment.captured, segment.len, 'nothing is cut');
        if (at + segment.len <= end && !segment.sampled) {
          again += segment.len;
          continue;
        }
        assert.equal(at, end, 'told in order, nothing missing');
        end = at + segment.len;
        if (segment.sampled) assert.deepEqual([at % size, end % size], [0, 0], 'whole messages are left out');
        for (let byte = at; byte < end; byte += size - (byte % size)) {
          const index = Math.floor(byte / size);
          const now = segment.sampled ? 'left' : 'whole';
          assert.equal(way[index] ?? now, now, 'no message is captured in part');
          way[index] = now;
        }
      }
      assert.equal(end, size * count);
      return way;
    });
    assert.deepEqual(ways[0], ways[1], 'an answer is captured if and only if its question is');
    const whole = ways[0]?.filter((way) => way === 'whole').length ?? 0;
    return { whole, left: count - whole, again };
  }

  test('within the budget nothing is left out; use is counted by cgroup', async () => {
    const seen = begin();
    const port = await serve();
    seen.source.setBudgets([{ cgroupId: idOf('server'), segmentsPerSecond: 1e6, bytesPerSecond: 1e9 }]);
    await run(port, 's = connect()\nfor i in range(50): ask(s, i)\ns.close()');
    const [socket] = await closedAt(seen, port, 1);
    assert.ok(socket);
    const { again, ...exchanges } = exchangesOf(socket, 50);
    assert.deepEqual(exchanges, { whole: 50, left: 0 });
    const use = seen.source.budgetUse().find(({ cgroupId }) => cgroupId === idOf('server'));
    assert.deepEqual([use?.bytes, use?.sampledMessages, use?.sampledBytes], [50 * 3064 + again, 0, 0]);
    // The connection itself counts as so many.
    assert.equal(use?.segments, 24 + socket.segments.filter(({ payload }) => payload.length > 0).length);
    assert.ok(seen.source.budgetUse().some(({ cgroupId }) => cgroupId === idOf('client')));
  });

  test('over the budget whole exchanges are left out, told and counted; the other side is not concerned', async () => {
    const seen = begin();
    const port = await serve();
    seen.source.setBudgets([{ cgroupId: idOf('server'), segmentsPerSecond: 100, bytesPerSecond: 0 }]);
    const script = `s = connect()
for i in range(1500): ask(s, i); time.sleep(0.001)
s.close()`;
    await run(port, script);
    const [socket] = await closedAt(seen, port, 1);
    assert.ok(socket);
    const { whole, left, again } = exchangesOf(socket, 1500);
    assert.ok(whole >= 20 && whole < 500 && left >= 1000, `${whole} whole, ${left} left out`);
    const use = seen.source.budgetUse().find(({ cgroupId }) => cgroupId === idOf('server'));
    assert.deepEqual(
      [use?.sampledMessages, use?.sampledBytes, use?.bytes],
      [2 * left, left * 3064, whole * 3064 + again],
    );
    const { totals, losses } = seen.source.counters();
    assert.deepEqual([totals.sampled_messages, totals.sampled_bytes, losses['ring-full']], [2 * left, left * 3064, 0]);
    const [other] = seen.find('client', port);
    assert.ok(other && !other.segments.some(({ sampled }) => sampled));
    // Payload that went out twice is told twice.
    await until('totals', () => sumsOf(seen, 'server', port).bytes[OUT] >= 1500 * 3000);
  });

  test('a cgroup without a budget of its own has that of all such, before anybody has seen it', async () => {
    const seen = begin();
    cgroup.spawnIn('client', 'true', []);
    seen.source.setBudgets([
      { cgroupId: 0, segmentsPerSecond: 100, bytesPerSecond: 0 },
      { cgroupId: idOf('client'), segmentsPerSecond: 0, bytesPerSecond: 0 },
    ]);
    const port = await serve();
    await run(port, 's = connect()\nfor i in range(500): ask(s, i); time.sleep(0.001)\ns.close()');
    const [socket] = await closedAt(seen, port, 1);
    const [other] = seen.find('client', port);
    assert.ok(socket && other);
    assert.ok(!other.segments.some(({ sampled }) => sampled), 'its own budget goes before');
    const { whole, left } = exchangesOf(socket, 500);
    assert.ok(whole >= 10 && left >= 250, `${whole} whole, ${left} left out`);
  });

  test('a budget of bytes; many connections share it; taking it away ends the leaving out', async () => {
    const seen = begin();
    const port = await serve();
    seen.source.setBudgets([{ cgroupId: idOf('server'), segmentsPerSecond: 0, bytesPerSecond: 30_000 }]);
    const script = `held = [connect() for _ in range(10)]
for i in range(1000): ask(held[i % 10], i)
for s in held: s.close()`;
    await run(port, script);
    await until('the end of all', () => sumsOf(seen, 'server', port).closed === 10);
    const sockets = seen.find('server', port);
    const whole = sockets.map((socket) => exchangesOf(socket, 100).whole).reduce((a, b) => a + b, 0);
    assert.ok(whole >= 5 && whole < 300, `${whole} whole`);
    const use = seen.source.budgetUse().find(({ cgroupId }) => cgroupId === idOf('server'));
    assert.equal(use?.sampledMessages, 2 * (1000 - whole));

    seen.source.setBudgets([]);
    await run(port, 's = connect()\nfor i in range(20): ask(s, i)\ns.close()');
    const after = await until('the socket', () =>
      seen
        .find('server', port)
        .find(
          ({ open }) =>
            open.time > (use ? seen.source.now() - 5e9 : 0) && !sockets.some((old) => old.open.cookie === open.cookie),
        ),
    );
    await until('its end', () => after.close !== undefined);
    const { whole: wholeAfter, left: leftAfter } = exchangesOf(after, 20);
    assert.deepEqual([wholeAfter, leftAfter], [20, 0]);
  });

  test('early requests that only the listener meets are left out with their answers', async () => {
    const seen = begin();
    const port = await serve('defer');
    seen.source.setBudgets([{ cgroupId: idOf('server'), segmentsPerSecond: 500, bytesPerSecond: 0 }]);
    const script = `for i in range(300):
  s = connect(); ask(s, 1); ask(s, 2); s.close()`;
    await run(port, script);
    await until('the end of all', () => sumsOf(seen, 'server', port).closed === 300);
    await until('all records', () => seen.find('server', port).every(({ close }) => close !== undefined));
    let whole = 0;
    let left = 0;
    for (const socket of seen.find('server', port)) {
      const early = seen.orphans.filter(({ orphan }) => orphan.remotePort === socket.open.remotePort);
      const exchanges = exchangesOf(socket, 2, early);
      whole += exchanges.whole;
      left += exchanges.left;
    }
    assert.ok(whole > 5 && whole < 300, `${whole} whole`);
    const use = seen.source.budgetUse().find(({ cgroupId }) => cgroupId === idOf('server'));
    assert.deepEqual([use?.sampledBytes, use?.sampledMessages], [(600 - whole) * 3064, (600 - whole) * 2]);
    assert.ok(left < 600 - whole, 'of most nothing was ever told');
  });

  test('a policy for a port goes before that for all ports, on both sides', async () => {
    const seen = begin();
    const [quiet, loud] = [await serve(), await serve()];
    const expires = seen.source.now() + 60e9;
    seen.source.setPolicies([
      { cgroupId: 0, port: 0, level: 'flows', messageCap: 0, expires },
      { cgroupId: 0, port: loud, level: 'heads', messageCap: 65536, expires },
      { cgroupId: idOf('server'), port: 0, level: 'heads', messageCap: 65536, expires },
      { cgroupId: idOf('server'), port: loud, level: 'flows', messageCap: 65536, expires },
    ]);
    for (const port of [quiet, loud]) await run(port, 's = connect(); ask(s, 1); s.close()');
    await until('both servers', () => [quiet, loud].every((port) => sumsOf(seen, 'server', port).closed === 1));
    await until('both records', () => seen.sockets.size === 2);
    assert.deepEqual(
      [...seen.sockets.values()].map(({ open }) => [
        open.role,
        open.role === 'client' ? open.remotePort : open.localPort,
      ]),
      [
        ['server', quiet],
        ['client', loud],
      ],
    );
  });
});
