/** What the roles of an installation let do is what is done, no more and no less: terminal and agent against an API server that enforces them. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { watchCluster } from '../../agent/cluster-watches.ts';
import { createPodBook } from '../../agent/kubernetes/pod-book.ts';
import { agentManifests, agentName, agentSelector, defaultValues } from '../../deploy/manifests/manifests.ts';
import { createAgentClient } from '../../src/agent-client/create-agent-client.ts';
import { checkCluster } from '../../src/cluster/cluster-checks.ts';
import { openCluster } from '../../src/cluster/cluster-source.ts';
import { createApi } from '../../src/kubernetes/api.ts';
import { type Rights, rightsOf } from './api-rights.ts';
import { type ApiServer, type StoredObject, startApiServer } from './api-server.ts';
import { until } from './scripted-agent.ts';

const values = {
  ...defaultValues('1'),
  key: { existingSecret: 'team-key' },
  viewers: [{ kind: 'Group', name: 'sre', apiGroup: 'rbac.authorization.k8s.io' }],
};
const objects = agentManifests(values);

/** Who may list may have each by itself too: it shows nothing that the list does not. */
const beyond = ({ granted, used }: Rights): readonly string[] =>
  [...granted].filter((right) => !used.has(right) && !used.has(right.replace(/^get (\w+)$/, 'list $1')));

describe('rights that an installation gives', () => {
  let api: ApiServer;
  let folder: string;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'kelpie-rights-'));
    api = await startApiServer();
    api.put('/api/v1/nodes', {
      metadata: { name: 'node-1' },
      status: {
        conditions: [{ type: 'Ready', status: 'True' }],
        addresses: [{ type: 'ExternalIP', address: '203.0.113.7' }],
      },
    });
    api.put('/api/v1/namespaces/kelpie/secrets', {
      metadata: { name: 'team-key' },
      data: { key: Buffer.from('k'.repeat(64)).toString('base64') },
    });
    const daemonSet = objects.find(({ kind }) => kind === 'DaemonSet') as unknown as StoredObject;
    api.put('/apis/apps/v1/namespaces/kelpie/daemonsets', {
      ...daemonSet,
      status: { desiredNumberScheduled: 1, numberReady: 1 },
    });
    const { spec } = (daemonSet as unknown as { spec: { template: { spec: object } } }).spec.template;
    api.put('/api/v1/namespaces/kelpie/pods', {
      metadata: { name: 'agent-1', uid: 'uid-1', labels: agentSelector },
      spec: { ...spec, nodeName: 'node-1' },
      status: { containerStatuses: [{ state: { running: {} } }] },
    });
  });
  afterEach(async () => {
    await api.close();
    rmSync(folder, { recursive: true });
  });

  test('of a viewer: what a terminal does, and kelpie status and doctor; with a Secret of another name too', async () => {
    const rights = rightsOf(objects, 'sre');
    api.rights = rights;
    const source = await openCluster({ config: api.config, namespace: 'kelpie', folder, namespaces: ['default'] });
    const client = createAgentClient({ agents: source.agents, queries: [], leases: [], onEvent: () => {} });
    source.follow(client, () => {});
    try {
      await until('a port-forward', () => rights.used.has('get pods/portforward'));
      await until('watches', () => api.watches() >= 5);
      assert.deepEqual(source.problems, []);
    } finally {
      await client.close();
      source.close();
    }
    const checks = await checkCluster(await createApi(api.config), 'kelpie');
    const missing = checks.filter(({ group, status }) => (group === 'look' || group === 'agents') && status !== 'ok');
    assert.deepEqual(missing, []);
    assert.ok(checks.some(({ title, found }) => title === 'Secret kelpie/team-key' && found === 'has a key'));
    // Newer API servers ask for it beside "get".
    assert.deepEqual(beyond(rights), [], 'and none is given in vain');
    const others = [...rights.refused].filter((right) => !right.startsWith('create '));
    assert.deepEqual(others, [], 'nothing else was asked for but what deploy needs');
  });

  test('of an agent: what it watches, and no Secret', async () => {
    const rights = rightsOf(objects, agentName);
    api.rights = rights;
    const watches = await watchCluster({
      config: api.config,
      node: 'node-1',
      book: createPodBook(),
      onState: () => {},
      onNamespaces: () => {},
    });
    try {
      await until('its watches', () => api.watches() === 3);
      assert.ok(watches.node.has('203.0.113.7'), 'the address of its node that no interface has');
    } finally {
      watches.stop();
    }
    assert.deepEqual(beyond(rights), []);
    assert.deepEqual([...rights.refused], []);
    for (const { query, path } of api.requests)
      if (!path.endsWith('/namespaces')) assert.match(query.fieldSelector ?? '', /=node-1$/, path);
  });
});

describe('doctor says of the key', () => {
  let api: ApiServer;
  beforeEach(async () => {
    api = await startApiServer();
    const daemonSet = objects.find(({ kind }) => kind === 'DaemonSet') as unknown as StoredObject;
    api.put('/apis/apps/v1/namespaces/kelpie/daemonsets', daemonSet);
  });
  afterEach(() => api.close());
  const said = async () =>
    (await checkCluster(await createApi(api.config), 'kelpie'))
      .filter(({ title }) => title.startsWith('Secret') || title === 'read their key')
      .map(({ status, found }) => `${status}: ${found}`);

  test('which Secret it is, by what makes the pods where there are none yet, and what it lacks', async () => {
    assert.deepEqual(await said(), ['ok: get on secrets team-key in kelpie', 'fail: is not there']);
    api.put('/api/v1/namespaces/kelpie/secrets', { metadata: { name: 'team-key' }, data: {} });
    assert.deepEqual(await said(), ['ok: get on secrets team-key in kelpie', 'fail: has no key']);
    api.refuse('/api/v1/namespaces/kelpie/secrets/team-key', 403);
    assert.deepEqual(await said(), ['fail: no get on secrets team-key in kelpie', 'warn: may not be read']);
  });
});
