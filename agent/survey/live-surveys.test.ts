import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import type { Policy } from '../capture/source.ts';
import { createLiveSurveys } from './live-surveys.ts';
import type { Survey, Surveys } from './surveys.ts';

const root = mkdtempSync(join(tmpdir(), 'kelpie-survey-'));
after(() => rmSync(root, { recursive: true }));
const mount = join(root, 'cgroup');
const proc = join(root, 'proc');

const established = '01';
const listening = '0A';
const line = (local: string, remote: string, state: string, inode: number): string =>
  `   0: ${local} ${remote} ${state} 00000000:00000000 00:00000000 00000000  1000        0 ${inode} 1 0000000000000000`;

/** A process in a cgroup of its own; gives the cgroup's id. */
function addCgroup(path: string, pid: number, sockets: readonly (readonly [number, string])[]): number {
  mkdirSync(join(mount, path), { recursive: true });
  writeFileSync(join(mount, path, 'cgroup.procs'), `${pid}\n`);
  for (const name of ['fd', 'net', 'ns']) mkdirSync(join(proc, `${pid}`, name), { recursive: true });
  symlinkSync(`net:[${4_000_000 + pid}]`, join(proc, `${pid}`, 'ns/net'));
  for (const [inode] of sockets) symlinkSync(`socket:[${inode}]`, join(proc, `${pid}`, 'fd', `${inode}`));
  writeFileSync(join(proc, `${pid}`, 'net/tcp'), ['  sl', ...sockets.map(([, text]) => text)].join('\n'));
  return statSync(join(mount, path)).ino;
}

mkdirSync(mount, { recursive: true });
writeFileSync(join(mount, 'cgroup.procs'), '');
const web = addCgroup('web', 11, [
  [501, line('0100000A:0050', '0200000A:9C40', established, 501)],
  [502, line('00000000:0050', '00000000:0000', listening, 502)],
]);
const db = addCgroup('db', 12, [[601, line('0300000A:1538', '0100000A:9C41', established, 601)]]);
addCgroup('agent', 13, [[701, line('0400000A:0050', '0100000A:9C42', established, 701)]]);

const policy = (cgroupId: number, level: Policy['level'] = 'flows'): Policy => ({
  cgroupId,
  port: 0,
  level,
  messageCap: 0,
  expires: 1e18,
});

describe('surveys', () => {
  /** Asks until a survey is over: one that tells of cgroups as a whole. */
  async function over(surveys: Surveys, policies: readonly Policy[]): Promise<Survey> {
    for (let i = 0; i < 500; i += 1) {
      const last = surveys.take(i, policies).findLast(({ cgroups }) => cgroups.length > 0);
      if (last) return last;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    return assert.fail('no survey came to an end');
  }
  const start = (): Surveys => createLiveSurveys({ mount, top: '/', selfPid: 13, proc });

  test('find the established connections of what is watched, and not those of the agent', async () => {
    const surveys = start();
    const { sockets, cgroups } = await over(surveys, [policy(0)]);
    assert.deepEqual(
      sockets.toSorted(),
      [`${db} 10.0.0.3 5432 10.0.0.1 40001`, `${web} 10.0.0.1 80 10.0.0.2 40000`].toSorted(),
    );
    assert.ok(cgroups.includes(web) && cgroups.includes(db));
    surveys.stop();
  });

  test('are made of cgroups that somebody begins to watch, once', async () => {
    const surveys = start();
    assert.deepEqual((await over(surveys, [policy(web)])).cgroups, [web]);
    const both = [policy(web), policy(db)];
    assert.deepEqual((await over(surveys, both)).cgroups, [db]);
    assert.deepEqual(surveys.take(1, [...both]), []);
    assert.deepEqual(surveys.take(1, []), []);
    assert.deepEqual((await over(surveys, [policy(0, 'heads'), policy(db, 'off')])).cgroups.includes(db), false);
    surveys.stop();
  });

  test('say nothing of the end of connections where a process could not be looked into', async () => {
    const closed = addCgroup('closed', 14, []);
    rmSync(join(proc, '14/fd'), { recursive: true });
    const surveys = start();
    const { cgroups } = await over(surveys, [policy(0)]);
    assert.ok(!cgroups.includes(closed) && cgroups.includes(web));
    surveys.stop();
  });
});
