/**
 * What one peer that means harm can do to the rest: nothing. Beside each kind of it ordinary requests are all captured, and the
 * agent keeps to its memory. Real sockets, the real kernel.
 */
import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { endpointAt } from '../../src/agent-client/client.ts';
import { createAgentClient } from '../../src/agent-client/create-agent-client.ts';
import type { AgentStatus, Loss } from '../../src/domain/agent-status.ts';
import type { Row } from '../../src/domain/column.ts';
import { httpEvents } from '../../src/domain/tables/http-events.ts';
import { type RunningAgent, startAgentProcess } from '../peers/agent.ts';
import { makePods, type Peer, type Pods } from '../peers/pods.ts';
import { freePort } from '../peers/servers.ts';

const peer = join(import.meta.dirname, '../peers/hostile-peer.py');
const port = '8080';
const politely = ['-n', '10', 'python3'];
/** The agent's own promise is 160 MiB (docs/benchmarks.md); V8 lets garbage lie while the machine is busy. */
let mostMemory = 300 << 20;
/** What an idle connection may add to that, bytes (agent/idle-memory.test.ts). */
const idleMemory = 700;

interface Crowd {
  line(): Promise<string>;
  tell(line: string): void;
}

function crowdOf({ stdin, stdout }: ChildProcess): Crowd {
  const lines = stdout ? createInterface(stdout)[Symbol.asyncIterator]() : undefined;
  return {
    line: async () => (await lines?.next())?.value ?? 'nothing',
    tell: (line) => void stdin?.write(`${line}\n`),
  };
}

interface Seen {
  /** The newest state of every request whose path begins with that. */
  all(first: string): Row[];
  /** How many those are. */
  count(first: string): number;
  losses(): readonly Loss[];
  /** Rows that this reader was too slow for, and exchanges that the agent read. */
  missed(): number;
  exchanges(): number;
  /** Exchanges that a budget left out: on a machine that is busy with other things the agent takes less on, and says so. */
  leftOut(): number;
  /** Resolves with what `look` gives once that is something; rejects with losses and counts. */
  until<T>(look: () => T | undefined | false, ms?: number): Promise<T>;
  close(): Promise<void>;
}

/** Watches requests with a lease on everything; costs as little as it can, as it must not fall behind. */
function watchRequests(address: string): Seen {
  const byFirst = new Map<string, Map<unknown, Row>>();
  const ofReader = new Map<string, number>();
  let status: AgentStatus | undefined;
  const client = createAgentClient({
    agents: [endpointAt(address)],
    queries: [{ table: httpEvents.id, filter: '', payload: false, backlog: 10_000, maxRowsPerSecond: 0, once: false }],
    leases: [{ name: 'test', level: 'heads', scopes: [], messageCap: 0 }],
    onEvent(event) {
      if (event.type === 'status') status = event.status;
      if (event.type === 'loss') for (const { reason, count } of event.losses) ofReader.set(reason, count);
      if (event.type !== 'rows') return;
      for (const row of event.rows) {
        const first = String(row.req_path).split('/')[1] ?? '';
        const known = byFirst.get(first) ?? new Map<unknown, Row>();
        byFirst.set(first, known.set(row.id, row));
      }
    },
  });
  const all = (first: string): Row[] => [...(byFirst.get(first)?.values() ?? [])];
  const counts = () => JSON.stringify([...byFirst].map(([first, known]) => [first, known.size]));
  return {
    all,
    count: (first) => byFirst.get(first)?.size ?? 0,
    losses: () => status?.losses ?? [],
    missed: () => ofReader.get('slow-reader') ?? 0,
    exchanges: () => status?.totals.exchanges ?? 0,
    // A request and a response each.
    leftOut: () => (status?.totals.sampled_messages ?? 0) / 2,
    async until(look, ms = 30_000) {
      const deadline = performance.now() + ms;
      for (;;) {
        const found = look();
        if (found !== undefined && found !== false) return found as Exclude<typeof found, false | undefined>;
        if (performance.now() > deadline) {
          const totals = JSON.stringify(status?.totals);
          const losses = `${JSON.stringify(status?.losses)}, of the reader ${JSON.stringify([...ofReader])}`;
          assert.fail(`it never came: rows ${counts()}; lost ${losses}; totals ${totals}`);
        }
        await delay(50);
      }
    },
    close: () => client.close(),
  };
}

before(() => {
  execFileSync('sh', ['scripts/build.sh', '--quiet'], { stdio: 'inherit' });
});

describe('beside ordinary requests', () => {
  let work: string;
  let pods: Pods;
  let agent: RunningAgent;
  let seen: Seen;
  const children: ChildProcess[] = [];

  before(async () => {
    work = mkdtempSync(join(tmpdir(), 'kelpie-load-'));
    pods = makePods('load');
    assert.equal(await pods.spawnIn('server', 'python3', peer, 'serve', pods.addresses.server, port).line(), 'ready');
    const { path } = pods.cgroup;
    agent = await startAgentProcess(`unix:${work}/agent.sock`, '--cgroup', path, '--pods-below', path);
    seen = watchRequests(agent.address);
    await warmUp();
  });

  after(async () => {
    for (const child of children) child.kill('SIGKILL');
    await seen?.close();
    await agent?.stop();
    await pods?.remove();
    rmSync(work, { recursive: true, force: true });
  });

  /** Asks until the first row is seen: capture is on. */
  async function warmUp(): Promise<void> {
    while (seen.count('warm-up') === 0) await ordinary('warm-up', 1);
  }

  /** Idle connections to a watched server; their other ends are not watched. Both stand for other machines, and leave this one's CPUs to the rest. */
  async function makeCrowd(address: string, count: number): Promise<Crowd> {
    const idlePort = `${await freePort()}`;
    const stdio = ['pipe', 'pipe', 'inherit'] as const;
    const server = pods.cgroup.spawnIn('shop/idle/app', 'nice', [...politely, peer, 'serve', '127.0.0.1', idlePort], {
      stdio: [...stdio],
    });
    children.push(server);
    assert.equal(await crowdOf(server).line(), 'ready');
    const clients = spawn('nice', [...politely, peer, 'idle', '127.0.0.1', idlePort, `${count}`, address], {
      stdio: [...stdio],
    });
    children.push(clients);
    return crowdOf(clients);
  }

  function harm(mode: string, ...args: string[]): Peer {
    return pods.spawnIn('outside', 'python3', peer, mode, ...args);
  }

  async function ordinary(name: string, count: number): Promise<void> {
    const asking = pods.spawnIn('outside', 'python3', peer, 'ask', pods.addresses.server, port, `${count}`, name);
    assert.equal(await asking.line(), 'done');
    await asking.ended();
  }

  /** Each request has its one row, answered; and the agent is as small as it should be. */
  async function assertAll(name: string, count: number): Promise<void> {
    await seen.until(() => seen.count(name) >= count);
    const told = seen.all(name);
    assert.deepEqual(new Set(told.map((row) => row.outcome)), new Set(['ok']));
    assert.equal(new Set(told.map((row) => row.req_path)).size, count);
    assert.equal(told.length, count);
    assert.ok(residentPeak() < mostMemory, `${residentPeak() >> 20} MiB`);
  }

  const residentPeak = (): number =>
    Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${agent.pid}/status`, 'utf8'))?.[1]) * 1024;

  test('a head that never ends takes nothing from them', async () => {
    const endless = harm('header', pods.addresses.server, port);
    assert.equal(await endless.line(), 'ready');
    await ordinary('beside-header', 1000);
    endless.tell('enough');
    await endless.ended();
    await assertAll('beside-header', 1000);
    const cut = await seen.until(() => seen.all('endless').find((row) => row.error !== null));
    assert.match(String(cut.error), /head cut/);
  });

  test('a message of one byte a segment takes nothing from them', async () => {
    const bytes = harm('bytes', pods.addresses.server, port, '20000');
    assert.equal(await bytes.line(), 'ready');
    await ordinary('beside-bytes', 1000);
    assert.equal(await bytes.line(), 'done');
    await assertAll('beside-bytes', 1000);
    bytes.child.stdin?.end();
    const whole = await seen.until(() => seen.all('bytes').find((row) => row.req_body_size === 20_000));
    assert.equal(whole.req_method, 'POST');
  });

  test('a connection with holes that nobody fills takes nothing from them', async () => {
    const mac = /ether (\S+)/.exec(pods.lookIn('server', 'ip', 'link', 'show', 'eth0'))?.[1] ?? '';
    const gateway = /\.254 .*lladdr (\S+)/.exec(pods.lookIn('server', 'ip', 'neigh', 'show', 'dev', 'eth0'))?.[1] ?? '';
    // Nobody has this address, so nobody's kernel resets the connection that is forged from it.
    const address = pods.addresses.server.replace(/\d+$/, '77');
    pods.lookIn('server', 'ip', 'neigh', 'replace', address, 'lladdr', gateway, 'dev', 'eth0', 'nud', 'permanent');
    const gap = harm('gap', 'server', mac, pods.addresses.server, port, address, '20000');
    assert.equal(await gap.line(), 'ready');
    await ordinary('beside-gap', 1000);
    assert.equal(await gap.line(), 'done');
    await assertAll('beside-gap', 1000);
    await seen.until(() => seen.losses().some(({ reason, count }) => reason === 'stream-gap' && count > 0));
  });

  test('a crowd of idle connections takes nothing from them, and are read again when they speak', async (t) => {
    // Twenty times what the agent follows at once: 36 s on two cores. KELPIE_TEST_IDLE sets another number.
    const count = Number(process.env.KELPIE_TEST_IDLE ?? 100_000);
    // One process may have so many files open, and one address some 28,000 ports, which are slow to find when most are taken.
    const limit = Number(execFileSync('sh', ['-c', 'ulimit -Hn'], { encoding: 'utf8' })) || 20_000;
    const each = Math.min(limit - 500, 15_000, count);
    mostMemory += count * idleMemory;
    const crowds: Crowd[] = [];
    for (let left = count; left > 0; left -= each) {
      crowds.push(await makeCrowd(`127.0.77.${crowds.length + 1}`, Math.min(left, each)));
    }
    t.diagnostic(`${count} connections of ${crowds.length} processes`);
    const all = Promise.all(crowds.map((crowd) => crowd.line()));
    await ordinary('beside-idle', 1000);
    assert.deepEqual(new Set(await all), new Set(['ready']));
    await ordinary('still-idle', 1000);
    await assertAll('beside-idle', 1000);
    await assertAll('still-idle', 1000);
    // All of a crowd at once. The agent reads all of it, or counts it; its reader may be slower, and is told.
    const accounted = () => seen.exchanges() + seen.leftOut();
    const [before, leftOutBefore] = [accounted(), seen.leftOut()];
    for (const crowd of crowds) {
      crowd.tell('again');
      assert.equal(await crowd.line(), 'done');
    }
    await seen.until(() => accounted() >= before + count, 60_000);
    await seen.until(() => seen.count('again') + seen.missed() + seen.leftOut() - leftOutBefore >= count);
    assert.ok(residentPeak() < mostMemory, `${residentPeak() >> 20} MiB`);
    t.diagnostic(`${residentPeak() >> 20} MiB at most; losses: ${JSON.stringify(seen.losses())}`);
  });
});
