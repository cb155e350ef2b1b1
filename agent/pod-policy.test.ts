import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { PodIdentity } from '../src/kubernetes/pod-identity.ts';
import { createPodPolicy, type PodPolicyOptions } from './pod-policy.ts';
import { openPolicy, type Policy } from './policy/policy.ts';

const pod = (name: string, annotations: PodIdentity['annotations'] = {}): PodIdentity => ({
  uid: `uid-${name}`,
  namespace: 'shop',
  name,
  owner: null,
  labels: {},
  annotations,
  isHostNetwork: false,
  addresses: [],
  containers: new Map(),
});

function policyWith(policy: Partial<Policy>, options: Partial<PodPolicyOptions> = {}) {
  const file = { policy: { ...openPolicy, ...policy }, path: 'p', loaded: 1n, problem: '', stop() {} };
  return createPodPolicy({
    file,
    pods: () => [],
    namespaceAnnotation: () => undefined,
    isSynced: () => true,
    ownUid: undefined,
    ...options,
  });
}

describe('what an agent may capture', () => {
  test('before the API server has told of any pod: no more than connections, and nothing where some are left out by name', () => {
    let isSynced = false;
    const open = policyWith({}, { isSynced: () => isSynced });
    const careful = policyWith({ excludeNamespaces: ['vault'] }, { isSynced: () => isSynced });
    assert.deepEqual([open.captureAtMost, careful.captureAtMost], ['flows', 'off']);
    assert.equal(open.status()?.captureAtMost, 'flows', 'as :agents says');
    isSynced = true;
    assert.deepEqual([open.captureAtMost, careful.captureAtMost], ['bodies', 'bodies']);
    isSynced = false;
    assert.equal(open.captureAtMost, 'bodies', 'the API server may be away later: its pods are known');
  });

  test('is nothing of itself, and of others what they say', () => {
    const pods = [pod('agent'), pod('shy', { 'kelpie.dev/capture': 'flows' }), pod('open')];
    const policy = policyWith({}, { pods: () => pods, ownUid: 'uid-agent' });
    assert.deepEqual(
      ['agent', 'shy', 'open'].map((name) => policy.limitOf(`shop/${name}`)),
      ['off', 'flows', undefined],
    );
    assert.match(JSON.stringify(policy.status()?.pods), /the agent itself.*annotation of the pod/);
  });

  test('of a pod that is gone stays what it was a while: its last rows are on their way', () => {
    let pods = [pod('shy', { 'kelpie.dev/capture': 'off' })];
    const policy = policyWith({}, { pods: () => pods });
    pods = [];
    policy.update();
    assert.equal(policy.limitOf('shop/shy'), 'off');
    pods = [pod('shy')];
    policy.update();
    assert.equal(policy.limitOf('shop/shy'), undefined, 'it says nothing any more');
  });
});
