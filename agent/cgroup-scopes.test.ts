import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
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

test('a pod that nobody told of and that is long gone, its empty cgroup left behind, is none', () => {
  const uid = 'aaaad95e-4a4f-4f5c-9d4b-0d4c3a0e9f33';
  const [pod, container] = [join(mount, `kubepods/pod${uid}`), join(mount, `kubepods/pod${uid}/${'b'.repeat(64)}`)];
  const populate = (directory: string, populated: 0 | 1, secondsAgo: number) => {
    writeFileSync(join(directory, 'cgroup.events'), `populated ${populated}\nfrozen 0\n`);
    utimesSync(directory, Date.now() / 1000 - secondsAgo, Date.now() / 1000 - secondsAgo);
  };
  mkdirSync(pod, { recursive: true });
  const ids = () => createCgroupScopes(mount, '/', [createPodBook().resolver])([], true).get(`pod ${uid}`);
  populate(pod, 0, 1);
  assert.equal(ids()?.length, 1, 'its first process is about to come');
  populate(pod, 0, 100);
  assert.equal(ids(), undefined);
  mkdirSync(container);
  populate(container, 0, 1);
  populate(pod, 0, 100);
  assert.equal(ids()?.length, 1, 'a new container');
  for (const each of [container, pod]) populate(each, 1, 100);
  assert.equal(ids()?.length, 2);
});
