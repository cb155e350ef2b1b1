/** Owners and labels of real containers: the agent by its API server, what it tells, and what its recording tells later. */
import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { endpointAt } from '../../src/agent-client/client.ts';
import { createAgentClient } from '../../src/agent-client/create-agent-client.ts';
import type { Row } from '../../src/domain/column.ts';
import { type RunningAgent, startAgentProcess } from '../peers/agent.ts';
import { makeCgroup } from '../peers/cgroup.ts';
import { startApiServer } from '../wire/api-server.ts';
import { until } from '../wire/scripted-agent.ts';

const server = `require('node:http').createServer((_, answer) => answer.end('ok'))
  .listen(0, '127.0.0.1', function () { console.log(this.address().port); });`;

test('of containers on this node: told, filtered by, recorded and replayed; of those left out nothing', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'kelpie-owners-'));
  const cgroup = makeCgroup('owners');
  const api = await startApiServer();
  t.after(async () => {
    delete process.env.KUBECONFIG;
    await cgroup.remove();
    await api.close();
    rmSync(folder, { recursive: true });
  });
  for (const name of ['shop', 'vault']) api.put('/api/v1/namespaces', { metadata: { name } });
  writeFileSync(join(folder, 'kubeconfig'), api.kubeconfig);
  writeFileSync(join(folder, 'policy.yaml'), 'excludeNamespaces: [vault]');
  process.env.KUBECONFIG = join(folder, 'kubeconfig');

  /** A container with a server; returns its port. */
  async function start(
    namespace: string,
    name: string,
    owner: string,
    labels: Record<string, string>,
  ): Promise<number> {
    const uid = randomUUID();
    api.put(`/api/v1/namespaces/${namespace}/pods`, {
      metadata: { uid, name, labels, ownerReferences: [{ kind: 'StatefulSet', name: owner, controller: true }] },
      spec: { nodeName: 'node-1', containers: [] },
      status: { phase: 'Running' },
    });
    const place = `kubepods/burstable/pod${uid}/${randomBytes(32).toString('hex')}`;
    const child = cgroup.spawnIn(place, process.execPath, ['-e', server], { stdio: ['ignore', 'pipe', 'inherit'] });
    assert.ok(child.stdout);
    const [port] = await once(createInterface(child.stdout), 'line');
    return Number(port);
  }

  /** What the agent tells whoever asks for these services alone. */
  async function listen(agent: RunningAgent) {
    const seen = { pods: new Map<string, Row>(), requests: [] as Row[], isUp: false, isOver: false };
    const query = (table: string, filter: string) => {
      return { table, filter, payload: false, backlog: 1000, maxRowsPerSecond: 0, once: false };
    };
    const client = createAgentClient({
      agents: [endpointAt(agent.address)],
      queries: [
        query('pod_info', ''),
        query('http_events', 'to.svc=shop/cache-2 to.owner=StatefulSet to.label.app.kubernetes.io/name=cache'),
      ],
      leases: [{ name: 'test', level: 'heads', scopes: [], messageCap: 0 }],
      onEvent(event) {
        if (event.type === 'status') seen.isUp ||= event.status.leases.length > 0;
        if (event.type === 'link' && event.link.state === 'ended') seen.isOver = true;
        if (event.type !== 'rows') return;
        if (event.table === 'pod_info') for (const row of event.rows) seen.pods.set(String(row.pod), row);
        else seen.requests.push(...event.rows);
      },
    });
    return { seen, client };
  }

  const ports = [
    await start('shop', 'cache-2-0', 'cache-2', { 'app.kubernetes.io/name': 'cache' }),
    await start('shop', 'other-0', 'other', { 'app.kubernetes.io/name': 'other' }),
    await start('vault', 'keys-0', 'keys', { secret: 'yes' }),
  ];
  const recording = join(folder, 'r.kelpie');
  const agent = await startAgentProcess(
    `unix:${join(folder, 'agent.sock')}`,
    ...['--kubernetes', '--node', 'node-1', '--cgroup', cgroup.path],
    ...['--policy-file', join(folder, 'policy.yaml'), '--record', recording],
  );
  const { seen, client } = await listen(agent);
  try {
    await until('the pods', () => seen.isUp && seen.pods.size === 2);
    for (let i = 0; i < 50 && seen.requests.length < 3; i += 1) {
      for (const port of ports)
        await (await fetch(`http://127.0.0.1:${port}/`, { headers: { connection: 'close' } })).text();
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  } finally {
    await client.close();
    await agent.stop();
  }
  assert.deepEqual([...seen.pods.keys()].toSorted(), ['shop/cache-2-0', 'shop/other-0']);
  const { owner, labels, phase, node } = seen.pods.get('shop/cache-2-0') ?? {};
  assert.deepEqual(
    [owner, labels, phase, node],
    ['StatefulSet/cache-2', [['app.kubernetes.io/name', 'cache']], 'Running', 'node-1'],
  );
  assert.ok(seen.requests.length >= 3);
  assert.deepEqual([...new Set(seen.requests.map(({ destination }) => destination))], ['shop/cache-2-0']);

  const replay = await startAgentProcess(`unix:${join(folder, 'replay.sock')}`, '--replay', recording);
  const later = await listen(replay);
  try {
    await until('its end', () => later.seen.isOver);
  } finally {
    await later.client.close();
    await replay.stop();
  }
  assert.deepEqual(later.seen.pods, seen.pods);
  const ids = (rows: readonly Row[]) => [...new Set(rows.map(({ id }) => id))].toSorted();
  assert.deepEqual(ids(later.seen.requests), ids(seen.requests));
});
