/** When capture begins and ends: connections that are older, leases that run out, processes left alone, a full ring, a killed agent. */
import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { type CaptureSource, IN, OUT } from '../../agent/capture/source.ts';
import { cgroupMount, makeCgroup, type TestCgroup } from '../peers/cgroup.ts';
import { freePort, type RunningServer, serverKinds, startServer } from '../peers/servers.ts';
import { assemble, type Observer, observe, until } from './observer.ts';
import { heldConnection, printed, runIn, silentConnection, tool } from './peers.ts';

describe('the life of capture', () => {
  let work: string;
  let cgroup: TestCgroup;
  let observer: Observer | undefined;

  before(() => {
    work = mkdtempSync(join(tmpdir(), 'kelpie-lifecycle-'));
    writeFileSync(join(work, 'hello.txt'), 'hello\n');
    writeFileSync(join(work, 'large.bin'), Buffer.alloc(60_000, 'x'));
  });
  after(() => rmSync(work, { recursive: true, force: true }));
  beforeEach(() => {
    cgroup = makeCgroup('lifecycle');
  });
  afterEach(async () => {
    await observer?.close();
    observer = undefined;
    await cgroup.remove();
  });

  const startNode = (): Promise<RunningServer> => {
    const kind = serverKinds.find(({ name }) => name === 'node');
    assert.ok(kind);
    return startServer(kind, cgroup, work, work);
  };

  /** A client that holds one connection open, on which it asked already or not; `ask` resolves when the response is complete. */
  const hold = async (port: number, client = heldConnection): Promise<{ ask(path: string): Promise<void> }> => {
    const child: ChildProcess = cgroup.spawnIn('held', process.execPath, ['-e', client, '127.0.0.1', String(port)]);
    await printed(child, /connected/);
    return {
      async ask(path) {
        const answered = printed(child, new RegExp(`^${path.replace('?', '\\?')} \\d+$`));
        child.stdin?.write(`${path}\n`);
        await answered;
      },
    };
  };

  /** A held connection that was watched while its client asked for `?one`. */
  const watchedOnce = async () => {
    const { port } = await startNode();
    const seen = observe(cgroup.path, { packetGraceMs: 200 });
    observer = seen;
    seen.watch(65536);
    seen.drain();
    const client = await hold(port);
    await client.ask('/hello.txt?one');
    const [server] = await until('the server socket', () => nonEmpty(seen.find('server', port)));
    return { port, client, server, source: seen.source, seen };
  };

  test('a connection that was open before is met in mid-stream, its later messages are whole', async () => {
    const { port } = await startNode();
    const client = await hold(port);
    observer = observe(cgroup.path);
    observer.watch(65536);
    observer.drain();
    await client.ask('/hello.txt?late');
    const sockets = await until('both ends', () => {
      const found = observer?.find('unknown', port) ?? [];
      return found.length === 2 && found.every(({ segments }) => segments.length >= 2) ? found : undefined;
    });
    const server = sockets.find(({ open }) => open.localPort === port);
    assert.ok(server);
    assert.equal(server.open.firstSeq, undefined);
    assert.equal(server.open.comm, '');
    assert.match(assemble(server, IN).bytes.toString(), /^GET \/hello\.txt\?late HTTP\/1\.1\r\n/);
    assert.match(assemble(server, OUT).bytes.toString(), /^HTTP\/1\.1 200 OK\r\n[\s\S]*hello\n$/);
  });

  test('a lease that nobody extends ends by itself; a longer one is found without being told', async () => {
    const { port } = await startNode();
    observer = observe(cgroup.path);
    const { source } = observer;
    const expires = observer.watch(65536, 1);
    observer.drain();
    const client = await hold(port);
    await client.ask('/hello.txt?in');
    const [server] = await until('the server socket', () => nonEmpty(observer?.find('server', port)));
    await until('the request', () => assemble(server, IN).bytes.includes('?in'));

    await until('the lease to end', () => source.now() > expires);
    const before = source.counters().totals;
    await client.ask('/hello.txt?out');
    await until('packets that met the ended lease', () => (source.counters().totals.expired ?? 0) >= 4);
    assert.equal(source.counters().totals.segments, before.segments);

    observer.watch(65536);
    await client.ask('/hello.txt?again');
    await until('the request after the gap', () =>
      server.segments.some(({ payload }) => Buffer.from(payload).includes('?again')),
    );
    assert.ok(!server.segments.some(({ payload }) => Buffer.from(payload).includes('?out')));
  });

  test('a connection that said nothing while nobody watched is followed on, and is whole', async () => {
    const { client, server, source, seen } = await watchedOnce();

    source.setPolicies([]);
    await until('the programs that see packets to be let go of', () => !seesPackets(source));
    seen.watch(65536);
    assert.ok(seesPackets(source));
    await client.ask('/hello.txt?two');
    await until('the second request', () => assemble(server, IN).bytes.includes('?two'));
    const heard = assemble(server, IN);
    assert.ok(heard.isWhole);
    assert.match(heard.bytes.toString(), /first[\s\S]*\?one[\s\S]*\?two/);
    const request = server.segments.find(({ payload }) => Buffer.from(payload).includes('?two'));
    assert.ok(request?.messageStart);
  });

  test('what was said while nobody watched is missing, and what comes after it is not taken for its continuation', async () => {
    const { port, client, server, source, seen } = await watchedOnce();

    source.setPolicies([]);
    await client.ask('/hello.txt?unseen-attached');
    await until('the programs that see packets to be let go of', () => !seesPackets(source));
    await client.ask('/hello.txt?unseen-detached');
    const late = await hold(port);
    seen.watch(65536);
    await client.ask('/hello.txt?two');
    await late.ask('/hello.txt?late');
    await until('the second request', () => assemble(server, IN).bytes.includes('?two'));
    assert.ok(!assemble(server, IN).isWhole);
    assert.ok(!assemble(server, IN).bytes.includes('unseen'));
    const request = server.segments.find(({ payload }) => Buffer.from(payload).includes('?two'));
    assert.equal(request?.messageStart, false);
    // Opened and heard from while nobody watched: met in mid-stream, though its handshake was seen.
    const met = await until('the other connection', () =>
      seen.find('server', port).find(({ open }) => open.cookie !== server.open.cookie),
    );
    assert.equal(met.open.firstSeq, undefined);
    await until('its request', () => assemble(met, IN).bytes.includes('?late'));
  });

  test('a connection that was opened while nobody watched, and is silent, is whole from its first byte', async () => {
    const { port } = await startNode();
    observer = observe(cgroup.path, { packetGraceMs: 200 });
    await until(
      'the programs that see packets to be let go of',
      () => observer && !seesPackets(observer.source),
      10_000,
    );
    const silent = await hold(port, silentConnection);
    observer.watch(65536);
    observer.drain();
    await silent.ask('/hello.txt?silent');
    const [server] = await until('the server socket', () => nonEmpty(observer?.find('server', port)));
    await until('the request', () => assemble(server, IN).bytes.includes('?silent'));
    assert.ok(assemble(server, IN).isWhole);
    assert.ok(server.open.firstSeq);
  });

  test('level off takes nothing, level flows counts, a cgroup of its own overrules the default', async () => {
    const { port } = await startNode();
    observer = observe(cgroup.path);
    const { source } = observer;
    observer.drain();
    await runIn(cgroup, 'curl', ['-s', `http://127.0.0.1:${port}/hello.txt`]);
    assert.deepEqual(source.counters().totals.packets, 0);

    const expires = source.now() + 60e9;
    const idOf = (path: string): number => Number(statIno(join(cgroupMount(), cgroup.path, path)));
    source.setPolicies([
      { cgroupId: 0, port: 0, level: 'flows', messageCap: 0, expires },
      { cgroupId: idOf('node'), port: 0, level: 'heads', messageCap: 65536, expires },
    ]);
    await runIn(cgroup, 'curl', ['-s', `http://127.0.0.1:${port}/hello.txt`]);
    await until('the server socket', () => nonEmpty(observer?.find('server', port)));
    assert.deepEqual(observer.find('client', port), []);
    const { packets = 0, segments = 0 } = source.counters().totals;
    assert.ok(packets > segments, 'the client side is counted only');

    source.setPolicies([]);
    const { totals } = source.counters();
    await runIn(cgroup, 'curl', ['-s', `http://127.0.0.1:${port}/hello.txt`]);
    assert.deepEqual(source.counters().totals, totals);
  });

  test('sockets of the agent itself are left alone', async () => {
    const port = await freePort();
    const self = cgroup.spawnIn(
      'self',
      'sh',
      ['-c', `read go; exec python3 -m http.server ${port} --bind 127.0.0.1 --directory ${work}`],
      { stdio: ['pipe', 'ignore', 'ignore'] },
    );
    assert.ok(self.pid);
    observer = observe(cgroup.path, { selfPid: self.pid });
    observer.watch(65536);
    observer.drain();
    self.stdin?.write('go\n');
    await runIn(cgroup, 'curl', [
      '-s',
      '--retry',
      '20',
      '--retry-connrefused',
      '--retry-delay',
      '1',
      `http://127.0.0.1:${port}/hello.txt`,
    ]);
    const [client] = await until('the client socket', () => nonEmpty(observer?.find('client', port)));
    await until('the response', () => assemble(client, IN).bytes.includes('hello'));
    assert.deepEqual(observer.find('server', port), []);
  });

  test('what does not fit the ring is counted, and told apart from a cut', async () => {
    const { port } = await startNode();
    observer = observe(cgroup.path, { ringBytes: 32768 });
    observer.watch(65536);
    const client = await hold(port);
    for (let i = 0; i < 5; i++) await client.ask('/large.bin');
    const { losses } = observer.source.counters();
    assert.ok((losses['ring-full'] ?? 0) > 0);

    observer.drain();
    await until('an empty ring', () => (observer?.sockets.size ?? 0) > 0);
    await client.ask('/hello.txt?after');
    const server = await until('the request after the loss', () =>
      observer
        ?.find('server', port)
        .find(({ segments }) => segments.some(({ payload }) => Buffer.from(payload).includes('?after'))),
    );
    const after = server.segments.findLast(({ direction }) => direction === IN);
    assert.ok(after && after.lost > 0);
    assert.ok(!assemble(server, OUT).isWhole);
  });

  test('an agent killed with -9 leaves no program, link or map behind', async () => {
    const agent = spawn(
      process.execPath,
      ['--import', 'tsx', join(import.meta.dirname, 'frozen-agent.ts'), cgroup.path],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    await printed(agent, /capturing/);
    const programs = await attachedPrograms(cgroup.path);
    assert.deepEqual(programs.map(({ name }) => name).sort(), [
      'kelpie_create',
      'kelpie_egress',
      'kelpie_ingress',
      'kelpie_release',
      'kelpie_sockops',
    ]);
    const held = await kernelObjects(programs.map(({ id }) => id));
    assert.ok(held.length > programs.length, 'programs and maps');
    agent.kill('SIGKILL');
    await untilAsync('programs, links and maps to be gone', async () => {
      const [attached, objects] = [await attachedPrograms(cgroup.path), await allObjects()];
      return attached.length === 0 && !held.some((object) => objects.has(object));
    });
  });
});

function seesPackets({ programs }: CaptureSource): boolean {
  return programs.some(({ attachType }) => attachType.startsWith('cgroup_skb'));
}

function statIno(path: string): bigint {
  return statSync(path, { bigint: true }).ino;
}

function nonEmpty<T>(list: readonly T[] | undefined): [T, ...T[]] | undefined {
  const [first, ...rest] = list ?? [];
  return first === undefined ? undefined : [first, ...rest];
}

async function attachedPrograms(cgroupPath: string): Promise<readonly { id: number; name: string }[]> {
  const json = await tool('bpftool', '-j', 'cgroup', 'show', join(cgroupMount(), cgroupPath));
  return json.trim() === '' ? [] : (JSON.parse(json) as { id: number; name: string }[]);
}

interface KernelProgram {
  readonly id: number;
  readonly map_ids?: readonly number[];
}

const showPrograms = async (): Promise<readonly KernelProgram[]> =>
  JSON.parse(await tool('bpftool', '-j', 'prog', 'show'));
const showMaps = async (): Promise<readonly { id: number }[]> => JSON.parse(await tool('bpftool', '-j', 'map', 'show'));

/** These programs and their maps, named by id. */
async function kernelObjects(ids: readonly number[]): Promise<string[]> {
  const programs = (await showPrograms()).filter(({ id }) => ids.includes(id));
  const maps = new Set(programs.flatMap(({ map_ids = [] }) => map_ids));
  return [...ids.map((id) => `program ${id}`), ...[...maps].map((id) => `map ${id}`)];
}

/** Every program and map in the kernel. */
async function allObjects(): Promise<Set<string>> {
  const [programs, maps] = [await showPrograms(), await showMaps()];
  return new Set([...programs.map(({ id }) => `program ${id}`), ...maps.map(({ id }) => `map ${id}`)]);
}

async function untilAsync(what: string, check: () => Promise<boolean>, ms = 5000): Promise<void> {
  const deadline = performance.now() + ms;
  while (!(await check())) {
    if (performance.now() > deadline) assert.fail(`waited ${ms} ms in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
