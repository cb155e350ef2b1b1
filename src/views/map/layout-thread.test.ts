import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, test } from 'node:test';
import { arrange } from './arrange.ts';
import type { Arrangement, Outline } from './arrangement.ts';
import { createLayoutThread } from './layout-thread.ts';

const chain = (length: number): Outline => ({
  nodes: Array.from({ length }, (_, n) => ({ id: `n${n}`, height: 4 })),
  edges: Array.from({ length: length - 1 }, (_, n) => ({ key: `e${n}`, source: `n${n}`, destination: `n${n + 1}` })),
});

describe('the thread that lays out', () => {
  test('answers what was asked last, as it would be answered here', async () => {
    const thread = createLayoutThread();
    let skipped = false;
    thread.ask(chain(30), () => {
      skipped = true;
    });
    const answer = await new Promise<Arrangement>((resolve) => {
      // The thread alone does not keep the process.
      const hold = setInterval(() => {}, 1_000);
      thread.ask(chain(5), (arrangement) => {
        clearInterval(hold);
        resolve(arrangement);
      });
    });
    assert.deepEqual(answer, arrange(chain(5)));
    assert.equal(skipped, false);
  });

  test('does not keep the program from ending', { timeout: 30_000 }, async () => {
    const module = new URL('./layout-thread.ts', import.meta.url).href;
    const script = `import { createLayoutThread } from '${module}'; createLayoutThread().ask({ nodes: [], edges: [] }, () => {});`;
    const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
      stdio: 'inherit',
    });
    const [code] = await once(child, 'exit');
    assert.equal(code, 0);
  });
});
