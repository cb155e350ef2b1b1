import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { PodObject } from '../../src/kubernetes/pod-identity.ts';
import { createPodBook } from './pod-book.ts';

const uid = '5c2a7f5d-6f0c-4c0b-9f6a-0d5b8c1f2e3d';
const [first, second] = ['a1'.repeat(32), 'b2'.repeat(32)];
const path = (container: string): string => `/kubepods/burstable/pod${uid}/${container}`;
const web = (container?: string): PodObject => ({
  metadata: { uid, name: 'web-0', namespace: 'shop' },
  status: { containerStatuses: container ? [{ name: 'app', containerID: `containerd://${container}` }] : [] },
});

describe('pods of this node', () => {
  test('name their cgroups', () => {
    const book = createPodBook();
    book.put(web(first));
    const named = { namespace: 'shop', pod: 'shop/web-0', container: 'app', unit: null };
    assert.deepEqual(book.resolver(path(first)), named);
    assert.deepEqual(book.resolver(`/kubepods/burstable/pod${uid}`), { ...named, container: null });
    assert.equal(book.resolver('/system.slice/nginx.service'), undefined);
  });

  test('are unnamed until the API server tells of them, which is said to be for now', () => {
    const book = createPodBook();
    const before = book.resolver(path(first));
    assert.deepEqual([before?.pod, before?.isProvisional], [null, true]);
    book.put(web());
    const starting = book.resolver(path(first));
    assert.deepEqual([starting?.pod, starting?.container, starting?.isProvisional], ['shop/web-0', null, true]);
    book.put(web(first));
    assert.equal(book.resolver(path(first))?.isProvisional, undefined);
  });

  test('have a container that is not in their status yet: the only one that it can be', () => {
    const book = createPodBook();
    const spec = { initContainers: [{ name: 'migrate' }], containers: [{ name: 'app' }] };
    const told = (...names: readonly [name: string, id: string][]) =>
      book.put({
        ...web(),
        spec,
        status: { containerStatuses: names.map(([name, id]) => ({ name, containerID: `containerd://${id}` })) },
      });
    const said = (id: string) => {
      const { container, supposed, isProvisional } = book.resolver(path(id)) ?? {};
      return [container, supposed, isProvisional];
    };
    told();
    assert.deepEqual(said(first), [null, undefined, true], 'it may be either');
    told(['migrate', first]);
    assert.deepEqual(said(first), ['migrate', undefined, undefined]);
    assert.deepEqual(said(second), [null, 'app', true]);
    told(['migrate', first], ['app', second]);
    assert.deepEqual(said(second), ['app', undefined, undefined]);
    assert.deepEqual(said('c3'.repeat(32)), [null, undefined, true], 'the sandbox');
    book.put({ ...web(), spec: { ...spec, ephemeralContainers: [{ name: 'debugger' }] } });
    assert.deepEqual(said('d4'.repeat(32)), [null, 'debugger', true]);
  });

  test('are known when they are gone, and so are containers that were started anew', () => {
    const book = createPodBook();
    book.put(web(first));
    book.put(web(second));
    assert.equal(book.resolver(path(first))?.container, 'app');
    book.remove(uid, web(second));
    assert.deepEqual(book.list(), []);
    assert.equal(book.resolver(path(second))?.pod, 'shop/web-0');
    assert.equal(book.resolver(path(first))?.container, 'app');
  });

  test('that are missing from a later list are gone too, static ones by the UID of their mirror', () => {
    const book = createPodBook();
    const hash = '0123456789abcdef0123456789abcdef';
    const { metadata } = web(first);
    book.put({ metadata: { ...metadata, uid: 'mirror', annotations: { 'kubernetes.io/config.hash': hash } } });
    assert.deepEqual(
      book.list().map(({ uid: each }) => each),
      [hash],
    );
    book.remove('mirror');
    assert.deepEqual(book.list(), []);
    book.remove('nobody');
  });

  test('that lived for a second, and were told of once, at their end, have their names', () => {
    const book = createPodBook();
    book.remove(uid, web(first));
    assert.equal(book.resolver(path(first))?.pod, 'shop/web-0');
  });
});
