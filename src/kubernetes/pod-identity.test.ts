import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { identityOf, type PodObject } from './pod-identity.ts';

const uid = '5c2a7f5d-6f0c-4c0b-9f6a-0d5b8c1f2e3d';
const pod = (parts: PodObject): PodObject => ({
  ...parts,
  metadata: { uid, name: 'web-5d4f8c9b7-x2k4l', namespace: 'shop', ...parts.metadata },
});
const controlledBy = (kind: string, name: string, labels: Readonly<Record<string, string>> = {}) =>
  identityOf(pod({ metadata: { labels, ownerReferences: [{ kind, name, controller: true }] } }))?.owner;

describe('a pod', () => {
  test('of a Deployment is told by its ReplicaSet and the hash of its template, without a look at ReplicaSets', () => {
    const labels = { 'pod-template-hash': '5d4f8c9b7' };
    assert.deepEqual(controlledBy('ReplicaSet', 'web-5d4f8c9b7', labels), { kind: 'Deployment', name: 'web' });
    assert.deepEqual(controlledBy('ReplicaSet', 'my-web-app-5d4f8c9b7', labels), {
      kind: 'Deployment',
      name: 'my-web-app',
    });
    assert.deepEqual(controlledBy('ReplicaSet', 'web', {}), { kind: 'ReplicaSet', name: 'web' });
    assert.deepEqual(controlledBy('ReplicaSet', 'web-1', labels), { kind: 'ReplicaSet', name: 'web-1' });
  });

  test('of anything else has that for an owner; one that nobody controls has none', () => {
    for (const kind of ['StatefulSet', 'DaemonSet', 'Job', 'Node', 'Workflow']) {
      assert.deepEqual(controlledBy(kind, 'x'), { kind, name: 'x' });
    }
    assert.equal(identityOf(pod({}))?.owner, null);
    const both = [
      { kind: 'Thing', name: 'a' },
      { kind: 'Job', name: 'b', controller: true },
    ];
    assert.deepEqual(identityOf(pod({ metadata: { ownerReferences: both } }))?.owner, { kind: 'Job', name: 'b' });
  });

  test('from a file is known by the hash of it, as its cgroup is', () => {
    const annotations = { 'kubernetes.io/config.hash': '0123456789abcdef0123456789abcdef' };
    assert.equal(identityOf(pod({ metadata: { annotations } }))?.uid, '0123456789abcdef0123456789abcdef');
    assert.equal(identityOf(pod({}))?.uid, uid);
  });

  test('has the names of its containers, of every kind and runtime, those that ran before too', () => {
    const identity = identityOf(
      pod({
        status: {
          initContainerStatuses: [{ name: 'migrate', containerID: 'containerd://aaa' }],
          containerStatuses: [
            {
              name: 'app',
              containerID: 'cri-o://bbb',
              lastState: { terminated: { containerID: 'cri-o://ccc' } },
            },
            { name: 'starting', containerID: '' },
          ],
          ephemeralContainerStatuses: [{ name: 'debugger', containerID: 'docker://ddd' }],
        },
      }),
    );
    assert.deepEqual([...(identity?.containers ?? [])].toSorted(), [
      ['aaa', 'migrate'],
      ['bbb', 'app'],
      ['ccc', 'app'],
      ['ddd', 'debugger'],
    ]);
  });

  test('has its addresses, and says when they are its node’s', () => {
    const identity = identityOf(
      pod({ spec: { hostNetwork: true }, status: { podIPs: [{ ip: '10.0.0.1' }, { ip: 'fd00::1' }, {}] } }),
    );
    assert.deepEqual([identity?.addresses, identity?.isHostNetwork], [['10.0.0.1', 'fd00::1'], true]);
  });

  test('without a name is none', () => {
    assert.equal(identityOf({}), undefined);
    assert.equal(identityOf({ metadata: { uid, name: 'x' } }), undefined);
  });
});
