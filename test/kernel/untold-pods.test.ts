/** Pods of a cluster from their first byte on: the agent with an API server that tells of them late, or is away, and the kernel's own packets. */
import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { type AgentClient, endpointAt } from '../../src/agent-client/client.ts';
import { createAgentClient } from '../../src/agent-client/create-agent-client.ts';
import type { AgentStatus } from '../../src/domain/agent-status.ts';
import type { Row } from '../../src/domain/column.ts';
import { type RunningAgent, startAgentProcess } from '../peers/agent.ts';
import { makeCgroup, type TestCgroup } from '../peers/cgroup.ts';
import { type ApiServer, startApiServer } from '../wire/api-server.ts';
import { until } from '../wire/scripted-agent.ts';

const tables = ['http_events', 'conn_stats', 'pod_stats'] as const;
const server = `require('node:http').createServer((_, answer) => answer.end('secret of the pod'))
  .listen(0, '127.0.0.1', function () { console.log(this.address().port); });`;

interface Pod {
  readonly uid: string;
  readonly name: string;
  /** Asks it for "/NAME". */
  ask(): Promise<void>;
}

describe('a pod', () => {
  let api: ApiServer;
  let cgroup: TestCgroup;
  let folder: string;
  let agent: RunningAgent;
  let client: AgentClient;
  let rows: { readonly table: string; readonly row: Row }[];
  let status: AgentStatus | undefined;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'kelpie-untold-'));
    cgroup = makeCgroup('untold');
    api = await startApiServer();
    api.put('/api/v1/nodes', { metadata: { name: 'node-1' } });
    api.put('/api/v1/namespaces', { metadata: { name: 'shop' } });
    writeFileSync(join(folder, 'kubeconfig'), api.kubeconfig);
    process.env.KUBECONFIG = join(folder, 'kubeconfig');
    rows = [];
    status = undefined;
  });
  afterEach(async () => {
    await client.close();
    await agent.stop();
    await cgroup.remove();
    await api.close();
    delete process.env.KUBECONFIG;
    rmSync(folder, { recursive: true });
  });

  async function look(policy: string): Promise<void> {
    writeFileSync(join(folder, 'policy.yaml'), policy);
    const flags = ['--kubernetes', '--node', 'node-1', '--cgroup', cgroup.path];
    agent = await startAgentProcess(
      `unix:${join(folder, 'agent.sock')}`,
      ...flags,
      '--policy-file',
      join(folder, 'policy.yaml'),
    );
    client = createAgentClient({
      agents: [endpointAt(agent.address)],
      queries: tables.map((table) => ({
        table,
        filter: '',
        payload: true,
        backlog: 1000,
        maxRowsPerSecond: 0,
        once: false,
      })),
      leases: [{ name: 'test', level: 'bodies', scopes: [], messageCap: 0 }],
      onEvent(event) {
        if (event.type === 'status') status = event.status;
        if (event.type === 'rows') for (const row of event.rows) rows.push({ table: event.table, row });
      },
    });
    await until('the agent', () => status?.names?.state === 'synced' && status.leases.length > 0);
  }

  const placeOf = (uid: string) => `kubepods/burstable/pod${uid}/${randomBytes(32).toString('hex')}`;

  /** Its container runs; the API server has not told of it. */
  async function start(name: string): Promise<Pod> {
    const uid = randomUUID();
    const child = cgroup.spawnIn(placeOf(uid), process.execPath, ['-e', server], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    assert.ok(child.stdout);
    const [port] = await once(createInterface(child.stdout), 'line');
    const ask = async () =>
      void (await (await fetch(`http://127.0.0.1:${port}/${name}`, { headers: { connection: 'close' } })).text());
    return { uid, name, ask };
  }
  const tell = ({ uid, name }: Pick<Pod, 'uid' | 'name'>, capture?: string) =>
    api.put('/api/v1/namespaces/shop/pods', {
      metadata: { uid, name, ...(capture && { annotations: { 'kelpie.dev/capture': capture } }) },
      spec: { nodeName: 'node-1', containers: [] },
    });
  const requests = (path: string) => rows.filter(({ row }) => row.req_path === path);
  const about = (table: (typeof tables)[number], name: string) =>
    rows.filter(({ table: of, row }) => of === table && [row.pod, row.entity, row.destination].includes(name));
  /** Asks again and again until the request is told: what came before it is told by then too. */
  const seen = async (pod: Pod): Promise<void> => {
    for (let i = 0; i < 100 && requests(`/${pod.name}`).length === 0; i += 1) {
      await pod.ask();
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    assert.ok(requests(`/${pod.name}`).length > 0, pod.name);
  };

  test('that came while the API server was away tells its connections alone, and that is said; then what it may', async () => {
    await look('captureAtMost: bodies');
    const web = await start('web');
    tell(web);
    await seen(web);
    await api.stop();
    await until('away', () => status?.names?.state === 'away');
    const late = await start('late');
    for (let i = 0; i < 5; i += 1) await late.ask();
    await until('its connections', () => about('conn_stats', `pod ${late.uid}`).length > 0);
    await until('it is said', () => status?.policy?.pods.some(({ pod }) => pod === `pod ${late.uid}`) === true);
    const kept = status?.policy?.pods.find(({ pod }) => pod === `pod ${late.uid}`);
    assert.deepEqual([kept?.level, kept?.reason], ['flows', 'the API server has not told of it yet']);
    rows = rows.filter(({ row }) => row.req_path !== '/web');
    await seen(web);
    assert.deepEqual(requests('/late'), []);
    assert.deepEqual(about('pod_stats', `pod ${late.uid}`), []);
    await api.start();
    tell(late);
    await seen(late);
    assert.equal(requests('/late')[0]?.row.pod, 'shop/late');
    await until('nobody is untold', () => status?.policy?.pods.some(({ pod }) => pod.startsWith('pod ')) === false);
  });

  test('that opts out has nothing told of it from its first byte on, told of late or in time', async () => {
    await look('captureAtMost: bodies');
    const web = await start('web');
    tell(web);
    await seen(web);
    // Talks before anybody told of it.
    const early = await start('early');
    await early.ask();
    tell(early, 'off');
    await early.ask();
    // Is told of, and talks at once.
    const shy = await start('shy');
    tell(shy, 'off');
    for (let i = 0; i < 5; i += 1) await shy.ask();
    await until('both are kept back', () => status?.policy?.pods.filter(({ level }) => level === 'off').length === 2);
    rows = rows.filter(({ row }) => row.req_path !== '/web');
    await seen(web);
    for (const { name, uid } of [early, shy]) {
      assert.deepEqual(requests(`/${name}`), [], name);
      for (const table of ['http_events', 'pod_stats'] as const)
        for (const of of [`shop/${name}`, `pod ${uid}`]) assert.deepEqual(about(table, of), [], `${table} of ${of}`);
      assert.deepEqual(about('conn_stats', `shop/${name}`), [], `connections of ${name}`);
    }
  });

  test('that opts out, and was told of before its container is made: the kernel takes none of it either', async () => {
    await look('captureAtMost: bodies');
    const shy = { uid: randomUUID(), name: 'shy' };
    tell(shy, 'off');
    await until('it is kept back', () => status?.policy?.pods.some(({ level }) => level === 'off') === true);
    const peer = createServer((_, answer) => answer.end('hello')).listen(0, '127.0.0.1');
    await once(peer, 'listening');
    const { port } = peer.address() as AddressInfo;
    // So long a runtime takes at least from making a cgroup to running what is in the image.
    const program = `sleep 0.3; exec 3<>/dev/tcp/127.0.0.1/${port}; printf 'GET / HTTP/1.0\\r\\n\\r\\n' >&3; cat <&3`;
    const talk = async ({ uid }: Pick<Pod, 'uid'>) => {
      const child = cgroup.spawnIn(placeOf(uid), 'bash', ['-c', program], { stdio: ['ignore', 'pipe', 'inherit'] });
      assert.ok(child.stdout);
      assert.match(await text(child.stdout), /hello$/);
    };
    await talk(shy);
    // What the agent says of itself each second: the second word from now on is about all of that.
    const said = new Set([status]);
    await until('two words more', () => said.add(status).size > 2);
    assert.equal(status?.totals.segments, 0);
    const open = { uid: randomUUID(), name: 'open' };
    tell(open);
    await talk(open);
    await until('that of another', () => (status?.totals.segments ?? 0) > 0);
    peer.close();
  });

  test('nothing at all while the API server is away, where namespaces are left out: it may be of one of them', async () => {
    await look('excludeNamespaces: [vault]');
    const web = await start('web');
    tell(web);
    await seen(web);
    await api.stop();
    await until('away', () => status?.names?.state === 'away');
    const late = await start('late');
    await late.ask();
    await until(
      'it is said',
      () => status?.policy?.pods.some(({ pod, level }) => pod === `pod ${late.uid}` && level === 'off') === true,
    );
    await late.ask();
    rows = rows.filter(({ row }) => row.req_path !== '/web');
    await seen(web);
    assert.deepEqual(requests('/late'), []);
    for (const table of tables) assert.deepEqual(about(table, `pod ${late.uid}`), [], table);
  });
});
