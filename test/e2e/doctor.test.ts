import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { describe, test } from 'node:test';

const ENTRY = `
  import { doctorCommand } from './agent/doctor/command.ts';
  process.exitCode = await doctorCommand(process.argv.slice(1));
`;

function doctor(...args: readonly string[]) {
  const flags = ['--import', 'tsx', '--input-type=module', '--eval', ENTRY, '--', ...args];
  return spawnSync(process.execPath, flags, { encoding: 'utf8', timeout: 20_000 });
}

describe('kelpie doctor on this machine', () => {
  const { stdout, status } = doctor('-o', 'json');
  const report = JSON.parse(stdout);
  const check = (id: string) => report.checks.find((it: { id: string }) => it.id === id);

  test('tells each check with what it found', () => {
    for (const id of [
      'kernel',
      'arch',
      'cgroup2',
      'privileges',
      'addon',
      'object',
      'node',
      'toolchain',
      'netns',
      'terminal',
    ])
      assert.ok(check(id)?.found, id);
    for (const { id, status, remedy } of report.checks) {
      assert.match(status, /^(ok|warn|fail)$/, id);
      if (status !== 'ok') assert.ok(remedy, `${id} says what to do`);
    }
  });

  test('tries the programs in the kernel and finds that capture works', () => {
    assert.equal(check('programs')?.status, 'ok', JSON.stringify(report.checks, undefined, 1));
    assert.equal(report.captureWorks, true);
    assert.equal(status, 0);
  });

  test('leaves no cgroup and no namespace', () => {
    const mount = check('cgroup2').found.split(' ')[0];
    const left = [mount, '/run/netns'].flatMap((directory) => readdirSync(directory));
    assert.deepEqual(
      left.filter((name) => name.startsWith('kelpie-doctor-')),
      [],
    );
  });

  test('says the same as text, and the verdict last', () => {
    const lines = doctor().stdout.trimEnd().split('\n');
    assert.match(lines[0] ?? '', /, Linux \d+\.\d+/);
    assert.ok(lines.some((line) => /^ {2}ok +cgroup v2 +\//.test(line)));
    assert.equal(lines.at(-1), 'Live capture works here.');
  });

  test('refuses an output format it does not know', () => {
    const { status, stderr } = doctor('-o', 'xml');
    assert.notEqual(status, 0);
    assert.match(stderr, /takes text or json, not "xml"/);
  });
});
