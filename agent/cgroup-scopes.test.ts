import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { createPodsBelow } from './attribution/resolvers/pods-below.ts';
import { createCgroupScopes } from './cgroup-scopes.ts';
import { createPodBook } from './kubernetes/pod-book.ts';

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

test('with all pods: those in a scope or in none, also one that the API server has not told of', () => {
  const [told, untold] = ['8c1bd95e-4a4f-4f5c-9d4b-0d4c3a0e9f11', '9d2cd95e-4a4f-4f5c-9d4b-0d4c3a0e9f22'];
  for (const uid of [told, untold]) mkdirSync(join(mount, `kubepods/pod${uid}/${'a'.repeat(64)}`), { recursive: true });
  const book = createPodBook();
  book.put({ metadata: { uid: told, namespace: 'shop', name: 'web' } });
  const cgroupsIn = createCgroupScopes(mount, '/', [book.resolver]);
  assert.deepEqual([...cgroupsIn(['/other'], true).keys()].sort(), ['/other', `pod ${untold}`, 'shop/web']);
  assert.equal(cgroupsIn([], true).get(`pod ${untold}`)?.length, 2, 'the pod’s own and its container’s');
  assert.equal(cgroupsIn([]).size, 0);
  book.put({ metadata: { uid: untold, namespace: 'shop', name: 'late' } });
  assert.ok(cgroupsIn([], true).has('shop/late'));
});
