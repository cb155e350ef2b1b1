import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { before, describe, test } from 'node:test';
import { cgroupDirectory, tracesOf, until } from './demo-process.ts';

before(() => {
  execFileSync('sh', ['scripts/build.sh', '--quiet'], { stdio: 'inherit' });
});

/** The whole product on its demo: terminal side, agent, demo, all as a person starts them. */
function startKelpie(...args: readonly string[]): ChildProcess {
  return spawn(process.execPath, ['dist/kelpie.js', 'get', 'http', '--demo', '-o', 'jsonl', ...args], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}

/** Name of the demo that `kelpie` started, once there is one. */
function demoOf(kelpie: ChildProcess): Promise<string> {
  return until('the demo of kelpie', () =>
    readdirSync(cgroupDirectory('/')).find((entry) => {
      const [, pid] = /^kelpie-demo-(\d+)$/.exec(entry) ?? [];
      return pid !== undefined && parentOf(pid) === kelpie.pid;
    }),
  );
}

function parentOf(pid: string): number {
  try {
    return Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
  } catch {
    return 0;
  }
}

/** Waits for the first row: from then on agent and demo are both at work. */
async function firstRow(kelpie: ChildProcess): Promise<object> {
  let text = '';
  for await (const chunk of kelpie.stdout?.iterator({ destroyOnReturn: false }) ?? []) {
    text += chunk;
    const end = text.indexOf('\n');
    if (end >= 0) return JSON.parse(text.slice(0, end));
  }
  throw new Error('kelpie ended without a row');
}

/** Demo, agent and kernel links: a link lives as long as its agent's process, whose command line names the demo. */
async function leavesNothing(demo: string): Promise<void> {
  await until(`no trace of ${demo}`, () => tracesOf(demo).length === 0).catch((error) => {
    throw new Error(`${error.message}; left: ${tracesOf(demo).join(', ')}`);
  });
}

describe('kelpie on its demo leaves nothing behind', () => {
  const running = async (...args: readonly string[]) => {
    const kelpie = startKelpie(...args);
    const exited = once(kelpie, 'exit');
    const demo = await demoOf(kelpie);
    const row = await firstRow(kelpie);
    kelpie.stdout?.resume();
    assert.ok(tracesOf(demo).length > 0);
    return { kelpie, demo, row, exited };
  };

  test('after the time it was given', async () => {
    const { demo, row, exited } = await running('--duration', '2s');
    assert.ok('req_path' in row);
    assert.deepEqual(await exited, [0, null]);
    await leavesNothing(demo);
  });

  test('after ctrl-c', async () => {
    const { kelpie, demo, exited } = await running('--follow');
    kelpie.kill('SIGINT');
    await exited;
    await leavesNothing(demo);
  });

  test('after kill -9', async () => {
    const { kelpie, demo, exited } = await running('--follow');
    kelpie.kill('SIGKILL');
    await exited;
    await leavesNothing(demo);
  });

  test('when nobody reads its output any more', async () => {
    const { kelpie, demo, exited } = await running('--follow');
    kelpie.stdout?.destroy();
    await exited;
    await leavesNothing(demo);
  });
});
