/** Agents put on a cluster and taken off again, against an API server that applies as a real one does and refuses in the words of real ones. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { agentManifests, agentName, defaultValues } from '../../deploy/manifests/manifests.ts';
import { agentSelector, keySecretName } from '../../deploy/manifests/names.ts';
import { type ApiServer, recordedStatus, type StatusName, startApiServer } from '../../test/wire/api-server.ts';
import { type Api, ApiFailure, createApi } from '../kubernetes/api.ts';
import { pathOf, titleOf } from './apply.ts';
import { explainFailure } from './explain.ts';
import { awaitRollout, type InstallOptions, install, keyObject } from './install.ts';
import { remove } from './remove.ts';

const values = defaultValues('1.2.3');
const objects = agentManifests(values);
const secretPath = `/api/v1/namespaces/kelpie/secrets/${keySecretName}`;
const daemonSetPath = `/apis/apps/v1/namespaces/kelpie/daemonsets/${agentName}`;

describe('agents on a cluster', () => {
  let api: ApiServer;
  let calls: Api;
  let told: Map<string, string>;

  beforeEach(async () => {
    api = await startApiServer();
    calls = await createApi(api.config);
  });
  afterEach(() => api.close());

  const put = async (options: Partial<InstallOptions> = {}): Promise<string[]> => {
    told = new Map();
    await install({
      api: calls,
      values,
      isTrial: false,
      newKey: false,
      tell: (title, outcome) => void told.set(title, outcome),
      ...options,
    });
    return [...new Set(told.values())];
  };
  const keyNow = () => (api.find(secretPath)?.data as Record<string, string> | undefined)?.key ?? '';
  const changes = () => [...told].flatMap(([title, outcome]) => (outcome === 'unchanged' ? [] : [title]));
  const failureOf = (work: Promise<unknown>) =>
    work.then(
      () => assert.fail('it went well'),
      (error: { code?: string; message: string }) => {
        assert.equal(error.code, 'cluster');
        return error.message;
      },
    );

  test('are made once: the second time nothing changes, the key least of all', async () => {
    assert.deepEqual(await put(), ['created']);
    assert.deepEqual([...told.keys()].toSorted(), [...objects, keyObject('kelpie')].map(titleOf).toSorted());
    assert.deepEqual([...told.keys()].slice(0, 2), ['Namespace kelpie', `Secret kelpie/${keySecretName}`]);
    const key = keyNow();
    assert.match(Buffer.from(key, 'base64').toString(), /^[0-9a-f]{64}$/);
    assert.deepEqual(await put(), ['unchanged']);
    assert.equal(keyNow(), key);
  });

  test('are applied as ours, over what others wrote into the same fields', async () => {
    await put();
    for (const { method, query, headers } of api.requests.filter((request) => request.method !== 'GET')) {
      assert.deepEqual([method, query.fieldManager, query.force], ['PATCH', 'kelpie', 'true']);
      assert.equal(headers['content-type'], 'application/apply-patch+yaml');
    }
  });

  test('change where something else is wanted, and nowhere else', async () => {
    await put();
    const policy = { ...values.policy, captureAtMost: 'heads' as const };
    await put({ values: { ...values, policy } });
    assert.ok(changes().includes('ConfigMap kelpie/kelpie-policy'));
    assert.ok(!changes().some((title) => /Role|Secret|Namespace|Account/.test(title)), changes().join());
  });

  test('with a new key: the Secret is another, and so are the pods', async () => {
    await put();
    const key = keyNow();
    await put({ newKey: true });
    assert.notEqual(keyNow(), key);
    assert.deepEqual(changes(), [`Secret kelpie/${keySecretName}`, `DaemonSet kelpie/${agentName}`]);
  });

  test('a trial changes nothing, tells what would be, and asks the API server for each object', async () => {
    assert.deepEqual(await put({ isTrial: true }), ['created']);
    for (const object of objects) assert.equal(api.find(pathOf(object)), undefined, titleOf(object));
    assert.equal(keyNow(), '');
    await put();
    const before = api.requests.length;
    await put({ isTrial: true, newKey: true });
    assert.deepEqual(changes(), [`Secret kelpie/${keySecretName}`, `DaemonSet kelpie/${agentName}`]);
    const patches = api.requests.slice(before).filter(({ method }) => method === 'PATCH');
    assert.ok(patches.length >= objects.length);
    for (const { query, path } of patches) assert.equal(query.dryRun, 'All', path);
    const trial = api.requests.length;
    assert.deepEqual(await put(), ['unchanged'], 'nothing of the trial stayed');
    assert.ok(api.requests.length > trial);
  });

  test('where something in the middle is refused it is said what, and who could help; the next time it goes on', async () => {
    api.trouble = ({ path, method }) =>
      method === 'PATCH' && path.includes('/clusterroles/') ? 'escalation' : undefined;
    const said = await failureOf(put());
    assert.match(said, /^ClusterRole kelpie-agent: .*attempting to grant RBAC permissions/);
    assert.match(said, /Nobody may grant what they do not have: ask a cluster administrator/);
    assert.equal(told.get('Namespace kelpie'), 'created');
    assert.equal(api.find(daemonSetPath), undefined);
    const key = keyNow();
    api.trouble = () => undefined;
    await put();
    assert.equal(told.get('Namespace kelpie'), 'unchanged');
    assert.equal(told.get(`DaemonSet kelpie/${agentName}`), 'created');
    assert.equal(keyNow(), key);
  });

  test('in a namespace of somebody else’s, which is not made theirs, nor taken away', async () => {
    api.put('/api/v1/namespaces', { kind: 'Namespace', metadata: { name: 'kelpie', labels: { team: 'b' } } });
    await put();
    assert.deepEqual(api.find('/api/v1/namespaces/kelpie')?.metadata.labels, { team: 'b' });
    assert.ok([...told.keys()].some((title) => title.startsWith('Namespace kelpie (not Kelpie’s')));
  });

  test('nothing secret is in what is told', async () => {
    await put();
    const key = Buffer.from(keyNow(), 'base64').toString();
    assert.ok(![...told].flat().some((text) => text.includes(key) || text.includes(keyNow())));
  });

  const away = (): Promise<number> => {
    told = new Map();
    return remove({
      api: calls,
      objects,
      timeoutMs: 2000,
      tell: (title, outcome) => void told.set(title, outcome),
    });
  };

  test('are taken off, the last first; what is gone already is no reason to stop', async () => {
    await put();
    const gone = objects.filter(({ kind }) => kind === 'DaemonSet' || kind === 'ClusterRoleBinding');
    for (const object of gone) await calls.request({ method: 'DELETE', path: pathOf(object) });
    assert.equal(await away(), objects.length - gone.length);
    assert.deepEqual([...told.keys()], objects.map(titleOf).toReversed());
    for (const object of gone) assert.equal(told.get(titleOf(object)), 'was not there');
    for (const object of objects) assert.equal(api.find(pathOf(object)), undefined);
    assert.equal(await away(), 0, 'and again: there is nothing');
  });

  test('what may not be taken off is told, after all else was', async () => {
    await put();
    api.trouble = ({ method, path }) =>
      method === 'DELETE' && path.endsWith('/clusterroles/kelpie-agent') ? 'clusterRoleForbidden' : undefined;
    const said = await failureOf(away());
    assert.match(said, /^Not everything could be removed:\n {2}ClusterRole kelpie-agent: .*needs the verb patch/);
    assert.equal(api.find(daemonSetPath), undefined);
    assert.equal(api.find('/api/v1/namespaces/kelpie'), undefined);
  });

  test('are waited for: until each node has one, or with the reason why not', async () => {
    const wait = (timeoutMs: number) =>
      awaitRollout({
        api: calls,
        config: api.config,
        namespace: 'kelpie',
        timeoutMs,
        signal: new AbortController().signal,
        tell: (line) => void lines.push(line),
      });
    const lines: string[] = [];
    const daemonSet = (numberReady: number) => ({
      kind: 'DaemonSet',
      metadata: { name: agentName, generation: 1 },
      status: { observedGeneration: 1, desiredNumberScheduled: 1, updatedNumberScheduled: 1, numberReady },
    });
    const pod = (state: object) => ({
      metadata: { name: 'agent-1', uid: 'uid-1', labels: agentSelector },
      spec: { nodeName: 'node-1' },
      status: { containerStatuses: [{ state }] },
    });
    const [sets, pods] = ['/apis/apps/v1/namespaces/kelpie/daemonsets', '/api/v1/namespaces/kelpie/pods'];
    api.put(sets, daemonSet(0));
    api.put(pods, pod({ waiting: { reason: 'ErrImagePull', message: 'not found' } }));
    const { missing, ready } = await wait(300);
    assert.equal(ready, 0);
    assert.match(missing[0]?.reason ?? '', /image cannot be pulled \(ErrImagePull\): choose another/);
    const done = wait(5000);
    api.put(pods, pod({ running: {} }));
    api.put(sets, daemonSet(1));
    assert.deepEqual(await done, { ready: 1, wanted: 1, missing: [] });
    assert.match(lines[0] ?? '', /^node-1: its image cannot be pulled/);
  });
});

describe('what is said of a refusal', () => {
  const cases: readonly (readonly [StatusName, RegExp])[] = [
    ['gatekeeper', /An admission policy of the cluster \(validation\.gatekeeper\.sh\) is in the way.*exception/],
    ['kyverno', /An admission policy of the cluster \(validate\.kyverno\.svc-fail\) is in the way/],
    ['webhookAway', /The cluster asks validation\.gatekeeper\.sh first, which does not answer/],
    ['podSecurity', /the namespace must allow it \(label pod-security\.kubernetes\.io\/enforce: privileged\)/],
    ['clusterRoleForbidden', /needs the verb patch on clusterroles: ask a cluster administrator/],
    ['daemonSetInvalid', /`selector` does not match.*The cluster does not take this object/],
    ['unauthorized', /refuses the credentials \(401\)\. Sign in again/],
    ['noSuchResource', /Kelpie needs Kubernetes 1\.20 or newer/],
    ['namespaceNotFound', /namespaces "kelpie-x" not found\.$/],
  ];
  for (const [name, words] of cases) {
    test(`${name}: what it was about, what is in the way, what helps`, () => {
      const status = recordedStatus(name);
      const said = explainFailure('DaemonSet kelpie/kelpie-agent', new ApiFailure(status.code, JSON.stringify(status)));
      assert.match(said, /^DaemonSet kelpie\/kelpie-agent: /);
      assert.match(said.replaceAll('\n', ' '), words);
    });
  }

  test('by something that is no API server: its first words, and no more', () => {
    const page = `<html><body>${'Bad gateway. '.repeat(500)}</body></html>`;
    const said = explainFailure('Namespace kelpie', new ApiFailure(502, page));
    assert.match(said, /^Namespace kelpie: <html>/);
    assert.ok(said.length < 300);
  });
});
