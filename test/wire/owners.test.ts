/** Owners and labels from the API server to whoever asks for them: by the watch of an agent, by that of a terminal, by a recording. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { startAgent } from '../../agent/agent.ts';
import { layoutHash } from '../../agent/capture/layout.gen.ts';
import { formatVersion } from '../../agent/capture/recording-format.ts';
import { createRecordingWriter } from '../../agent/capture/recording-writer.ts';
import { createPodBook } from '../../agent/kubernetes/pod-book.ts';
import { podFactOf } from '../../agent/kubernetes/pod-fact.ts';
import { watchPods } from '../../agent/kubernetes/pod-watch.ts';
import { parseAgentOptions } from '../../agent/options.ts';
import { createPodInfo } from '../../agent/pod-info.ts';
import { createRows, type Rows } from '../../agent/rows/rows.ts';
import { createAccess } from '../../agent/server/access.ts';
import { createAgentServer } from '../../agent/server/server.ts';
import { agentSelector } from '../../deploy/manifests/names.ts';
import { endpointAt, type RowQuery } from '../../src/agent-client/client.ts';
import { createAgentClient } from '../../src/agent-client/create-agent-client.ts';
import { type ClusterSource, openCluster } from '../../src/cluster/cluster-source.ts';
import type { AgentEvent } from '../../src/domain/agent-event.ts';
import type { HeaderList, Row } from '../../src/domain/column.ts';
import { parseFilter } from '../../src/domain/filter/parse.ts';
import { createPodRegister, type PodRegister } from '../../src/domain/pods/pod-register.ts';
import { exampleHttpEvent } from '../../src/domain/tables/example-http-event.ts';
import { httpEvents } from '../../src/domain/tables/http-events.ts';
import { podInfo } from '../../src/domain/tables/pod-info.ts';
import type { PodObject } from '../../src/kubernetes/pod-identity.ts';
import { createStore } from '../../src/store/create-store.ts';
import { exchangeBatch } from '../recordings/kernel-batches.ts';
import { type ApiServer, startApiServer } from './api-server.ts';
import { status, until } from './scripted-agent.ts';

const allPods = '/api/v1/pods';
const key = 'k'.repeat(64);

/** Of a Deployment that is called like a pod of a StatefulSet; on the node of the agent. */
const cache = {
  metadata: {
    uid: 'uid-cache',
    name: 'cache-2-7d9f8b5c6-x2k4l',
    namespace: 'shop',
    labels: { 'app.kubernetes.io/name': 'cache', tier: 'data', 'pod-template-hash': '7d9f8b5c6' },
    ownerReferences: [{ kind: 'ReplicaSet', name: 'cache-2-7d9f8b5c6', controller: true }],
  },
  spec: { nodeName: 'node-1' },
  status: { phase: 'Running', podIPs: [{ ip: '10.1.0.7' }] },
} satisfies PodObject;
const cachePod = 'shop/cache-2-7d9f8b5c6-x2k4l';
/** Of nobody, elsewhere: to the agent it is an address. */
const web = {
  metadata: { uid: 'uid-web', name: 'web-0', namespace: 'shop', labels: { tier: 'front' } },
  spec: { nodeName: 'node-2' },
  status: { phase: 'Running', podIPs: [{ ip: '10.1.0.9' }] },
} satisfies PodObject;

const query = (table: string, filter = ''): RowQuery => {
  return { table, filter, payload: false, backlog: 100, maxRowsPerSecond: 0, once: false };
};

describe('owners and labels of a cluster', () => {
  let api: ApiServer;
  let folder: string;
  let rows: Rows;
  let tick: () => void;
  let ends: (() => unknown)[];

  beforeEach(async () => {
    ends = [];
    folder = mkdtempSync(join(tmpdir(), 'kelpie-owners-'));
    api = await startApiServer();
    ends.push(() => api.close());
    api.put('/api/v1/namespaces/kelpie/secrets', {
      metadata: { uid: 'uid-key', name: 'kelpie-agent-key', namespace: 'kelpie' },
      data: { key: Buffer.from(key).toString('base64') },
    });
    api.put('/api/v1/nodes', { metadata: { uid: 'uid-node-1', name: 'node-1' }, status: {} });
    api.put('/api/v1/namespaces/kelpie/pods', {
      metadata: { uid: 'uid-agent', name: 'agent-a', namespace: 'kelpie', labels: agentSelector },
      spec: { nodeName: 'node-1' },
      status: { containerStatuses: [{ ready: true, state: { running: {} } }] },
    });
    for (const pod of [cache, web]) api.put(allPods, pod as never);
    writeFileSync(join(folder, 'key'), key);
    await startOwnAgent();
  });
  afterEach(async () => {
    for (const end of ends.reverse()) await end();
    rmSync(folder, { recursive: true });
  });

  /** What an agent of node-1 is made of, from its watch to its server, without capture. */
  async function startOwnAgent(): Promise<void> {
    rows = createRows({ ringBytes: 1 << 20, whenSlow: 'drop' });
    const pods = createPodRegister();
    const book = createPodBook();
    const { put, remove } = book;
    // The API server of a test knows no field selectors.
    const own = { put: (pod: PodObject) => pod.spec?.nodeName === 'node-1' && put(pod), remove };
    const watch = await watchPods({ config: api.config, node: 'node-1', book: own as typeof book });
    ends.push(() => watch.stop());
    const info = createPodInfo({
      takeUntil: (time) => book.takeTold().map((pod) => podFactOf(pod, time)),
      node: 'node-1',
      wallTime: (time) => BigInt(time) * 1_000_000n,
      pods,
      put: rows.put,
      mayTell: () => true,
      note() {},
    });
    tick = () => info.tick(Date.now());
    await until('the agent knows its pod', () => {
      tick();
      return pods.knows(cachePod);
    });
    const path = join(folder, 'agent.sock');
    const server = await createAgentServer(
      {
        node: 'node-1',
        rows,
        parseFilter: (table, text) => parseFilter(table, text, pods),
        status: () => ({
          ...status(),
          source: { kind: 'live', name: '/', progress: 0 },
          names: undefined,
          policy: undefined,
        }),
        renewLease: () => 0n,
      },
      { kind: 'unix', path },
      createAccess(join(folder, 'key'), 'node-1'),
    );
    ends.push(() => server.close());
    api.pods.set('agent-a', path);
  }

  async function look(queriesOf: (source: ClusterSource) => readonly RowQuery[]) {
    const source = await openCluster({ config: api.config, namespace: 'kelpie', folder, namespaces: ['shop'] });
    ends.push(() => source.close());
    const store = createStore({}, Date.now, undefined, source.pods);
    const seen: Row[] = [];
    let isUp = false;
    const onEvent = (event: AgentEvent) => {
      const told = source.explain(event);
      store.apply(told);
      if (told.type === 'rows' && told.table === 'http_events') seen.push(...told.rows);
      if (told.type === 'link' && told.link.state === 'connected') isUp = true;
    };
    const client = createAgentClient({ agents: source.agents, queries: queriesOf(source), leases: [], onEvent });
    ends.push(() => client.close());
    await until('connected', () => isUp);
    return { source, store, seen };
  }

  const call = (id: string, source: string, destination: string) =>
    exampleHttpEvent({ id, trace_role: 'server', source, destination, pod: destination, remote_pod: null }) as Row;

  test('a filter on them: the agent holds back what it knows better, the terminal what it knows alone', async () => {
    const filter =
      'from.svc=shop/web-0 from.label.tier=front to.owner=Deployment/cache-2 to.label.app.kubernetes.io/name=cache';
    const { source, seen } = await look(() => [query('http_events', filter)]);
    assert.ok(source.knowsPods(), 'nothing of it has to be asked of agents');
    const terminal = parseFilter(httpEvents, filter, source.pods);
    assert.ok(terminal.ok);
    const passes = terminal.filter.matches;
    const told = async (id: string) => {
      rows.put(httpEvents, call(id, '10.1.0.9', '10.9.9.9:80'));
      await until(id, () => seen.some((row) => row.id === id));
      return seen.splice(0).filter((row) => row.id !== id);
    };
    rows.put(httpEvents, call('wanted', '10.1.0.9', cachePod));
    rows.put(httpEvents, call('to one of another node', '10.1.0.9', 'shop/web-7d9f8b5c6-aaaaa'));
    rows.put(httpEvents, call('from nobody knows whom', '10.1.0.66', cachePod));
    const passed = await told('everything came');
    assert.equal(passed.length, 3, 'the agent cannot know better');
    assert.deepEqual(
      passed.filter(passes).map(({ id, source: from }) => [id, from]),
      [['wanted', 'shop/web-0']],
    );

    const relabelled = { ...cache.metadata, labels: { 'app.kubernetes.io/name': 'other' } };
    api.put(allPods, { ...cache, metadata: relabelled } as never);
    await until('the new label is known to both', () => {
      tick();
      const row = rows.get(podInfo, 'uid-cache');
      const atAgent = (row?.labels as HeaderList | undefined)?.[0]?.[1];
      return atAgent === 'other' && source.pods.factsOf(cachePod)?.labels[0]?.[1] === 'other';
    });
    rows.put(httpEvents, call('relabelled', '10.1.0.9', cachePod));
    assert.deepEqual(await told('that was all'), [], 'held back at the agent');
  });

  test('whoever may not list pods has those of the agents', async () => {
    api.refuse(allPods, 403);
    api.refuse('/api/v1/namespaces/shop/pods', 403);
    const { source, store } = await look((cluster) => [
      query('http_events'),
      ...(cluster.knowsPods() ? [] : [query('pod_info')]),
    ]);
    assert.ok(!source.knowsPods());
    await until('the pod of the agent', () => source.pods.knows(cachePod));
    assert.equal(store.getSnapshot().pods.workloadOf(cachePod), 'shop/cache-2');
    assert.deepEqual(store.getSnapshot().pods.factsOf(cachePod)?.labels, [
      ['app.kubernetes.io/name', 'cache'],
      ['pod-template-hash', '7d9f8b5c6'],
      ['tier', 'data'],
    ]);
    assert.ok(!source.pods.knows('shop/web-0'), 'nobody says anything of a pod on a node without an agent');
  });
});

test('a recording tells of owners and labels as the agent did, and is filtered by them', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'kelpie-owners-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'r.kelpie');
  const writer = await createRecordingWriter({
    file,
    meta: {
      version: formatVersion,
      layout: layoutHash,
      node: 'node-1',
      kernel: '6.1',
      cpus: 2,
      clockOffset: '1700000000000000000',
      began: 1e9,
      cgroup: '/kubepods',
      podsBelow: null,
      redacted: [],
    },
  });
  const book = createPodBook();
  book.put(cache);
  writer.fact({ kind: 'cgroup', id: 1, path: '/kubepods/x' });
  writer.fact({ kind: 'workload', path: '/kubepods/x', namespace: 'shop', pod: cachePod, container: 'redis' });
  for (const pod of book.takeTold()) writer.fact({ kind: 'pod', ...podFactOf(pod, 1e9) });
  for (let i = 0; i < 3; i += 1) {
    const response = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
    writer.batch(exchangeBatch(1e9 + i * 50e6, 10 + i, 'GET / HTTP/1.1\r\nHost: x\r\n\r\n', response), 1e9 + i * 50e6);
  }
  await writer.close(2e9);

  const path = join(folder, 'agent.sock');
  const options = parseAgentOptions(['--replay', file, '--listen', `unix:${path}`]);
  assert.ok(typeof options === 'object');
  const agent = await startAgent(options);
  t.after(() => agent.stop());
  const pods: PodRegister = createPodRegister();
  const store = createStore({}, Date.now, undefined, pods);
  const seen: Row[] = [];
  let isOver = false;
  const client = createAgentClient({
    agents: [endpointAt(agent.address)],
    queries: [
      query('pod_info'),
      query('http_events', 'svc=shop/cache-2 owner=Deployment label.tier=data'),
      query('pod_stats'),
    ],
    leases: [],
    onEvent(event) {
      store.apply(event);
      if (event.type === 'rows' && event.table === 'http_events') seen.push(...event.rows);
      if (event.type === 'link' && event.link.state === 'ended') isOver = true;
    },
  });
  t.after(() => client.close());
  await until('its end', () => isOver);
  assert.equal(new Set(seen.map(({ id }) => id)).size, 3);
  store.publish();
  const { held } = store.getSnapshot();
  assert.ok(held);
  assert.deepEqual(
    store
      .getSnapshot()
      .derived('pods', held)
      .map(({ row }) => [row.pod, row.service, row.owner]),
    [[cachePod, 'shop/cache-2', 'Deployment/cache-2']],
  );
});
