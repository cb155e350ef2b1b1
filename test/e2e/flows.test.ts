/**
 * Flows and DNS as they really were: two pods in network namespaces of their own, real servers and clients, the real kernel, and
 * rows as a terminal gets them. Every count is compared with what the peers did.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Row } from '../../src/domain/column.ts';
import { connStats } from '../../src/domain/tables/conn-stats.ts';
import { dnsEvents } from '../../src/domain/tables/dns-events.ts';
import { tcpStatsEvents } from '../../src/domain/tables/tcp-stats-events.ts';
import { type RunningAgent, startAgentProcess, type Watched, watchTable } from '../peers/agent.ts';
import { startDnsmasq } from '../peers/dnsmasq.ts';
import { makePods, type Peer, type Pods } from '../peers/pods.ts';

const peer = join(import.meta.dirname, '../peers/tcp-peer.mjs');

describe('flows and DNS of two pods', () => {
  let work: string;
  let pods: Pods;
  let agent: RunningAgent;
  let sums: Watched;
  let connections: Watched;
  let dns: Watched;
  /** Open before the agent started. */
  let held: Peer;

  before(async () => {
    work = mkdtempSync(join(tmpdir(), 'kelpie-flows-'));
    pods = makePods('flows');
    const { server } = pods.addresses;
    for (const port of ['7000', '7001', '7002']) {
      assert.equal(await pods.spawnIn('server', process.execPath, peer, 'serve', server, port).line(), 'ready');
    }
    await pods.spawnIn('outside', process.execPath, peer, 'serve', pods.outside.alive, '7000').line();
    held = pods.spawnIn('client', process.execPath, peer, 'hold', server, '7002');
    assert.equal(await held.line(), 'ready');
    const records = [
      `host-record=api.example,${pods.outside.alive},2001:db8::1,300`,
      'cname=www.example,api.example,60',
    ];
    startDnsmasq({ pods, pod: 'server', work, records });

    const { path } = pods.cgroup;
    agent = await startAgentProcess(`unix:${work}/agent.sock`, '--cgroup', path, '--pods-below', path);
    sums = watchTable(agent.address, connStats);
    connections = watchTable(agent.address, tcpStatsEvents);
    dns = watchTable(agent.address, dnsEvents);
    await warmUp();
  });

  after(async () => {
    for (const watched of [sums, connections, dns]) await watched?.close();
    await agent?.stop();
    await pods?.remove();
    rmSync(work, { recursive: true, force: true });
  });

  /** Capture is on once a call was seen. */
  async function warmUp(): Promise<void> {
    const timer = setInterval(() => void call('7001', 1), 300);
    await sums.until((rows) => rows.some((row) => row.port === 7001), 20_000).finally(() => clearInterval(timer));
  }

  const call = (port: string, count: number, ...first: string[]) =>
    pods
      .spawnIn('client', process.execPath, peer, 'call', pods.addresses.server, port, String(count), ...first)
      .ended();

  const attempt = async (host: string, port: number, ms: number): Promise<string> =>
    pods.spawnIn('client', process.execPath, peer, 'try', host, String(port), String(ms)).line();

  /** dig in the client's pod; its exit code does not matter. */
  const dig = (...args: string[]) =>
    pods
      .spawnIn('client', 'dig', '+noall', ...args)
      .ended()
      .catch(() => undefined);

  const of = (rows: readonly Row[], match: Partial<Row>): Row[] =>
    rows.filter((row) => Object.entries(match).every(([column, value]) => row[column] === value));

  const total = (rows: readonly Row[], column: string): number =>
    rows.reduce((sum, row) => sum + Number(row[column] ?? 0), 0);

  test('200 short connections: every one counted on both sides, and their bytes, none active', async () => {
    await call('7000', 200);
    for (const trace_role of ['client', 'server']) {
      const rows = await sums.until((all) => {
        const mine = of(all, { trace_role, port: 7000, transport: 'tcp' });
        return total(mine, 'conn_close') >= 200 && mine;
      });
      const [sent, received] = trace_role === 'client' ? [2000, 4000] : [4000, 2000];
      assert.deepEqual(
        ['conn_open', 'conn_close', 'conn_active', 'conn_failed', 'resets', 'bytes_sent', 'bytes_recv', 'turns'].map(
          (column) => total(rows, column),
        ),
        [200, 200, 0, 0, 0, sent, received, 200],
      );
      for (const row of rows) {
        assert.deepEqual([row.source, row.destination], ['shop/client', 'shop/server']);
        assert.equal(row.process, 'node');
      }
    }
  });

  test('a connection that was open before: there though it says nothing, its traffic from now on, its two ends by name', async () => {
    const onPort = (rows: readonly Row[]) => rows.filter((row) => row.local_port === 7002 || row.remote_port === 7002);
    const silent = await connections.until((rows) => {
      const mine = onPort(rows);
      return mine.length >= 2 && mine.every((row) => row.process === 'node') && mine;
    });
    assert.deepEqual(
      silent.map(({ source, destination, state, opened, tx, rx }) => [source, destination, state, opened, tx, rx]),
      [1, 2].map(() => ['shop/client', 'shop/server', 'open', null, 0, 0]),
    );
    for (let n = 1; n <= 3; n += 1) {
      held.child.stdin?.write('\n');
      assert.equal(await held.line(), `done ${n}`);
    }
    for (const pod of ['shop/client', 'shop/server']) {
      const [row] = await connections.until((rows) => {
        const mine = of(rows, { pod }).filter((each) => each.local_port === 7002 || each.remote_port === 7002);
        const sent = pod === 'shop/client' ? 30 : 60;
        // Whose socket it is was looked up, as its opening was not seen.
        return Number(mine[0]?.tx) >= sent && mine[0]?.process === 'node' && mine;
      });
      assert.equal(row?.opened, null);
      assert.equal(row?.state, 'open');
      assert.deepEqual([row?.tx, row?.rx], pod === 'shop/client' ? [30, 60] : [60, 30]);
      assert.deepEqual([row?.source, row?.destination], ['shop/client', 'shop/server']);
      const [sum] = await sums.until((rows) => {
        const mine = of(rows, { pod, port: 7002 });
        return mine.length > 0 && mine;
      });
      assert.deepEqual([sum?.conn_open, sum?.conn_active], [1, 1]);
    }
    const ids = (rows: readonly Row[]) => new Set(rows.map((row) => row.conn_id));
    assert.deepEqual(ids(onPort(connections.rows())), ids(silent), 'the same rows as before');
    held.child.stdin?.end();
    await connections.until((rows) => of(rows, { state: 'closed', remote_port: 7002 }).length === 1);
    await sums.until((rows) => of(rows, { port: 7002, conn_active: 0, conn_close: 1 }).length === 2);
  });

  test('a connection that lasts is a row of its own, with its age and what it speaks to', async () => {
    const peerOf = pods.spawnIn('client', process.execPath, peer, 'hold', pods.addresses.server, '7001');
    assert.equal(await peerOf.line(), 'ready');
    const began = Date.now();
    peerOf.child.stdin?.write('\n');
    const open = (rows: readonly Row[]) => of(rows, { trace_role: 'client', remote_port: 7001, state: 'open' });
    await connections.until((rows) => open(rows).length > 0 && open(rows));
    peerOf.child.stdin?.end();
    const [row] = await connections.until((rows) => {
      const mine = of(rows, { trace_role: 'client', remote_port: 7001, state: 'closed' });
      return mine.length > 0 && mine;
    });
    const age = (Date.now() - began) * 1e6;
    assert.ok(Number(row?.duration) > 0 && Number(row?.duration) <= age + 1e9, `${row?.duration} of ${age} ns`);
    assert.deepEqual([row?.tx, row?.rx, row?.turns], [10, 20, 1]);
    assert.ok(Number(row?.handshake) > 0 && Number(row?.rtt) > 0);
  });

  test('a reset says so', async () => {
    await call('7001', 1, 'reset.....');
    const rows = await connections.until((all) => {
      const mine = of(all, { state: 'reset' });
      return new Set(mine.map((row) => row.trace_role)).size === 2 && mine;
    });
    assert.equal(rows.length, 2);
    await sums.until((all) => total(of(all, { port: 7001, trace_role: 'server' }), 'resets') === 1);
  });

  test('connects that fail, with the reason, and the pod they were meant for', async () => {
    const { server } = pods.addresses;
    assert.equal(await attempt(server, 7999, 5000), 'ECONNREFUSED');
    assert.equal(await attempt(pods.outside.absent, 80, 10_000), 'EHOSTUNREACH');
    assert.equal(await attempt(pods.outside.silent, 80, 2500), 'gave up');
    const expected: readonly [string, number, string, string, string][] = [
      [server, 7999, 'refused', 'refused', 'shop/server'],
      [pods.outside.absent, 80, 'unreachable', 'unreachable', `${pods.outside.absent}:80`],
      [pods.outside.silent, 80, 'timed_out', 'timeout', `${pods.outside.silent}:80`],
    ];
    for (const [remote_addr, port, column, state, destination] of expected) {
      const [sum] = await sums.until((rows) => {
        const mine = of(rows, { remote_addr, port, trace_role: 'client' });
        return total(mine, 'conn_failed') > 0 && mine;
      });
      assert.deepEqual(
        [sum?.[column], sum?.conn_failed, sum?.conn_open, sum?.conn_active, sum?.destination],
        [1, 1, 0, 0, destination],
        remote_addr,
      );
      const [row] = await connections.until((rows) => {
        const mine = of(rows, { remote_addr, remote_port: port, state });
        return mine.length > 0 && mine;
      });
      assert.equal(row?.source, 'shop/client');
    }
  });

  test('DNS: found, an alias, nothing, over UDP and TCP, on the client’s side and the resolver’s', async () => {
    const at = `@${pods.addresses.server}`;
    await dig(at, 'api.example', 'A');
    await dig(at, 'www.example', 'AAAA');
    await dig(at, 'nothing.example', 'A');
    await dig(at, 'api.example', 'MX');
    await dig(at, '+tcp', 'www.example', 'A');
    const expected: readonly [string, string, string, string, string, string | null][] = [
      ['udp', 'api.example', 'A', 'NOERROR', 'ok', pods.outside.alive],
      ['udp', 'www.example', 'AAAA', 'NOERROR', 'ok', '→ api.example, 2001:db8::1'],
      ['udp', 'nothing.example', 'A', 'NXDOMAIN', 'error', null],
      ['udp', 'api.example', 'MX', 'NOERROR', 'empty', null],
      ['tcp', 'www.example', 'A', 'NOERROR', 'ok', `→ api.example, ${pods.outside.alive}`],
    ];
    for (const [transport, query_name, query_type, rcode, outcome, answers] of expected) {
      for (const trace_role of ['client', 'server']) {
        const question = { transport, query_name, query_type, trace_role };
        const rows = await dns.until((all) => {
          const mine = of(all, question);
          return mine.length > 0 && mine.every((row) => row.rcode !== null) && mine;
        });
        assert.equal(rows.length, 1, JSON.stringify(question));
        const [row] = rows;
        assert.deepEqual([row?.rcode, row?.outcome, row?.answers], [rcode, outcome, answers]);
        assert.deepEqual([row?.source, row?.destination], ['shop/client', 'shop/server']);
        // dig may be gone before anybody can look who it is: then the name of its thread stands.
        assert.match(String(row?.process), trace_role === 'client' ? /^(dig|isc-net-0\d+)$/ : /^dnsmasq$/);
        assert.ok(Number(row?.latency) > 0 && Number(row?.latency) < 2e9);
        assert.equal(row?.error, null);
      }
    }
    await sums.until((rows) => of(rows, { transport: 'udp', port: 53, protocol: 'dns' }).length >= 2);
    await sums.until((rows) => of(rows, { transport: 'tcp', port: 53, protocol: 'dns' }).length >= 2);
  });

  test('a dead resolver: in flight, then unanswered, with the times it was asked again', async () => {
    await dig(`@${pods.outside.silent}`, '+tries=3', '+time=1', 'lost.example', 'A');
    const rows = await dns.until((all) => {
      const mine = of(all, { query_name: 'lost.example' });
      return mine.length > 0 && mine.every((row) => row.outcome === 'unanswered') && mine;
    });
    assert.equal(total(rows, 'retries') + rows.length, 3, 'asked three times');
    for (const row of rows) {
      assert.deepEqual([row.latency, row.rcode, row.destination], [null, null, `${pods.outside.silent}:53`]);
    }
  });

  test('what DNS answered names the world outside', async () => {
    await dig(`@${pods.addresses.server}`, 'api.example', 'A');
    await pods.spawnIn('client', process.execPath, peer, 'call', pods.outside.alive, '7000', '3').ended();
    const [row] = await sums.until((rows) => {
      const mine = of(rows, { remote_addr: pods.outside.alive, port: 7000 });
      return total(mine, 'conn_close') >= 3 && mine;
    });
    assert.deepEqual([row?.destination, row?.remote_name, row?.remote_pod], ['api.example', 'api.example', null]);
    assert.equal(row?.conn_open, 3);
  });

  test('nothing was lost on the way', () => {
    const lost = sums.losses().filter(({ count }) => count > 0);
    assert.deepEqual(lost, []);
  });
});
