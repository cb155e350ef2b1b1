/** Ways that bytes take besides the plain one: another network namespace, the listener before accept, sendfile, abnormal ends. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { IN, OUT } from '../../agent/capture/source.ts';
import { makeCgroup, type TestCgroup } from '../peers/cgroup.ts';
import { type RunningServer, type ServerKind, serverKinds, startServer } from '../peers/servers.ts';
import { assemble, type ObservedSocket, type Observer, observe, until } from './observer.ts';
import { runIn, tool } from './peers.ts';

describe('the ways of bytes', () => {
  let work: string;
  let cgroup: TestCgroup;
  let observer: Observer | undefined;
  const big = Buffer.from(Array.from({ length: 48_000 }, (_, i) => (i * 17) & 255));

  before(() => {
    work = mkdtempSync(join(tmpdir(), 'kelpie-paths-'));
    writeFileSync(join(work, 'hello.txt'), 'hello\n');
    writeFileSync(join(work, 'big.bin'), big);
  });
  after(() => rmSync(work, { recursive: true, force: true }));
  beforeEach(() => {
    cgroup = makeCgroup('paths');
  });
  afterEach(async () => {
    await observer?.close();
    observer = undefined;
    await cgroup.remove();
  });

  /** Its stderr is a file: Apache opens /dev/stderr by name, which a socket does not allow. */
  const start = (name: string): Promise<RunningServer> => {
    const kind = serverKinds.find((candidate) => candidate.name === name);
    assert.ok(kind);
    const command: ServerKind['command'] = (...where) => [
      'sh',
      '-c',
      `exec "$0" "$@" 2>${work}/stderr`,
      ...kind.command(...where),
    ];
    return startServer({ ...kind, command }, cgroup, work, work);
  };
  const begin = (): Observer => {
    observer = observe(cgroup.path);
    observer.watch(65536);
    observer.drain();
    return observer;
  };
  const closedServer = (port: number): Promise<ObservedSocket> =>
    until('the server socket to close', () => observer?.find('server', port).find(({ close }) => close !== undefined));

  test('a server in a network namespace of its own, behind a veth pair', async () => {
    const netns = `kelpie-${process.pid}`;
    const [outside, inside] = [`kva${process.pid}`, `kvb${process.pid}`];
    await tool('ip', 'netns', 'add', netns);
    try {
      await tool('ip', 'link', 'add', outside, 'type', 'veth', 'peer', 'name', inside, 'netns', netns);
      await tool('ip', 'addr', 'add', '198.18.77.1/30', 'dev', outside);
      await tool('ip', 'link', 'set', outside, 'up');
      await tool('ip', '-n', netns, 'addr', 'add', '198.18.77.2/30', 'dev', inside);
      await tool('ip', '-n', netns, 'link', 'set', inside, 'up');
      const { sockets, find } = begin();
      const server = ['netns', 'exec', netns, 'python3', '-m', 'http.server', '8080', '--directory', work];
      cgroup.spawnIn('pod', 'ip', server, { stdio: 'ignore' });
      const url = 'http://198.18.77.2:8080/big.bin';
      const { stdout } = await runIn(cgroup, 'curl', [
        '-s',
        '--retry',
        '20',
        '--retry-connrefused',
        '--retry-delay',
        '1',
        url,
      ]);
      assert.ok(stdout.equals(big));

      const served = await closedServer(8080);
      const [client] = find('client', 8080);
      assert.ok(client);
      const response = assemble(served, OUT);
      assert.ok(response.isWhole);
      assert.ok(response.bytes.subarray(-big.length).equals(big));
      assert.deepEqual(assemble(client, IN), response);
      assert.equal(served.open.localAddress, '198.18.77.2');
      assert.equal(served.open.remoteAddress, '198.18.77.1');
      assert.notEqual(served.open.netnsCookie, client.open.netnsCookie);
      assert.ok(sockets.size >= 2);
    } finally {
      await tool('ip', 'netns', 'del', netns);
    }
  });

  test('TCP_DEFER_ACCEPT: the first request reaches Apache through its listener', async () => {
    const { port } = await start('apache');
    const { orphans } = begin();
    const urls = ['hello.txt?one', 'hello.txt?two'].map((path) => `http://127.0.0.1:${port}/${path}`);
    await runIn(cgroup, 'curl', ['-s', ...urls]);
    const server = await closedServer(port);

    const early = orphans.filter(({ orphan }) => orphan.remotePort === server.open.remotePort);
    assert.ok(early.length > 0, 'Apache defers accept by default');
    assert.deepEqual(
      early.map(({ orphan }) => orphan),
      early.map(() => ({
        localAddress: server.open.localAddress,
        remoteAddress: server.open.remoteAddress,
        localPort: server.open.localPort,
        remotePort: server.open.remotePort,
      })),
    );
    const requests = assemble(server, IN, early);
    assert.ok(requests.isWhole, 'orphans and segments join without a hole');
    assert.match(
      requests.bytes.toString(),
      /^GET \/hello\.txt\?one [\s\S]*\r\n\r\nGET \/hello\.txt\?two [\s\S]*\r\n\r\n$/,
    );
    const second = server.segments.find(({ direction }) => direction === IN);
    assert.ok(second?.messageStart);
  });

  test('sendfile: nginx never has the bytes in its hands', async () => {
    const { port } = await start('nginx');
    begin();
    const { stdout } = await runIn(cgroup, 'curl', ['-s', `http://127.0.0.1:${port}/big.bin`]);
    assert.ok(stdout.equals(readFileSync(join(work, 'big.bin'))));
    const response = assemble(await closedServer(port), OUT);
    assert.ok(response.isWhole);
    assert.ok(response.bytes.subarray(-big.length).equals(big));
  });

  test('a reset connection is told as such', async () => {
    const { port } = await start('node');
    const { find } = begin();
    await runIn(cgroup, 'curl', ['-s', `http://127.0.0.1:${port}/reset`]);
    const server = await closedServer(port);
    assert.ok(!server.segments.some(({ fin }) => fin), 'closed without a FIN');
    const [client] = find('client', port);
    assert.ok(client?.segments.some(({ rst, direction }) => rst && direction === IN));
  });

  test('large requests are captured as they arrive, piece by piece', async () => {
    const { port } = await start('node');
    begin();
    const url = `http://127.0.0.1:${port}/echo`;
    const { stdout } = await runIn(cgroup, 'curl', [
      '-s',
      '-H',
      'Expect:',
      '--data-binary',
      `@${join(work, 'big.bin')}`,
      url,
    ]);
    assert.ok(stdout.equals(big));
    const server = await closedServer(port);
    for (const direction of [IN, OUT] as const) {
      const { bytes, isWhole } = assemble(server, direction);
      assert.ok(isWhole);
      assert.ok(bytes.subarray(-big.length).equals(big));
      assert.ok(server.segments.every(({ payload }) => payload.length <= 16384));
    }
  });
});
