/** Where capture cannot run, it says why and what to do, and leaves nothing behind. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { buildSync } from 'esbuild';
import { createLiveSource } from '../../agent/capture/live.ts';
import { builtFile } from '../../agent/native/native.ts';
import { AppError } from '../../src/domain/errors.ts';
import { finished, tool } from './peers.ts';

const reasonOf = (call: () => unknown): string => {
  try {
    call();
  } catch (error) {
    assert.ok(error instanceof AppError && error.code === 'ebpf-unavailable');
    return error.message;
  }
  return assert.fail('nothing was thrown');
};

test('a cgroup that does not exist', () => {
  const message = reasonOf(() => createLiveSource({ cgroupPath: '/no-such-cgroup', selfPid: process.pid }));
  assert.match(message, /there is no cgroup \/no-such-cgroup\. .*--cgroup/);
});

test('without the privilege, or without what the build makes', async () => {
  const work = mkdtempSync(join(tmpdir(), 'kelpie-refusals-'));
  try {
    // A bundle in a folder that another user may read, as it is installed.
    const bundle = join(work, 'agent.mjs');
    const main = `import { createLiveSource } from ${JSON.stringify(join(import.meta.dirname, '../../agent/capture/live.ts'))};
      try { createLiveSource({ cgroupPath: '/', selfPid: process.pid }); } catch (error) { console.log(error.code + ' ' + error.message); }`;
    const entry = join(work, 'entry.ts');
    writeFileSync(entry, main);
    buildSync({
      entryPoints: [entry],
      outfile: bundle,
      bundle: true,
      platform: 'node',
      format: 'esm',
      logLevel: 'error',
    });
    cpSync(process.execPath, join(work, 'node'));
    const run = async (): Promise<string> => {
      const { stdout, stderr } = await finished(
        spawn(join(work, 'node'), [bundle], { cwd: work, uid: 65534, gid: 65534 }),
      );
      assert.equal(stderr, '');
      return stdout.toString();
    };
    await tool('chmod', '-R', 'a+rX', work);
    assert.match(await run(), /^ebpf-unavailable .*kelpie_native\.node was not built.*npm run build/);

    for (const name of ['kelpie_native.node', 'capture.bpf.o']) {
      cpSync(builtFile(name) ?? assert.fail(`${name} was not built`), join(work, name));
    }
    await tool('chmod', '-R', 'a+rX', work);
    assert.match(await run(), /^ebpf-unavailable .*no permission to load BPF programs\. Run as root, or with CAP_BPF/);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
});
