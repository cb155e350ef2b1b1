import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const home = mkdtempSync(join(tmpdir(), 'kelpie-code-cache-'));
after(() => rmSync(home, { recursive: true, force: true }));
const file = fileURLToPath(new URL('code-cache.ts', import.meta.url));

/** Where compiled code is kept, as a process with this environment says. */
function keptIn(env: NodeJS.ProcessEnv): string {
  const script = `import m from 'node:module'; import { keepCompiledCode } from ${JSON.stringify(file)}; keepCompiledCode(process.env); console.log(m.getCompileCacheDir() ?? 'nowhere')`;
  const inherited = { PATH: process.env.PATH };
  return execFileSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
    env: { ...inherited, ...env },
    encoding: 'utf8',
  }).trim();
}

test('compiled code is kept in the cache folder of the person', () => {
  assert.match(keptIn({ HOME: home }), /\.cache\/kelpie\/code/);
});

test('a folder that others may write to is not trusted', () => {
  const caches = join(home, 'shared');
  mkdirSync(join(caches, 'kelpie', 'code'), { recursive: true });
  chmodSync(join(caches, 'kelpie', 'code'), 0o777);
  assert.equal(keptIn({ HOME: home, XDG_CACHE_HOME: caches }), 'nowhere');
});

test('nothing is kept where the home is missing, or when the person said so', () => {
  assert.equal(keptIn({ HOME: join(home, 'gone') }), 'nowhere');
  assert.ok(!existsSync(join(home, 'gone')));
  assert.equal(keptIn({ HOME: home, NODE_DISABLE_COMPILE_CACHE: '1' }), 'nowhere');
});
