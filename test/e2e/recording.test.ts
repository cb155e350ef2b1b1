/** A recording made from the live kernel replays to the very exchanges that were seen live. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { makeCgroup, type TestCgroup } from '../peers/cgroup.ts';
import { agentBundle, follow, kelpieCli } from '../peers/kelpie.ts';
import { serverKinds, startServer } from '../peers/servers.ts';

type Row = Record<string, unknown>;

describe('a recording of live traffic', () => {
  const work = mkdtempSync(join(tmpdir(), 'kelpie-recording-'));
  const file = join(work, 'live.kelpie');
  let cgroup: TestCgroup;
  let live: Row[];

  before(async () => {
    const root = join(work, 'root');
    mkdirSync(root);
    writeFileSync(join(root, 'data.json'), JSON.stringify({ list: Array.from({ length: 3000 }, (_, i) => i) }));
    cgroup = makeCgroup('recording');
    const kinds = serverKinds.filter(({ name }) => name === 'nginx' || name === 'node');
    const servers = await Promise.all(kinds.map((kind) => startServer(kind, cgroup, root, work)));
    live = await recordLive(servers.map(({ port }) => port));
  });

  after(async () => {
    await cgroup.remove();
    rmSync(work, { recursive: true, force: true });
  });

  /** Traffic of many kinds, recorded and watched at the same time by one agent. */
  async function recordLive(ports: readonly number[]): Promise<Row[]> {
    const socket = `unix:${join(work, 'agent.sock')}`;
    const args = ['--source', 'live', '--cgroup', cgroup.path, '--record', file, '--listen', socket, '--stdin-watch'];
    const agent = spawn(process.execPath, [agentBundle, ...args], { stdio: ['pipe', 'pipe', 'ignore'] });
    await once(agent.stdout, 'data');
    const captured = follow(['--agents', socket]);
    const requests = ports.flatMap((port) =>
      [
        ['/data.json'],
        ['/data.json', '-H', 'accept-encoding: gzip', '-H', 'authorization: Bearer hidden-token'],
        ['/nowhere'],
        ['/chunked'],
        ['/slow'],
        ['/reset'],
        ['/echo', '-d', 'quantity=3', '-H', 'cookie: session=hidden-cookie'],
      ].map(([path, ...rest]) => ['-s', '--max-time', '5', ...rest, `http://127.0.0.1:${port}${path}`]),
    );
    const final = () => captured.rows.filter((row) => row.outcome !== 'in-flight');
    for (const [i, request] of requests.entries()) {
      await once(cgroup.spawnIn('client', 'curl', request, { stdio: 'ignore' }), 'close');
      await captured.until(() => new Set(final().map((row) => row.id)).size === 2 * (i + 1));
    }
    await captured.stop();
    agent.stdin.end();
    await once(agent, 'close');
    return final();
  }

  async function replay(...args: string[]): Promise<Row[]> {
    const child = spawn(process.execPath, [kelpieCli, 'get', 'http', '--replay', file, '-o', 'jsonl', ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let out = '';
    child.stdout.setEncoding('utf8').on('data', (text) => {
      out += text;
    });
    await once(child, 'close');
    assert.equal(child.exitCode, 0);
    return out
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line));
  }

  const byId = (rows: readonly Row[]) => [...rows].sort((a, b) => String(a.id).localeCompare(String(b.id)));

  test('replays to identical rows, every column, headers and bodies included', async () => {
    assert.ok(live.length >= 28, `${live.length} rows were seen live`);
    assert.deepEqual(byId(await replay()), byId(live));
  });

  test('replays to the same rows every time, filtered where the rows are', async () => {
    const errors = await replay('--filter', 'status>=400');
    assert.deepEqual(byId(errors), byId(live.filter((row) => Number(row.resp_status) >= 400)));
  });

  test('holds no secret, and is small', async () => {
    const rows = JSON.stringify(await replay('--no-redact'));
    assert.ok(rows.includes('authorization') && rows.includes('cookie'));
    assert.ok(!rows.includes('hidden-token') && !rows.includes('hidden-cookie'));
    assert.ok(statSync(file).size < 200_000);
  });
});
