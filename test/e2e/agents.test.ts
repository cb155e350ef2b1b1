/** Terminals and agents that come and go: killed, frozen, started again, unreachable, several of each. */
import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { makeCgroup, type TestCgroup } from '../peers/cgroup.ts';
import { kelpieCli } from '../peers/kelpie.ts';
import { freePort, type RunningServer, serverKinds, startServer } from '../peers/servers.ts';
import type { PersonAtTerminal } from '../terminal/terminal.ts';
import { assertWhole, openKelpie, shownRows } from './kelpie-terminal.ts';

before(() => {
  execFileSync('sh', ['scripts/build.sh', '--quiet'], { stdio: 'inherit' });
});

const enter = '\r';
const started: ChildProcess[] = [];
const watching: PersonAtTerminal[] = [];

interface RunningAgent {
  readonly child: ChildProcess;
  readonly address: string;
}

async function startAgent(cgroup: string, port: number): Promise<RunningAgent> {
  const address = `127.0.0.1:${port}`;
  const child = spawn(process.execPath, [kelpieCli, 'agent', '--listen', address, '--cgroup', cgroup], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  started.push(child);
  let said = '';
  child.stderr?.on('data', (data) => {
    said += data;
  });
  child.stdout?.on('data', (data) => {
    said += data;
  });
  for (let i = 0; i < 400 && !said.includes(address); i += 1) {
    assert.equal(child.exitCode, null, said);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  assert.ok(said.includes(address), `the agent says where it listens: ${said}`);
  return { child, address };
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill(signal);
  await gone;
}

/** `kelpie ARGS` to its end. */
const run = (...args: string[]) =>
  spawnSync(process.execPath, [kelpieCli, ...args], { encoding: 'utf8', timeout: 15_000 });

describe('terminals and agents', { concurrency: 3 }, () => {
  let work: string;
  let cgroup: TestCgroup;
  let server: RunningServer;
  let traffic: NodeJS.Timeout;

  before(async () => {
    work = mkdtempSync(join(tmpdir(), 'kelpie-agents-'));
    writeFileSync(join(work, 'index.html'), '<p>hello</p>\n');
    cgroup = makeCgroup('agents');
    const node = serverKinds.find(({ name }) => name === 'node');
    assert.ok(node);
    server = await startServer(node, cgroup, work, work);
    let n = 0;
    traffic = setInterval(() => {
      n += 1;
      const path = n % 2 === 0 ? `/index.html?even=${n}` : `/nowhere?odd=${n}`;
      fetch(`http://127.0.0.1:${server.port}${path}`).then(
        (response) => response.text(),
        () => undefined,
      );
    }, 50);
  });
  after(async () => {
    clearInterval(traffic);
    for (const terminal of watching) terminal.kill('SIGKILL');
    for (const child of started) await end(child, 'SIGKILL');
    await cgroup.remove();
    rmSync(work, { recursive: true, force: true });
  });

  const watch = (...addresses: string[]) => {
    const terminal = openKelpie(['-c', 'http', '--agents', addresses.join(','), '--refresh', '250ms'], {
      columns: 110,
      rows: 30,
    });
    watching.push(terminal);
    return terminal;
  };
  const titles = (screen: readonly string[]) => screen.join('\n');

  test('an agent killed with -9: a banner with the retry, no lost key, and rows again when it is back', async () => {
    const port = await freePort();
    const agent = await startAgent(cgroup.path, port);
    const terminal = watch(agent.address);
    await terminal.waitFor((screen) => shownRows(screen).length > 3);
    await end(agent.child, 'SIGKILL');
    const told = titles(await terminal.waitFor(/gone: .*retrying/));
    assert.match(told, /agents 0\/1 up|Agents: +0\/1 up/);
    // What was seen stays, and every key typed meanwhile counts, however they arrive.
    assert.ok(shownRows(terminal.screen()).length > 3);
    for (const key of ['/', 'p', 'a', 't', 'h', '~', '^', '/', 'n', 'o', 'w', 'h', 'e', 'r', 'e', enter, 'L', 'k', 'w'])
      terminal.press(key);
    await terminal.waitFor('</path~^/nowhere>');
    await terminal.waitFor('LATENCY↓');
    assertWhole(terminal);

    const again = await startAgent(cgroup.path, port);
    await terminal.waitFor((screen) => !/retrying/.test(titles(screen)), 20_000);
    const rows = shownRows(await terminal.waitFor((screen) => shownRows(screen).length > 5));
    for (const row of rows) assert.match(row.path, /^\/nowhere/);
    terminal.press(`w:agents${enter}${enter}`);
    await terminal.waitFor(/agent\(/);
    terminal.press('G');
    assert.match(titles(await terminal.waitFor(/Leases \(1\)/)), /heads/);
    terminal.press('\x03');
    assert.equal(await terminal.exited, 0);
    await end(again.child, 'SIGTERM');
    assert.equal(again.child.exitCode, 0);
  });

  test('a frozen agent is noticed, and welcome when it thaws', async () => {
    const agent = await startAgent(cgroup.path, await freePort());
    const terminal = watch(agent.address);
    await terminal.waitFor((screen) => shownRows(screen).length > 3);
    agent.child.kill('SIGSTOP');
    await terminal.waitFor(/gone: .*(no word|no answer).*retrying/, 12_000);
    agent.child.kill('SIGCONT');
    await terminal.waitFor((screen) => !/retrying/.test(titles(screen)), 15_000);
    terminal.press('q');
    assert.equal(await terminal.exited, 0);
    await end(agent.child, 'SIGTERM');
  });

  test('a terminal killed with -9 lets its lease run out, and capture stops', async () => {
    const agent = await startAgent(cgroup.path, await freePort());
    const terminal = watch(agent.address);
    await terminal.waitFor((screen) => shownRows(screen).length > 3);
    terminal.kill('SIGKILL');
    await terminal.exited;
    // `--once` asks for what is kept and takes no lease that outlives it.
    const newest = () => {
      const { stdout } = run('get', 'http', '--agents', agent.address, '--once', '--limit', '1', '-o', 'jsonl');
      return String(JSON.parse(stdout.trim().split('\n').at(-1) ?? '{}').time_);
    };
    let before = newest();
    let still = 0;
    const deadline = Date.now() + 30_000;
    while (still < 2) {
      assert.ok(Date.now() < deadline, 'rows still come 30 s after the terminal was killed');
      await new Promise((resolve) => setTimeout(resolve, 1500));
      const now = newest();
      still = now === before ? still + 1 : 0;
      before = now;
    }
    await end(agent.child, 'SIGTERM');
  });

  test('two terminals on one agent, each with its own filter; one leaving takes nothing from the other', async () => {
    const agent = await startAgent(cgroup.path, await freePort());
    const [one, two] = [watch(agent.address), watch(agent.address)];
    await Promise.all([one, two].map((it) => it.waitFor((screen) => shownRows(screen).length > 3)));
    one.press(`/even${enter}`);
    two.press(`/odd${enter}`);
    await one.waitFor('</even>');
    await two.waitFor('</odd>');
    await one.waitFor(
      (screen) => shownRows(screen).length > 3 && shownRows(screen).every((row) => /even/.test(row.path)),
    );
    await two.waitFor(
      (screen) => shownRows(screen).length > 3 && shownRows(screen).every((row) => /odd/.test(row.path)),
    );
    two.press(`:agents${enter}${enter}`);
    await two.waitFor(/agent\(/);
    two.press('G');
    // One looks at requests, with their bodies, beside what the summaries need; the other at agents.
    await two.waitFor(/Leases \(3\)/);
    one.press('\x03');
    assert.equal(await one.exited, 0);
    await two.waitFor(/Leases \(1\)/);
    two.press(`:http${enter}`);
    const [newest = ''] = shownRows(await two.waitFor((screen) => shownRows(screen).length > 3)).map(
      ({ line }) => line,
    );
    await two.waitFor(
      (screen) => shownRows(screen).length > 3 && shownRows(screen).every(({ line }) => line !== newest),
    );
    two.press('\x03');
    await two.exited;
    await end(agent.child, 'SIGTERM');
  });

  test('two agents in one terminal: rows of both, one gone is told while the other goes on', async () => {
    const [one, two] = [
      await startAgent(cgroup.path, await freePort()),
      await startAgent(cgroup.path, await freePort()),
    ];
    const terminal = watch(one.address, two.address);
    await terminal.waitFor(/2\/2 up/);
    terminal.press(`:agents${enter}`);
    await terminal.waitFor(/agents\[2\]/);
    await end(one.child, 'SIGKILL');
    await terminal.waitFor(/gone: .*retrying/);
    await terminal.waitFor(/1\/2 up/);
    terminal.press(`:http${enter}`);
    const [first = ''] = shownRows(await terminal.waitFor((screen) => shownRows(screen).length > 3)).map(
      ({ line }) => line,
    );
    await terminal.waitFor(
      (screen) => shownRows(screen).length > 3 && shownRows(screen).every(({ line }) => line !== first),
    );
    terminal.press('\x03');
    await terminal.exited;
    await end(two.child, 'SIGTERM');
  });

  test('a port that is taken, an agent that is not there, an address that is none', async () => {
    const taken = run('agent', '--listen', `127.0.0.1:${server.port}`, '--cgroup', cgroup.path);
    assert.equal(taken.status, 3);
    assert.match(taken.stderr, new RegExp(`127\\.0\\.0\\.1:${server.port} is in use`));

    const nobody = await freePort();
    const get = run('get', 'http', '--agents', `127.0.0.1:${nobody}`, '--once');
    assert.equal(get.status, 3);
    assert.match(get.stderr, new RegExp(`No agent answers at 127\\.0\\.0\\.1:${nobody}`));
    assert.doesNotMatch(get.stderr, /\n\s+at /);

    const terminal = watch(`127.0.0.1:${nobody}`);
    await terminal.waitFor(/retrying/);
    assert.match(titles(terminal.screen()), new RegExp(`127\\.0\\.0\\.1:${nobody}`));
    const late = await startAgent(cgroup.path, nobody);
    await terminal.waitFor((screen) => shownRows(screen).length > 3, 20_000);
    terminal.press('q');
    await terminal.exited;
    await end(late.child, 'SIGTERM');

    // Something else listens there: HTTP, not gRPC.
    const other = run('get', 'http', '--agents', `127.0.0.1:${server.port}`, '--once');
    assert.equal(other.status, 3, other.stderr);
    assert.match(other.stderr, new RegExp(`127\\.0\\.0\\.1:${server.port}`));
    assert.equal(run('--agents', 'nonsense').status, 2);
  });
});
