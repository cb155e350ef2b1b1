import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { createPodsBelow } from './attribution/resolvers/pods-below.ts';
import { createCgroupScopes } from './cgroup-scopes.ts';

const mount = mkdtempSync(join(tmpdir(), 'kelpie-cgroups-'));
after(() => rmSync(mount, { recursive: true }));
for (const path of ['demo/shop/api/app', 'demo/shop/api/sidecar', 'demo/shop/apiary/app', 'other/x']) {
  mkdirSync(join(mount, path), { recursive: true });
}
const idsOf = (...paths: string[]): number[] => paths.map((path) => statSync(join(mount, path)).ino).sort();

test('a scope stands for its cgroups and those below, as they are now, and for none outside of what is watched', () => {
  const cgroupsIn = createCgroupScopes(mount, '/demo', [createPodsBelow('/demo')]);
  const found = (scope: string): number[] => [...(cgroupsIn([scope]).get(scope) ?? [])].sort();
  assert.deepEqual(found('shop/api'), idsOf('demo/shop/api', 'demo/shop/api/app', 'demo/shop/api/sidecar'));
  assert.deepEqual(found('/demo/shop/api/'), idsOf('demo/shop/api', 'demo/shop/api/app', 'demo/shop/api/sidecar'));
  assert.deepEqual(found('/other'), []);
  assert.deepEqual(found('shop/gone'), []);
  mkdirSync(join(mount, 'demo/shop/apiary/new'));
  assert.deepEqual(found('shop/apiary'), idsOf('demo/shop/apiary', 'demo/shop/apiary/app', 'demo/shop/apiary/new'));
});
