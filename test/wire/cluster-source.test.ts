/** The agents of a cluster from the terminal's side: found, reached, opened and named; the agent's own server and the terminal's own client, an API server between them. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { ServerInterceptingCall } from '@grpc/grpc-js';
import { createRows, type Rows } from '../../agent/rows/rows.ts';
import { createAccess } from '../../agent/server/access.ts';
import { type AgentServer, createAgentServer } from '../../agent/server/server.ts';
import { agentSelector } from '../../deploy/manifests/names.ts';
import type { AgentClient } from '../../src/agent-client/client.ts';
import { createAgentClient } from '../../src/agent-client/create-agent-client.ts';
import { type ClusterSource, openCluster } from '../../src/cluster/cluster-source.ts';
import type { AgentEvent, LinkState } from '../../src/domain/agent-event.ts';
import type { Row } from '../../src/domain/column.ts';
import { parseFilter } from '../../src/domain/filter/parse.ts';
import { exampleHttpEvent } from '../../src/domain/tables/example-http-event.ts';
import { httpEvents } from '../../src/domain/tables/http-events.ts';
import { createStore } from '../../src/store/create-store.ts';
import { type ApiServer, startApiServer, token } from './api-server.ts';
import { status, until } from './scripted-agent.ts';

const agentPods = '/api/v1/namespaces/kelpie/pods';
const allPods = '/api/v1/pods';
const services = '/api/v1/services';
const nodes = '/api/v1/nodes';
const secrets = '/api/v1/namespaces/kelpie/secrets';
const [key, otherKey] = ['k'.repeat(64), 'o'.repeat(64)];

const running = { containerStatuses: [{ ready: true, state: { running: {} } }] };
const agentPod = (name: string, node: string, podStatus: object = running) => ({
  metadata: {
    uid: `uid-${name}`,
    name,
    namespace: 'kelpie',
    labels: agentSelector,
    creationTimestamp: new Date().toISOString(),
  },
  spec: { nodeName: node },
  status: podStatus,
});
const node = (name: string) => ({
  metadata: { uid: `uid-${name}`, name },
  status: { conditions: [{ type: 'Ready', status: 'True' }], addresses: [] },
});
const secret = (value: string) => ({
  metadata: { uid: 'uid-key', name: 'kelpie-agent-key', namespace: 'kelpie' },
  data: { key: Buffer.from(value).toString('base64') },
});

describe('the agents of a cluster', () => {
  let api: ApiServer;
  let folder: string;
  let servers: AgentServer[];
  let client: AgentClient | undefined;
  let source: ClusterSource | undefined;
  let events: AgentEvent[];
  let rows: Rows;
  /** All that the agents' servers were told, heads and messages. */
  let heard: string[];

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'kelpie-cluster-'));
    api = await startApiServer();
    servers = [];
    events = [];
    heard = [];
    client = undefined;
    source = undefined;
    rows = createRows({ ringBytes: 1 << 20, whenSlow: 'drop' });
    api.put(secrets, secret(key));
    api.put(nodes, node('node-1'));
    api.put(agentPods, agentPod('agent-a', 'node-1'));
    api.put(services, {
      metadata: { uid: 'uid-web', name: 'web', namespace: 'shop' },
      spec: { clusterIP: '10.96.0.7', ports: [{ port: 80 }] },
    } as never);
    api.put(allPods, {
      metadata: { uid: 'uid-p', name: 'caller', namespace: 'shop' },
      spec: { nodeName: 'node-1' },
      status: { podIPs: [{ ip: '10.1.0.9' }] },
    } as never);
    writeFileSync(join(folder, 'key'), key);
    api.pods.set('agent-a', await startAgent('a'));
  });
  afterEach(async () => {
    await client?.close();
    source?.close();
    for (const server of servers) server.close();
    await api.close();
    rmSync(folder, { recursive: true });
  });

  /** The agent's own server; returns its socket. */
  async function startAgent(name: string, node = 'node-1'): Promise<string> {
    const path = join(folder, `${name}.sock`);
    const access = createAccess(join(folder, 'key'), node);
    const server = await createAgentServer(
      {
        node,
        rows,
        parseFilter,
        status: () => ({
          ...status(),
          source: { kind: 'live', name: '/', progress: 0 },
          names: undefined,
          policy: undefined,
        }),
        renewLease: () => 0n,
      },
      { kind: 'unix', path },
      (method, call) =>
        new ServerInterceptingCall(access(method, call), {
          start(next) {
            next({
              onReceiveMetadata(metadata, forward) {
                heard.push(JSON.stringify(metadata.getMap()));
                forward(metadata);
              },
              onReceiveMessage(message, forward) {
                heard.push(Buffer.isBuffer(message) ? message.toString('latin1') : JSON.stringify(message));
                forward(message);
              },
            });
          },
        }),
    );
    servers.push(server);
    return path;
  }

  async function look(namespaces: readonly string[] = ['default']): Promise<void> {
    const opened = await openCluster({ config: api.config, namespace: 'kelpie', folder, namespaces });
    source = opened;
    const onEvent = (event: AgentEvent) => void events.push(opened.explain(event));
    client = createAgentClient({
      agents: opened.agents,
      queries: [
        {
          table: 'http_events',
          filter: 'dest=shop/web',
          payload: false,
          backlog: 100,
          maxRowsPerSecond: 0,
          once: false,
        },
      ],
      leases: [],
      timings: { retryFirst: 20, retryMost: 100, connect: 1000, silence: 3000 },
      onEvent,
    });
    opened.follow(client, onEvent);
  }
  const linkOf = (agent = 'node-1'): LinkState | undefined =>
    events.findLast(
      (event): event is Extract<AgentEvent, { type: 'link' }> => event.type === 'link' && event.agent === agent,
    )?.link;
  const seen = (): Row[] => events.flatMap((event) => (event.type === 'rows' ? event.rows : []));
  const call = (id: string): Row =>
    exampleHttpEvent({
      id,
      trace_role: 'client',
      source: '10.1.0.9',
      destination: '10.96.0.7:80',
      remote_addr: '10.96.0.7',
      remote_port: 80,
      remote_pod: null,
    }) as Row;
  const isUp = () => linkOf()?.state === 'connected';

  test('are found, reached through the API server, and their rows have the cluster’s names, whatever was asked by name', async () => {
    await look();
    await until('connected', isUp);
    rows.put(httpEvents, call('1'));
    await until('the row', () => seen().length > 0);
    const [row] = seen();
    assert.deepEqual([row?.source, row?.destination, row?.remote_name], ['shop/caller', 'shop/web', 'web.shop.svc']);
    assert.deepEqual([...api.signedIn], [`Bearer ${token}`], 'the API server was shown who asks');
  });

  test('come back when their pod is another, without being named anew', async () => {
    await look();
    await until('connected', isUp);
    servers[0]?.close();
    api.remove(agentPods, 'uid-agent-a');
    await until('it is told', () => linkOf()?.state === 'absent' || linkOf()?.state === 'retrying');
    api.pods.set('agent-b', await startAgent('b'));
    api.put(agentPods, agentPod('agent-b', 'node-1'));
    await until('the new one', isUp);
    rows.put(httpEvents, call('2'));
    await until('its row', () => seen().some(({ id }) => id === '2'));
  });

  test('outlive an API server that restarts', async () => {
    await look();
    await until('connected', isUp);
    api.cut();
    await until('the line is lost', () => linkOf()?.state === 'retrying');
    await until('and found again', isUp);
  });

  test('that cannot be there are told with the reason, those of nodes that leave are let go of', async () => {
    api.put(nodes, node('node-2'));
    await look();
    await until('the node without one', () => linkOf('node-2')?.state === 'absent');
    const waiting = { containerStatuses: [{ state: { waiting: { reason: 'ImagePullBackOff' } } }] };
    api.put(agentPods, agentPod('agent-2', 'node-2', waiting));
    const reason = () => {
      const link = linkOf('node-2');
      return link?.state === 'absent' ? link.reason : '';
    };
    await until('the image', () => /image cannot be pulled \(ImagePullBackOff\)/.test(reason()));
    api.remove(agentPods, 'uid-agent-2');
    api.remove(nodes, 'uid-node-2');
    await until('it is gone', () => events.some((event) => event.type === 'gone' && event.agent === 'node-2'));
  });

  test('with a new key: the terminal asks for it and goes on', async () => {
    await look();
    await until('connected', isUp);
    writeFileSync(join(folder, 'key'), otherKey);
    api.put(secrets, secret(otherKey));
    api.cut();
    await until('the refusal', () =>
      events.some(
        (event) => event.type === 'link' && event.link.state === 'retrying' && event.link.error?.code === 'permission',
      ),
    );
    await until('connected again', isUp, 10_000);
  });

  test('are out of reach for who may not forward ports, and that is said', async () => {
    api.refuse(/portforward$/, 403);
    await look();
    await until('the refusal', () => {
      const link = linkOf();
      return (
        link?.state === 'retrying' &&
        /not allowed to forward ports \(403\): it takes get and create on pods\/portforward/.test(link.reason)
      );
    });
    const link = linkOf();
    assert.equal(link?.state === 'retrying' && link.error?.code, 'permission');
  });

  test('without a right to read names of all: those of one’s own namespace, and a word about it', async () => {
    api.refuse(allPods, 403);
    api.refuse(services, 403);
    api.refuse('/api/v1/namespaces/shop/pods', 403);
    await look(['shop']);
    await until('connected', isUp);
    rows.put(httpEvents, call('3'));
    await until('the row', () => seen().length > 0);
    assert.deepEqual([seen()[0]?.source, seen()[0]?.destination], ['10.1.0.9', 'shop/web']);
    const problems = source?.problems.join('\n') ?? '';
    assert.match(problems, /names of services: only in shop: not allowed to read services of all namespaces \(403\)/);
    assert.match(problems, /names of pods: none/);
  });

  const reasonNow = (agent?: string): string => {
    const link = linkOf(agent);
    return link?.state === 'retrying' || link?.state === 'absent' ? link.reason : '';
  };

  test('do not listen yet, or their pod is gone, or the API server is not well: each is said, and is over when it is over', async () => {
    const path = api.pods.get('agent-a') ?? '';
    api.pods.delete('agent-a');
    await look();
    await until('nobody listens', () => reasonNow() === 'the agent does not listen yet');
    api.refuse(/portforward$/, 404);
    await until('the pod', () => reasonNow() === 'its pod is gone');
    api.refuse(/portforward$/, 401);
    await until('the credentials', () => reasonNow() === 'the API server refuses the credentials (401)');
    api.refuse(/portforward$/, 502);
    await until('the answer', () => reasonNow() === 'the API server answers 502 to a port-forward');
    api.trouble = ({ path: of }) => (of.endsWith('portforward') ? 'hang up' : undefined);
    await until('the way', () => reasonNow().startsWith('the API server cannot be reached'));
    api.trouble = () => undefined;
    api.refuse(/portforward$/, undefined);
    api.pods.set('agent-a', path);
    await until('it is there', isUp);
    assert.equal(api.forwards, 1, 'no tunnel is left of the tries');
  });

  test('are waited for where the API server has too much to do', async () => {
    api.trouble = ({ path, query }) => {
      if (path !== agentPods || query.watch) return undefined;
      api.trouble = () => undefined;
      return 'tooManyRequests';
    };
    await look();
    await until('connected', isUp);
  });

  test('come and go with their nodes, each with its own token; rows of all have names in one store', async () => {
    const store = createStore();
    await look();
    await until('connected', isUp);
    api.pods.set('agent-b', await startAgent('b', 'node-2'));
    api.put(nodes, node('node-2'));
    await until('a node without one', () => /no pod of it is there yet/.test(reasonNow('node-2')));
    api.put(agentPods, agentPod('agent-b', 'node-2'));
    await until('both', () => linkOf('node-2')?.state === 'connected' && isUp());
    rows.put(httpEvents, call('1'));
    await until('a row of each', () => new Set(seen().map(({ id }) => id)).size === 1 && seen().length === 2);
    for (const event of events) store.apply(event);
    store.publish();
    const told = store.getSnapshot().table('http_events').rows;
    assert.deepEqual(
      told.map(({ row }) => row.destination),
      ['shop/web', 'shop/web'],
    );
    assert.deepEqual(told.map(({ agent }) => agent).toSorted(), ['node-1', 'node-2']);

    // A pod comes, and has a name in what is told from then on.
    api.put(allPods, {
      metadata: { uid: 'uid-q', name: 'late', namespace: 'shop' },
      spec: { nodeName: 'node-2' },
      status: { podIPs: [{ ip: '10.1.0.77' }] },
    } as never);
    await until('its name', () => source?.directory.nodeOf('shop/late') === 'node-2');
    rows.put(httpEvents, { ...call('2'), source: '10.1.0.77', time_: BigInt(Date.now()) * 1_000_000n });
    await until('its row', () => seen().some(({ id, source: from }) => id === '2' && from === 'shop/late'));

    api.remove(agentPods, 'uid-agent-b');
    api.remove(nodes, 'uid-node-2');
    await until('it is gone', () => events.some((event) => event.type === 'gone' && event.agent === 'node-2'));
    await until('its tunnel too', () => api.forwards === 1);
    assert.ok(isUp());
  });

  test('never see what the kubeconfig has, nor the key; nor does anybody who reads what is written', async () => {
    const written: string[] = [];
    const write = process.stderr.write;
    process.stderr.write = ((text: string | Uint8Array) => {
      written.push(typeof text === 'string' ? text : Buffer.from(text).toString('latin1'));
      return true;
    }) as typeof process.stderr.write;
    try {
      await look();
      await until('connected', isUp);
      rows.put(httpEvents, call('1'));
      await until('the row', () => seen().length > 0);
      for (const code of [403, 401, 500]) {
        api.refuse(/./, code);
        api.cut();
        await until('the refusal', () => reasonNow().includes(String(code)));
      }
      api.refuse(/./, undefined);
      await until('connected again', isUp);
    } finally {
      process.stderr.write = write;
    }
    assert.ok(
      [...api.signedIn].every((shown) => shown === `Bearer ${token}`),
      'the API server sees it',
    );
    assert.ok(heard.length > 3 && api.toAgents.length > 100, 'the agent heard something');
    const said = JSON.stringify(events, (_, value) => (typeof value === 'bigint' ? String(value) : value));
    const everything = {
      heard: heard.join('\n'),
      sent: api.toAgents.toString('latin1'),
      written: written.join(''),
      said,
    };
    for (const [where, text] of Object.entries(everything))
      for (const secret of [token, Buffer.from(token).toString('base64'), key, Buffer.from(key).toString('base64')])
        assert.ok(!text.includes(secret), where);
    assert.match(everything.heard, /"authorization":"Bearer ey/, 'what it is shown is a token of its own');
  });

  const refusal = async (): Promise<string> => {
    const error = await look().then(
      () => assert.fail('it was opened'),
      (thrown: { code?: string; message: string }) => thrown,
    );
    assert.equal(error.code, 'cluster');
    assert.doesNotMatch(error.message, new RegExp(token));
    return error.message;
  };

  test('that are not there, a key that is not there or may not be read, an API server that refuses: each is said', async () => {
    api.refuse(`${secrets}/kelpie-agent-key`, 403);
    assert.match(await refusal(), /Not allowed to read the Secret kelpie-agent-key.*kelpie-viewer/);
    api.refuse(`${secrets}/kelpie-agent-key`, undefined);
    api.remove(secrets, 'uid-key');
    assert.match(await refusal(), /Secret kelpie-agent-key is not in the namespace kelpie/);
    api.remove(agentPods, 'uid-agent-a');
    // Nodes alone are no agents, whichever are told of first.
    assert.match(await refusal(), /no agents in the namespace kelpie.*kelpie deploy/);
    api.remove(nodes, 'uid-node-1');
    assert.match(await refusal(), /no agents in the namespace kelpie.*kelpie deploy/);
    api.refuse(agentPods, 401);
    api.put(secrets, secret(key));
    assert.match(await refusal(), /refuses the credentials \(401\)/);
    api.refuse(agentPods, undefined);
    api.put(agentPods, agentPod('agent-a', 'node-1'));
    api.put(secrets, { ...secret(''), data: {} });
    assert.match(await refusal(), /has no key: kelpie deploy mends it/);
    await api.stop();
    assert.match(await refusal(), /cannot be reached: ECONNREFUSED/);
  });

  /** With the key in a Secret that somebody made. */
  const keyedPod = (name: string, secretName: string) => {
    const pod = agentPod(name, 'node-1');
    return { ...pod, spec: { ...pod.spec, volumes: [{ name: 'key', secret: { secretName } }] } };
  };
  const named = (name: string, value: string) => {
    const { metadata, data } = secret(value);
    return { metadata: { ...metadata, uid: `uid-${name}`, name }, data };
  };

  test('with a key in a Secret of another name: the pods say which, and so does who may not read it', async () => {
    api.remove(secrets, 'uid-key');
    api.put(agentPods, keyedPod('agent-a', 'team-key'));
    assert.match(await refusal(), /Secret team-key is not in the namespace kelpie.*whoever chose that name makes it/);
    api.put(secrets, named('team-key', key));
    api.refuse(`${secrets}/team-key`, 403);
    assert.match(
      await refusal(),
      /Not allowed to read the Secret team-key .*\(403\).*get on that Secret.*kelpie-viewer/,
    );
    api.refuse(`${secrets}/team-key`, undefined);
    await look();
    await until('connected', isUp);
  });

  test('with the key moved to another Secret while one looks on: each pod is shown the key of its own', async () => {
    await look();
    await until('connected', isUp);
    writeFileSync(join(folder, 'key'), otherKey);
    servers[0]?.close();
    api.pods.set('agent-b', await startAgent('b'));
    api.remove(agentPods, 'uid-agent-a');
    api.put(agentPods, keyedPod('agent-b', 'team-key'));
    await until('what is missing', () => /Secret team-key is not in the namespace/.test(reasonNow()));
    api.put(secrets, named('team-key', otherKey));
    await until('connected', isUp, 10_000);
  });
});
