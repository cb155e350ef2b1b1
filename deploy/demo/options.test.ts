import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cgroup2Mount } from './cgroup.ts';
import { parseCommand } from './options.ts';
import { podOf } from './pods.ts';

test('no argument runs the demo with its defaults', () => {
  assert.deepEqual(parseCommand([]), { kind: 'demo', options: { seed: 1, rate: 18, waitForGo: false } });
});

test('a pod is one of the table', () => {
  const command = parseCommand(['--pod', 'postgres-0', '--seed', '5']);
  assert.deepEqual(command, {
    kind: 'pod',
    pod: podOf('postgres'),
    options: { seed: 5, rate: 18, waitForGo: false },
  });
  assert.throws(() => parseCommand(['--pod', 'database']), /unknown pod database/);
});

for (const args of [['--rate', 'fast'], ['--rate', '0'], ['--rate', ''], ['--seed', '-1'], ['--nope'], ['stray']])
  test(`refuses ${args.join(' ')}`, () => {
    assert.throws(() => parseCommand(args), { name: 'AppError', code: 'usage' });
  });

test('finds cgroup v2 alone, beside v1, and not at all', () => {
  const v1 = '25 24 0:22 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu';
  const unified = '29 24 0:26 / /sys/fs/cgroup/unified rw,relatime shared:9 - cgroup2 cgroup2 rw';
  const part = '40 24 0:26 /docker/abc /container/cgroup ro - cgroup2 cgroup rw';
  assert.equal(cgroup2Mount([v1, unified].join('\n')), '/sys/fs/cgroup/unified');
  assert.equal(cgroup2Mount([part, unified].join('\n')), '/sys/fs/cgroup/unified');
  assert.equal(cgroup2Mount(part), '/container/cgroup');
  assert.equal(cgroup2Mount(v1), undefined);
});
