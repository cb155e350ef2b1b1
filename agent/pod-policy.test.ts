import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Row } from '../src/domain/column.ts';
import { connStats } from '../src/domain/tables/conn-stats.ts';
import { exampleHttpEvent } from '../src/domain/tables/example-http-event.ts';
import { httpEvents } from '../src/domain/tables/http-events.ts';
import { podStats } from '../src/domain/tables/pod-stats.ts';
import type { PodIdentity } from '../src/kubernetes/pod-identity.ts';
import { createPodPolicy, type PodPolicyOptions } from './pod-policy.ts';
import { guarded } from './policy/guard.ts';
import { captureAnnotation } from './policy/pod-limits.ts';
import { openPolicy, type Policy } from './policy/policy.ts';

const pod = (name: string, annotations: PodIdentity['annotations'] = {}): PodIdentity => ({
  uid: `uid-${name}`,
  namespace: 'shop',
  name,
  owner: null,
  labels: {},
  annotations,
  isHostNetwork: false,
  phase: 'Running',
  addresses: [],
  containers: new Map(),
  declared: [],
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
      ['off', 'flows', 'bodies'],
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
    assert.equal(policy.limitOf('shop/shy'), 'bodies', 'it says nothing any more');
  });
});

/** What comes of a row of the agent's. */
const told = (
  { isOpen, limitOf }: ReturnType<typeof policyWith>,
  table: typeof httpEvents | typeof connStats | typeof podStats,
  row: Row,
): Row | undefined => (isOpen ? row : guarded(table as typeof httpEvents, row, limitOf, () => {}));

const request = (of: string | null): Row => ({
  ...exampleHttpEvent(),
  pod: of,
  entity: null,
  req_body: Buffer.from('card=4111'),
  resp_body: Buffer.from('{}'),
});
const saying = (name: string, level?: string) => pod(name, level === undefined ? {} : { [captureAnnotation]: level });

describe('what an agent tells under its policy', () => {
  test('is everything where nothing is kept back', () => {
    const policy = policyWith({});
    const row = request('shop/web');
    assert.equal(told(policy, httpEvents, row), row);
    assert.equal(policy.isOpen, true);
  });

  test('nobody sees bodies where heads are the most, of no pod and of nothing that is no pod', () => {
    const policy = policyWith({ captureAtMost: 'heads', captureByDefault: 'heads' }, { pods: () => [pod('web')] });
    for (const of of ['shop/web', 'shop/unknown', null]) {
      const row = told(policy, httpEvents, request(of));
      assert.deepEqual([row?.req_body, row?.resp_body], [null, null]);
      assert.equal(row?.req_path, exampleHttpEvent().req_path);
    }
  });

  test('where connections are the most there are no requests, and where it is off there is nothing', () => {
    const flows = policyWith({ captureAtMost: 'flows', captureByDefault: 'flows' });
    assert.equal(told(flows, httpEvents, request('shop/web')), undefined);
    assert.equal(told(flows, podStats, { entity: 'shop/web' }), undefined);
    assert.ok(told(flows, connStats, { pod: 'shop/web' }));
    const off = policyWith({ captureAtMost: 'off', captureByDefault: 'off' });
    assert.equal(told(off, connStats, { pod: 'shop/web' }), undefined);
  });

  test('is of a pod what it has, also above what those have that say nothing', () => {
    const pods = [saying('shy', 'off'), saying('open', 'bodies'), saying('silent')];
    const policy = policyWith({ captureByDefault: 'heads' }, { pods: () => pods });
    assert.equal(told(policy, httpEvents, request('shop/shy')), undefined);
    assert.deepEqual(told(policy, httpEvents, request('shop/open'))?.req_body, Buffer.from('card=4111'));
    assert.equal(told(policy, httpEvents, request('shop/silent'))?.req_body, null);
    assert.deepEqual(
      policy.status()?.pods.map(({ pod: name, level }) => `${name} ${level}`),
      ['shop/shy off', 'shop/open bodies', 'shop/silent heads'],
    );
  });

  test('is never of its own pod, whatever that says', () => {
    const policy = policyWith({}, { pods: () => [saying('agent', 'bodies')], ownUid: 'uid-agent' });
    assert.equal(told(policy, httpEvents, request('shop/agent')), undefined);
    assert.equal(told(policy, connStats, { pod: 'shop/agent' }), undefined);
  });
});
