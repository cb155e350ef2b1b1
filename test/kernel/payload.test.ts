/** What is captured of a connection equals what went over it: by cgroup, for IPv4 and IPv6, up to the cap. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { IN, OUT } from '../../agent/capture/source.ts';
import { makeCgroup, type TestCgroup } from '../peers/cgroup.ts';
import { freePort, type RunningServer, serverKinds, startServer } from '../peers/servers.ts';
import { assemble, type Observer, observe, until } from './observer.ts';
import { heldConnection, printed, runIn } from './peers.ts';

describe('capture of real connections', () => {
  let work: string;
  let cgroup: TestCgroup;
  let observer: Observer;

  before(() => {
    work = mkdtempSync(join(tmpdir(), 'kelpie-payload-'));
    writeFileSync(join(work, 'hello.txt'), 'hello\n');
    writeFileSync(join(work, 'mebibyte.bin'), Buffer.from(Array.from({ length: 1 << 20 }, (_, i) => (i * 31) & 255)));
  });
  after(() => rmSync(work, { recursive: true, force: true }));
  beforeEach(() => {
    cgroup = makeCgroup('payload');
  });
  afterEach(async () => {
    await observer?.close();
    await cgroup.remove();
  });

  const start = (name: string): Promise<RunningServer> => {
    const kind = serverKinds.find((candidate) => candidate.name === name);
    assert.ok(kind);
    return startServer(kind, cgroup, work, work);
  };
  const begin = (messageCap: number): void => {
    observer = observe(cgroup.path);
    observer.watch(messageCap);
    observer.drain();
  };

  test('both ends of a connection hold the same bytes, and they are those the client saw', async () => {
    const { port } = await start('python');
    begin(65536);
    const { stdout, stderr } = await runIn(cgroup, 'curl', ['-sv', `http://127.0.0.1:${port}/hello.txt`]);
    const [client] = await until('the client socket to close', () => closed(observer.find('client', port)));
    const [server] = await until('the server socket to close', () => closed(observer.find('server', port)));

    const request = assemble(client, OUT);
    const response = assemble(client, IN);
    const sent = stderr.split('\n').filter((line) => line.startsWith('> '));
    assert.equal(request.bytes.toString(), `${sent.map((line) => line.slice(2).trimEnd()).join('\r\n')}\r\n`);
    assert.ok(response.bytes.toString().endsWith(`\r\n\r\n${stdout}`));
    assert.ok(request.isWhole && response.isWhole);
    assert.deepEqual(assemble(server, IN), request);
    assert.deepEqual(assemble(server, OUT), response);

    assert.equal(client.open.localPort, server.open.remotePort);
    assert.equal(client.open.localAddress, '127.0.0.1');
    assert.equal(client.open.comm, 'curl');
    const pathOf = (cgroupId: number) => until('the cgroup', () => observer.source.cgroups.pathOf(cgroupId));
    assert.equal(await pathOf(client.open.cgroupId), `${cgroup.path}/client`);
    assert.equal(await pathOf(server.open.cgroupId), `${cgroup.path}/python`);
    assert.deepEqual(client.close?.bytes, [response.length, request.length]);
    assert.ok(client.segments.some(({ fin, direction }) => fin && direction === OUT));
  });

  test('IPv6', async () => {
    const port = await freePort();
    cgroup.spawnIn('six', 'python3', ['-m', 'http.server', String(port), '--bind', '::1', '--directory', work], {
      stdio: 'ignore',
    });
    begin(65536);
    const url = `http://[::1]:${port}/hello.txt`;
    const { stdout } = await runIn(cgroup, 'curl', [
      '-s',
      '--retry',
      '20',
      '--retry-connrefused',
      '--retry-delay',
      '1',
      url,
    ]);
    assert.equal(stdout.toString(), 'hello\n');
    const [server] = await until('the server socket to close', () => closed(observer.find('server', port)));
    assert.equal(server.open.family, 6);
    assert.equal(server.open.localAddress, '::1');
    assert.match(assemble(server, IN).bytes.toString(), /^GET \/hello\.txt HTTP\/1\.1\r\n/);
    assert.ok(assemble(server, OUT).bytes.toString().endsWith('\r\n\r\nhello\n'));
  });

  test('keep-alive: every message starts at a turn of direction', async () => {
    const { port } = await start('node');
    begin(65536);
    const urls = Array.from({ length: 5 }, (_, i) => `http://127.0.0.1:${port}/hello.txt?n=${i}`);
    await runIn(cgroup, 'curl', ['-s', ...urls]);
    const [server] = await until('the server socket to close', () => closed(observer.find('server', port)));
    const heads = server.segments.filter(({ messageStart }) => messageStart);
    assert.deepEqual(
      heads.map(({ direction, payload }) => `${direction} ${Buffer.from(payload).toString().split(' ', 2).join(' ')}`),
      urls.flatMap((_, i) => [`0 GET /hello.txt?n=${i}`, '1 HTTP/1.1 200']),
    );
    assert.ok(assemble(server, IN).isWhole && assemble(server, OUT).isWhole);
  });

  test('a long response is cut at the cap of its message, counted to the last byte, and its end is told in time', async () => {
    const { port } = await start('nginx');
    const cap = 4096;
    begin(cap);
    const file = readFileSync(join(work, 'mebibyte.bin'));
    const url = `http://127.0.0.1:${port}/mebibyte.bin`;
    const { stdout } = await runIn(cgroup, 'curl', ['-s', '-o', '/dev/null', url, '-o', '-', url]);
    assert.ok(stdout.equals(file));

    for (const [role, direction] of [
      ['server', OUT],
      ['client', IN],
    ] as const) {
      const [socket] = await until(`the ${role} socket to close`, () => closed(observer.find(role, port)));
      const sums = socket.segments
        .filter((segment) => segment.direction === direction)
        .map(({ len }) => len)
        .reduce((a, b) => a + b, 0);
      const { bytes, length } = assemble(socket, direction);
      assert.equal(sums, length, 'no byte is told twice or left out');
      assert.equal(bytes.length, 2 * cap, 'each message has its own cap');
      const head = bytes.indexOf('\r\n\r\n') + 4;
      assert.equal(length, 2 * (head + file.length));
      assert.ok(bytes.subarray(head, cap).equals(file.subarray(0, cap - head)));
      assert.ok(bytes.subarray(cap + head).equals(file.subarray(0, cap - head)));
      assert.equal(socket.segments.at(-1)?.lost, 0);
    }
    assert.ok((observer.source.counters().totals.cut_bytes ?? 0) >= 4 * (file.length - cap));
  });

  test('the end of a cut response does not wait for the next request', async () => {
    const { port } = await start('nginx');
    begin(1024);
    const child = cgroup.spawnIn('client', process.execPath, ['-e', heldConnection, '127.0.0.1', String(port)]);
    await printed(child, /connected/);
    child.stdin?.write('/mebibyte.bin\n');
    const server = await until('the whole length while the connection is open', () => {
      const [socket] = observer.find('server', port);
      return socket !== undefined && assemble(socket, OUT).length > 1 << 20 && socket.close === undefined
        ? socket
        : undefined;
    });
    const last = server.segments.findLast(({ direction, len }) => direction === OUT && len > 0);
    const first = server.segments.findLast(({ direction }) => direction === IN);
    assert.ok(last && first && last.time - first.time < 1e9, 'the last record carries the time of the last byte');
    child.kill('SIGKILL');
  });
});

/** The sockets, if there are any and all have closed. */
function closed<T extends { close: unknown }>(sockets: readonly T[]): [T, ...T[]] | undefined {
  const [first, ...rest] = sockets;
  return first && sockets.every(({ close }) => close !== undefined) ? [first, ...rest] : undefined;
}
