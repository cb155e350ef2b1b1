/** Totals of connections are what the two ends sent and received, however many, short, idle or unlucky they are. */
import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { afterEach, beforeEach, describe, test } from 'node:test';
import type { LiveOptions } from '../../agent/capture/live.ts';
import { IN, OUT, type SocketRole } from '../../agent/capture/source.ts';
import { makeCgroup, type TestCgroup } from '../peers/cgroup.ts';
import { freePort } from '../peers/servers.ts';
import { type Observer, observe, until } from './observer.ts';
import { finished, printed, tool } from './peers.ts';
import { edgesOf, flowsOf, sumsOf } from './totals.ts';

/** Answers every 8 bytes "SSSSRRRR" (bytes that follow, bytes wanted back, decimal) after a delay in ms; "close" by what the client does. */
const server = `
import socket, sys, threading, time
port, delay, address = int(sys.argv[1]), int(sys.argv[2]) / 1000, sys.argv[3]
family = socket.AF_INET6 if ':' in address else socket.AF_INET
listener = socket.socket(family); listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.bind((address, port)); listener.listen(4096)
print('listening', flush=True)
def read(c, n):
    data = b''
    while len(data) < n:
        more = c.recv(n - len(data))
        if not more: return None
        data += more
    return data
def serve(c):
    try:
        while True:
            head = read(c, 8)
            if head is None: break
            read(c, int(head[:4])); time.sleep(delay); c.sendall(b'r' * int(head[4:]))
    except OSError: pass
    c.close()
while True: threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
`;

const client = `
import os, select, socket, struct, sys, time
address = (sys.argv[2], int(sys.argv[1]))
family = socket.AF_INET6 if ':' in address[0] else socket.AF_INET
def connect(): s = socket.socket(family); s.connect(address); return s
def ask(s, sent, wanted):
    s.sendall(b'%04d%04d' % (sent, wanted) + b'q' * sent)
    while wanted: wanted -= len(s.recv(65536))
def say(line): print(line, flush=True)
`;

describe('totals of connections', () => {
  let cgroup: TestCgroup;
  let observer: Observer | undefined;
  beforeEach(() => {
    cgroup = makeCgroup('flows');
  });
  afterEach(async () => {
    await observer?.close();
    observer = undefined;
    await cgroup.remove();
  });

  const begin = (level: 'flows' | 'heads' = 'flows', options: Partial<LiveOptions> = {}): Observer => {
    const begun = observe(cgroup.path, options);
    observer = begun;
    begun.source.setPolicies([{ cgroupId: 0, port: 0, level, messageCap: 4096, expires: begun.source.now() + 120e9 }]);
    begun.drain();
    return begun;
  };
  const serve = async (delayMs = 0, address = '127.0.0.1'): Promise<number> => {
    const port = await freePort();
    await printed(
      cgroup.spawnIn('server', 'python3', ['-c', server, String(port), String(delayMs), address]),
      /listening/,
    );
    return port;
  };
  const run = (port: number, script: string, address = '127.0.0.1'): ChildProcess =>
    cgroup.spawnIn('client', 'python3', ['-c', client + script, String(port), address]);
  const runToEnd = async (port: number, script: string, address?: string): Promise<string> => {
    const { code, stderr, stdout } = await finished(run(port, script, address));
    assert.equal(code, 0, stderr);
    return stdout.toString();
  };
  const closedOf = (seen: Observer, role: SocketRole, port: number, count: number) =>
    until(`${count} closed ${role} connections`, () => sumsOf(seen, role, port).closed >= count, 8000);

  for (const address of ['127.0.0.1', '::1', '::ffff:127.0.0.1']) {
    test(`a connection that lasts is told as it goes, and once more when it ends: ${address}`, async () => {
      const seen = begin();
      const port = await serve(30, address);
      await runToEnd(
        port,
        's = connect(); ask(s, 100, 2000); time.sleep(1.5); ask(s, 50, 9000); ask(s, 1, 1); s.close()',
        address,
      );
      await closedOf(seen, 'client', port, 1);
      await closedOf(seen, 'server', port, 1);

      const [sent, received] = [100 + 50 + 1 + 3 * 8, 2000 + 9000 + 1];
      for (const [role, bytes] of [
        ['client', [received, sent]],
        ['server', [sent, received]],
      ] as const) {
        const samples = seen.flows.filter(
          (flow) => flow.role === role && [flow.localPort, flow.remotePort].includes(port),
        );
        assert.ok(samples.length >= 2, 'told while it was open');
        assert.deepEqual(new Set(samples.slice(0, -1).map(({ state }) => state)), new Set(['open']));
        const last = samples.at(-1);
        assert.ok(last && last.state === 'ended' && last.end === 'fin');
        assert.deepEqual(last.bytes, bytes);
        assert.equal(last.turns, 3);
        assert.ok(
          last.turnNs >= 3 * 30e6 && last.turnNs < 3 * 300e6 && last.turnMaxNs >= 30e6 && last.turnMaxNs <= last.turnNs,
        );
        assert.equal(last.comm, 'python3');
        assert.equal(last.family, address === '::1' ? 6 : 4);
        assert.equal(last.localAddress, address === '::1' ? '::1' : '127.0.0.1');
        assert.ok(last.opened !== undefined && last.opened <= (samples[0]?.time ?? 0));
        assert.ok(last.srttUs > 0 && last.retransmits === 0);
        assert.equal(last.handshakeUs > 0, role === 'client');
        assert.ok(last.packets[0] >= 3 && last.packets[1] >= 3);
        assert.deepEqual(edgesOf(seen, role, port), [], 'told once');
      }
    });
  }

  test('two thousand short connections are counted to the last byte, without a record for each', async () => {
    const seen = begin();
    const port = await serve();
    await runToEnd(port, 'for i in range(2000):\n  s = connect(); ask(s, 10, 100); s.close()');
    await closedOf(seen, 'client', port, 2000);
    await closedOf(seen, 'server', port, 2000);
    for (const [role, bytes] of [
      ['client', [200_000, 36_000]],
      ['server', [36_000, 200_000]],
    ] as const) {
      const { opened, closed, resets, turns, bytes: found } = sumsOf(seen, role, port);
      assert.deepEqual(
        { opened, closed, resets, turns, bytes: found },
        { opened: 2000, closed: 2000, resets: 0, turns: 2000, bytes },
      );
      const records = edgesOf(seen, role, port).length + seen.flows.filter((flow) => flow.role === role).length;
      assert.ok(records < 60, `${records} records`);
    }
    assert.deepEqual(seen.source.counters().losses['flow-table'], 0);
  });

  test('more active connections than there is room for are told within their edges, and nothing twice', async () => {
    const seen = begin('flows', { activeFlows: 100 });
    const port = await serve();
    const script = `held = [connect() for _ in range(400)]
for i in range(5):
  for s in held: ask(s, 10, 100)
  time.sleep(0.6)
for s in held: s.close()`;
    await runToEnd(port, script);
    for (const [role, bytes] of [
      ['client', [200_000, 36_000]],
      ['server', [36_000, 200_000]],
    ] as const) {
      await closedOf(seen, role, port, 400);
      const { opened, closed, turns, bytes: found } = sumsOf(seen, role, port);
      assert.deepEqual({ opened, closed, turns, bytes: found }, { opened: 400, closed: 400, turns: 2000, bytes });
    }
    const own = flowsOf(seen, 'client', port).length + flowsOf(seen, 'server', port).length;
    assert.ok(own >= 50 && own < 800, `${own} told on their own`);
    assert.equal(own + (seen.source.counters().losses['flow-table'] ?? 0), 800);
  });

  test('whoever stops is told what came since the totals were last taken', async () => {
    const seen = begin();
    const port = await serve();
    const script = `s = connect(); ask(s, 1, 1); say('first'); sys.stdin.readline()
for i in range(3): ask(s, 10, 100)
say('second'); sys.stdin.readline()`;
    const child = run(port, script);
    await printed(child, /first/);
    const told = () => flowsOf(seen, 'client', port).at(-1)?.bytes;
    assert.deepEqual(await until('a sample', told), [1, 9]);
    child.stdin?.write('\n');
    await printed(child, /second/);
    await observer?.close();
    assert.deepEqual(told(), [301, 63]);
    assert.deepEqual(flowsOf(seen, 'server', port).at(-1)?.bytes, [63, 301]);
    child.stdin?.end();
  });

  test('idle connections cost no records; one that speaks again is told again', async () => {
    const seen = begin();
    const port = await serve();
    const child = run(
      port,
      "held = [connect() for _ in range(300)]\nfor s in held: ask(s, 1, 1)\nsay('held'); sys.stdin.readline(); ask(held[7], 5, 5); say('asked'); sys.stdin.readline()",
    );
    await printed(child, /held/);
    await until(
      'all of them',
      () => flowsOf(seen, 'client', port).length === 300 && flowsOf(seen, 'server', port).length === 300,
    );
    await until('the last drain of them', () => seen.source.now() - (seen.flows.at(-1)?.time ?? 0) > 2.5e9);
    const before = seen.flows.length;
    child.stdin?.write('\n');
    await printed(child, /asked/);
    await until('the one', () => seen.flows.length === before + 2);
    await until('another second', () => seen.source.now() - (seen.flows.at(-1)?.time ?? 0) > 2.2e9);
    assert.equal(seen.flows.length, before + 2);
    assert.deepEqual(
      seen.flows.slice(before).map(({ bytes }) => bytes[0] + bytes[1]),
      [9 + 1 + 13 + 5, 9 + 1 + 13 + 5],
    );
    child.stdin?.end('\n');
    await closedOf(seen, 'client', port, 300);
    const { opened, closed } = sumsOf(seen, 'client', port);
    assert.deepEqual([opened, closed], [300, 300]);
  });

  test('a connection that is older than capture is told with its first packet, and ends', async () => {
    const port = await serve();
    const child = run(
      port,
      "s = connect(); ask(s, 1, 1); say('open'); sys.stdin.readline(); ask(s, 10, 20); say('asked'); sys.stdin.readline(); s.close(); time.sleep(1)",
    );
    await printed(child, /open/);
    const seen = begin();
    child.stdin?.write('\n');
    await printed(child, /asked/);
    const ends = () => {
      const last = new Map(
        seen.flows
          .filter(({ localPort, remotePort }) => [localPort, remotePort].includes(port))
          .map((flow) => [flow.cookie, flow]),
      );
      return [...last.values()].sort((a, b) => a.localPort - b.localPort);
    };
    await until('both ends', () => ends().length === 2);
    for (const flow of ends()) {
      assert.deepEqual([flow.opened, flow.role, flow.state, flow.comm], [undefined, 'unknown', 'open', '']);
      // In mid-stream whoever has the lower port is taken for the server, which may be the client: then nothing was answered.
      const clientPort = flow.localPort === port ? flow.remotePort : flow.localPort;
      assert.equal(flow.turns, port < clientPort ? 1 : 0);
      assert.deepEqual(flow.bytes, flow.localPort === port ? [18, 20] : [20, 18]);
    }
    child.stdin?.write('\n');
    await until('both to end', () => ends().every(({ state }) => state === 'ended'));
    assert.deepEqual(
      ends().map(({ end }) => end),
      ['fin', 'fin'],
    );
  });

  test('early bytes that only the listener met belong to the connection', async () => {
    const seen = begin();
    const port = await freePort();
    const deferred = server.replace('listener.bind', 'listener.setsockopt(socket.IPPROTO_TCP, 9, 5); listener.bind');
    await printed(cgroup.spawnIn('server', 'python3', ['-c', deferred, String(port), '40', '127.0.0.1']), /listening/);
    await runToEnd(port, 's = connect(); ask(s, 100, 200); ask(s, 7, 8); s.close()');
    await closedOf(seen, 'server', port, 1);
    const { bytes, turns, opened } = sumsOf(seen, 'server', port);
    assert.deepEqual({ bytes, turns, opened }, { bytes: [123, 208], turns: 2, opened: 1 });
  });

  describe('ends', () => {
    const endOf = async (seen: Observer, role: SocketRole, port: number) => {
      const [flow] = await until(
        'the end',
        () => {
          const ended = flowsOf(seen, role, port).filter(({ state }) => state === 'ended');
          return ended.length > 0 && ended;
        },
        12_000,
      );
      assert.ok(flow);
      assert.deepEqual(edgesOf(seen, role, port), [], 'told once');
      return flow;
    };

    test('refused', async () => {
      const seen = begin();
      const port = await freePort();
      await runToEnd(port, 'try: connect()\nexcept ConnectionRefusedError: pass');
      const flow = await endOf(seen, 'client', port);
      assert.deepEqual([flow.end, flow.bytes, flow.handshakeUs], ['refused', [0, 0], 0]);
    });

    for (const address of ['127.0.0.1', '::1']) {
      test(`refused, with nobody waiting in connect: ${address}`, async () => {
        const seen = begin();
        const port = await freePort();
        const script = `s = socket.socket(family); s.setblocking(False); s.connect_ex(address)
select.select([], [s], [])
assert s.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == 111
s.close()`;
        await runToEnd(port, script, address);
        assert.equal((await endOf(seen, 'client', port)).end, 'refused');
      });
    }

    test('ten thousand refused connects are counted, a few hundred are told on their own', async () => {
      const seen = begin();
      const port = await freePort();
      await runToEnd(port, 'for i in range(10000):\n  s = socket.socket()\n  s.connect_ex(address); s.close()');
      await closedOf(seen, 'client', port, 10_000);
      const { opened, closed, refused, timedOut } = sumsOf(seen, 'client', port);
      assert.deepEqual(
        { opened, closed, refused, timedOut },
        { opened: 10_000, closed: 10_000, refused: 10_000, timedOut: 0 },
      );
      const own = flowsOf(seen, 'client', port).length;
      assert.ok(own >= 100 && own < 3000, `${own} told on their own`);
    });

    test('reset, by this side and by the other', async () => {
      const seen = begin();
      const port = await serve();
      await runToEnd(
        port,
        "s = connect(); ask(s, 1, 1); s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0)); s.close()",
      );
      assert.equal((await endOf(seen, 'client', port)).end, 'reset-local');
      assert.equal((await endOf(seen, 'server', port)).end, 'reset-remote');
    });

    test('closed with bytes unread is a reset by this side', async () => {
      const seen = begin();
      const port = await serve();
      await runToEnd(port, "s = connect(); s.sendall(b'00000010'); select.select([s], [], []); s.close()");
      assert.equal((await endOf(seen, 'client', port)).end, 'reset-local');
    });

    describe('on the way to nowhere', () => {
      const netns = `kelpie-flows-${process.pid}`;
      const [outside, inside] = [`kfa${process.pid}`, `kfb${process.pid}`];
      beforeEach(async () => {
        await tool('ip', 'netns', 'add', netns);
        await tool(
          'ip',
          'link',
          'add',
          outside,
          'type',
          'veth',
          'peer',
          'name',
          inside,
          'address',
          '02:00:00:00:78:02',
          'netns',
          netns,
        );
        await tool('ip', 'addr', 'add', '198.18.78.1/24', 'dev', outside);
        await tool('ip', 'link', 'set', outside, 'up');
        await tool('ip', '-n', netns, 'addr', 'add', '198.18.78.2/24', 'dev', inside);
        await tool('ip', '-n', netns, 'link', 'set', inside, 'up');
      });
      afterEach(async () => {
        // What still runs in the namespace would keep it, and the link with it.
        await tool('ip', 'link', 'del', outside);
        await tool('ip', 'netns', 'del', netns);
      });
      /** The neighbour stays known, so that its silence is not the network's word. */
      const knowNeighbour = async (address: string): Promise<void> => {
        await tool(
          'ip',
          'neigh',
          'replace',
          address,
          'lladdr',
          '02:00:00:00:78:02',
          'dev',
          outside,
          'nud',
          'permanent',
        );
      };
      const address = '198.18.78.2';
      const fallSilent = () => tool('ip', '-n', netns, 'addr', 'del', `${address}/24`, 'dev', inside);
      const speakAgain = () => tool('ip', '-n', netns, 'addr', 'add', `${address}/24`, 'dev', inside);
      const serveInside = async (): Promise<number> => {
        const port = await freePort();
        const command = ['netns', 'exec', netns, 'python3', '-c', server, String(port), '0', address];
        await printed(cgroup.spawnIn('server', 'ip', command), /listening/);
        return port;
      };

      test('timeout: nobody answers, and the retransmissions run out', async () => {
        const seen = begin();
        await knowNeighbour('198.18.78.9');
        const script =
          's = socket.socket(); s.setsockopt(socket.IPPROTO_TCP, 7, 1)\ntry: s.connect(address)\nexcept TimeoutError: pass';
        await runToEnd(8080, script, '198.18.78.9');
        const flow = await endOf(seen, 'client', 8080);
        assert.deepEqual([flow.end, flow.bytes], ['timeout', [0, 0]]);
        assert.ok(flow.retransmits >= 1);
        const connecting = seen.flows.find(({ state }) => state === 'connecting');
        assert.equal(connecting?.cookie, flow.cookie, 'told while it was trying');
      });

      test('timeout of a connection whose peer fell silent', async () => {
        const seen = begin();
        await knowNeighbour(address);
        const port = await serveInside();
        // TCP_USER_TIMEOUT, ms
        const script = `s = connect(); s.setsockopt(socket.IPPROTO_TCP, 18, 1200); ask(s, 1, 1); say('open'); sys.stdin.readline()
s.sendall(b'00000001')
try: s.recv(1)
except OSError: pass`;
        const child = run(port, script, address);
        await printed(child, /open/);
        await fallSilent();
        child.stdin?.write('\n');
        const flow = await endOf(seen, 'client', port);
        assert.deepEqual([flow.end, flow.bytes[IN]], ['timeout', 1]);
        assert.ok(flow.retransmits >= 1);
      });

      test('timeout of a connection whose peer answers no keepalive probe', async () => {
        const seen = begin();
        await knowNeighbour(address);
        const port = await serveInside();
        const script = `s = connect(); s.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1); ask(s, 1, 1)
for option in (4, 5): s.setsockopt(socket.IPPROTO_TCP, option, 1)
s.setsockopt(socket.IPPROTO_TCP, 6, 2); say('open')
try: s.recv(1)
except OSError: pass`;
        await printed(run(port, script, address), /open/);
        await fallSilent();
        assert.equal((await endOf(seen, 'client', port)).end, 'timeout');
      });

      test('unreachable: the network says so', async () => {
        const seen = begin();
        await tool('ip', 'netns', 'exec', netns, 'sysctl', '-qw', 'net.ipv4.ip_forward=1');
        await tool('ip', '-n', netns, 'route', 'add', 'unreachable', '198.18.79.0/24');
        await tool('ip', 'route', 'add', '198.18.79.0/24', 'via', address);
        await runToEnd(8080, 'try: connect()\nexcept OSError: pass', '198.18.79.1');
        assert.equal((await endOf(seen, 'client', 8080)).end, 'unreachable');
      });

      test('aborted: the application gives up', async () => {
        const seen = begin();
        await knowNeighbour('198.18.78.9');
        const script =
          's = socket.socket(); s.settimeout(0.3)\ntry: s.connect(address)\nexcept TimeoutError: pass\ns.close()';
        await runToEnd(8080, script, '198.18.78.9');
        assert.equal((await endOf(seen, 'client', 8080)).end, 'aborted');
      });

      test('retransmissions are counted as the kernel of the sender counts them; what went out twice is told twice', async () => {
        const seen = begin();
        await knowNeighbour(address);
        const port = await serveInside();
        // TCP_INFO, tcpi_total_retrans
        const script = `s = connect()
for i in range(3): ask(s, 1000, 9); say('asked'); sys.stdin.readline()
for i in range(2): ask(s, 1000, 9)
say('retransmitted %d.' % struct.unpack_from('=I', s.getsockopt(socket.IPPROTO_TCP, 11, 192), 100)[0]); s.close()`;
        const child = run(port, script, address);
        for (let i = 0; i < 3; i++) {
          await printed(child, /asked/);
          await fallSilent();
          child.stdin?.write('\n');
          await new Promise((resolve) => setTimeout(resolve, 450));
          await speakAgain();
        }
        const line = await printed(child, /retransmitted \d+\./);
        const count = Number(/\d+/.exec(line)?.[0]);
        assert.ok(count >= 3, line);
        const flow = await endOf(seen, 'client', port);
        assert.equal(flow.retransmits, count);
        assert.deepEqual([flow.end, flow.bytes[IN] % 9, flow.bytes[OUT] % 1008], ['fin', 0, 0]);
        assert.ok(flow.bytes[IN] >= 5 * 9);
        assert.ok(flow.bytes[OUT] > 5 * 1008 && flow.bytes[OUT] <= (5 + count) * 1008);
      });
    });
  });
});
