import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Row } from '../src/domain/column.ts';
import { connStats } from '../src/domain/tables/conn-stats.ts';
import { exampleHttpEvent } from '../src/domain/tables/example-http-event.ts';
import { httpEvents } from '../src/domain/tables/http-events.ts';
import { podStats } from '../src/domain/tables/pod-stats.ts';
import type { PodIdentity } from '../src/kubernetes/pod-identity.ts';
import { untoldPod } from './attribution/workload.ts';
import { createPodPolicy, type PodPolicyOptions, type ToldPods } from './pod-policy.ts';
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

interface Cluster extends Partial<Pick<ToldPods, 'pods' | 'isSynced'>>, Partial<PodPolicyOptions> {
  /** Annotations of the namespaces that were told of, by name; default: that of the pods, which says nothing. */
  readonly namespaces?: Readonly<Record<string, string | undefined>>;
}

function policyWith(policy: Partial<Policy>, cluster: Cluster = {}) {
  const file = { policy: { ...openPolicy, ...policy }, path: 'p', loaded: 1n, problem: '', stop() {} };
  const { pods = () => [], isSynced = () => true, namespaces = { shop: undefined }, ...options } = cluster;
  const told: ToldPods = {
    pods,
    isSynced,
    namespaces: {
      annotation: (name) => namespaces[name],
      knows: (name) => name in namespaces,
      annotations: () => Object.values(namespaces).filter((value) => value !== undefined),
    },
  };
  return createPodPolicy({ file, told, untold: () => [], ownUid: undefined, ...options });
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
  ...(of === null && { source: 'curl', destination: 'nginx' }),
  entity: null,
  req_body: Buffer.from('card=4111'),
  resp_body: Buffer.from('{}'),
});
const saying = (name: string, level?: string) => pod(name, level === undefined ? {} : { [captureAnnotation]: level });

describe('what an agent tells under its policy', () => {
  test('is everything where nothing is kept back', () => {
    const row = request('shop/web');
    assert.equal(told(policyWith({}, { pods: () => [pod('web')] }), httpEvents, row), row);
    const alone = policyWith({}, { told: undefined });
    assert.deepEqual([alone.isOpen, told(alone, httpEvents, row)], [true, row], 'without an API server too');
  });

  test('nobody sees bodies where heads are the most, of no pod and of nothing that is no pod', () => {
    const policy = policyWith({ captureAtMost: 'heads', captureByDefault: 'heads' }, { pods: () => [pod('web')] });
    for (const of of ['shop/web', null]) {
      const row = told(policy, httpEvents, request(of));
      assert.deepEqual([row?.req_body, row?.resp_body], [null, null]);
      assert.equal(row?.req_path, exampleHttpEvent().req_path);
    }
  });

  test('where connections are the most there are no requests, and where it is off there is nothing', () => {
    const pods = () => [pod('web')];
    const flows = policyWith({ captureAtMost: 'flows', captureByDefault: 'flows' }, { pods });
    assert.equal(told(flows, httpEvents, request('shop/web')), undefined);
    assert.equal(told(flows, podStats, { entity: 'shop/web' }), undefined);
    assert.ok(told(flows, connStats, { pod: 'shop/web' }));
    const off = policyWith({ captureAtMost: 'off', captureByDefault: 'off' }, { pods });
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

describe('of a pod that the API server has not told of', () => {
  const uid = '8c1bd95e-4a4f-4f5c-9d4b-0d4c3a0e9f11';
  const name = untoldPod(uid);
  const cgroup = `/kubepods.slice/kubepods-pod${uid.replaceAll('-', '_')}.slice/cri-containerd-${'a'.repeat(64)}.scope`;
  /** As attribution has it: it has no name, its process and its cgroup are known. */
  const untoldRow = (): Row => ({
    ...request(null),
    trace_role: 'server',
    destination: name,
    process: 'nginx',
    cgroup,
  });

  test('nothing is told but its connections, also while the watch goes on or is away, until it was told of', () => {
    let pods: PodIdentity[] = [];
    let isSynced = true;
    const policy = policyWith({}, { pods: () => pods, isSynced: () => isSynced, untold: () => [name] });
    for (const state of [true, false]) {
      isSynced = state;
      assert.equal(told(policy, httpEvents, untoldRow()), undefined);
      assert.equal(told(policy, httpEvents, { ...untoldRow(), destination: 'nginx' }), undefined, 'by its cgroup');
      assert.equal(told(policy, podStats, { entity: name, trace_role: 'server' }), undefined);
      assert.ok(told(policy, connStats, { pod: null, cgroup }));
      assert.equal(policy.limitOf(name), 'flows', 'in the kernel too');
      assert.equal(policy.captureAtMost, 'bodies', 'others are as they were');
    }
    assert.deepEqual(policy.status()?.pods, [
      { pod: name, level: 'flows', reason: 'the API server has not told of it yet' },
    ]);
    pods = [pod('web')];
    assert.equal(told(policy, httpEvents, request('shop/web')), undefined, 'it has a name a moment before its level');
    policy.update();
    assert.ok(told(policy, httpEvents, request('shop/web')));
  });

  test('nothing at all where some are left out by name, or one says that it wants to be left alone: it may be another', () => {
    const careful: readonly ReturnType<typeof policyWith>[] = [
      policyWith({ excludeNamespaces: ['vault'] }),
      policyWith({}, { pods: () => [saying('shy', 'off')] }),
      policyWith({}, { namespaces: { bank: 'off' } }),
    ];
    for (const policy of careful) {
      assert.equal(told(policy, connStats, { pod: null, cgroup }), undefined);
      assert.equal(policy.limitOf(name), 'off');
      assert.equal(policy.limitOf(undefined, '/system.slice/sshd.service'), 'bodies', 'the node itself has no pods');
    }
    const own = policyWith({}, { pods: () => [pod('agent')], ownUid: 'uid-agent' });
    assert.equal(own.limitOf(name), 'flows', 'that the agent leaves itself out says nothing of others');
  });

  test('no deeper than pods that say nothing, and no deeper than all', () => {
    assert.equal(policyWith({ captureByDefault: 'off' }).limitOf(name), 'off');
    assert.equal(policyWith({ captureAtMost: 'off', captureByDefault: 'off' }).limitOf(name), 'off');
    const flows = policyWith({ captureAtMost: 'flows', captureByDefault: 'flows' }, { untold: () => [name] });
    assert.deepEqual(flows.status()?.pods, [], 'that is no keeping back');
  });

  test('or whose namespace it has not told of: that may say what its pods do not', () => {
    const namespaces: Record<string, string | undefined> = {};
    const policy = policyWith({}, { pods: () => [pod('web'), saying('shy', 'off')], namespaces });
    assert.equal(policy.limitOf('shop/web'), 'off');
    assert.match(policy.status()?.pods[0]?.reason ?? '', /has not told of its namespace yet/);
    Object.assign(namespaces, { shop: 'heads' });
    policy.update();
    assert.deepEqual([policy.limitOf('shop/web'), policy.limitOf('shop/shy')], ['heads', 'off']);
  });

  test('any more, though its containers still run: a minute later', () => {
    let pods = [pod('web')];
    let now = 0;
    const policy = policyWith({}, { pods: () => pods, clock: () => now });
    pods = [];
    policy.update();
    assert.equal(policy.limitOf('shop/web'), 'bodies', 'its last rows are on their way');
    now = 61_000;
    policy.update();
    assert.equal(policy.limitOf('shop/web'), 'flows');
  });

  test('so many that they are not all told', () => {
    const untold = Array.from({ length: 1000 }, (_, i) => untoldPod(`${i}`));
    assert.equal(policyWith({}, { untold: () => untold }).status()?.pods.length, 200);
  });
});
