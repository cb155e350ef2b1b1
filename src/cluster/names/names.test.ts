import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Row } from '../../domain/column.ts';
import { createPodRegister } from '../../domain/pods/pod-register.ts';
import { createDirectory, type Directory } from './directory.ts';
import { nameRows } from './name-rows.ts';

/** The clock of the watches, Unix ms. */
let clock = 0;
const at = (seconds: number): void => {
  clock = seconds * 1000;
};

const pod = (
  name: string,
  ip: string | undefined,
  more: { app?: string; owner?: string; created?: number; phase?: string; host?: boolean; node?: string } = {},
) => ({
  metadata: {
    uid: `uid-${name}`,
    name,
    namespace: 'shop',
    creationTimestamp: new Date((more.created ?? 0) * 1000),
    labels: { app: more.app ?? 'web' },
    ...(more.owner && { ownerReferences: [{ kind: 'StatefulSet', name: more.owner, controller: true }] }),
  },
  spec: { nodeName: more.node ?? 'node-1', hostNetwork: more.host ?? false },
  status: { phase: more.phase ?? 'Running', podIPs: ip ? [{ ip }] : [] },
});
const service = (name: string, clusterIP: string, app: string, more: object = {}) => ({
  metadata: { uid: `uid-svc-${name}`, name, namespace: 'shop', creationTimestamp: new Date(0) },
  spec: { clusterIP, selector: { app }, ports: [{ port: 80, nodePort: 30080 }], ...more },
});
const node = (name: string, address: string) => ({
  metadata: { uid: `uid-node-${name}`, name, creationTimestamp: new Date(0) },
  status: {
    addresses: [
      { type: 'InternalIP', address },
      { type: 'Hostname', address: name },
    ],
  },
});

function cluster(): Directory {
  at(0);
  const directory = createDirectory(() => clock);
  directory.putPod(pod('db-0', '10.1.0.5', { app: 'db', owner: 'db' }));
  directory.putPod(pod('db-1', '10.1.1.6', { app: 'db', owner: 'db', node: 'node-2' }));
  directory.putPod(pod('agent-x', '192.0.2.1', { host: true, app: 'agent' }));
  directory.putService(service('postgres', '10.96.0.5', 'db'));
  directory.putService(service('db', 'None', 'db', { ports: [] }));
  directory.putNode(node('node-1', '192.0.2.1'));
  return directory;
}

const entityAt = (directory: Directory, address: string, seconds: number, port?: number) =>
  directory.byAddress(address, port, seconds * 1000)?.entity;

describe('names of a cluster', () => {
  test('an address is its pod’s; one that several share is the node’s', () => {
    const directory = cluster();
    assert.equal(entityAt(directory, '10.1.0.5', 10), 'shop/db-0');
    assert.equal(entityAt(directory, '192.0.2.1', 10), 'node-1');
    assert.equal(entityAt(directory, '192.0.2.1', 10, 10250), 'node-1:10250');
    assert.equal(entityAt(directory, '198.51.100.1', 10), undefined);
    assert.deepEqual([directory.nodeOf('shop/db-1'), directory.nodeOf('shop/nobody')], ['node-2', undefined]);
  });

  test('a Service is the workload whose pods it selects, and itself where there are several or none', () => {
    const directory = cluster();
    const found = directory.byAddress('10.96.0.5', 5432, 10_000);
    assert.deepEqual(found, {
      entity: 'shop/db',
      namespace: 'shop',
      pod: null,
      service: 'postgres.shop.svc',
      targetPort: undefined,
    });
    directory.putPod(pod('db-2', '10.1.0.9', { app: 'db', owner: 'db-canary' }));
    assert.equal(entityAt(directory, '10.96.0.5', 10), 'shop/postgres');
    directory.removePod('uid-db-2');
    assert.equal(entityAt(directory, '10.96.0.5', 10), 'shop/db');
    directory.putService({ ...service('plain', '10.96.0.6', 'none'), spec: { clusterIP: '10.96.0.6' } });
    assert.equal(entityAt(directory, '10.96.0.6', 10), 'shop/plain');
  });

  test('a port of a Service is one of the pods behind it, by number or by name', () => {
    const directory = cluster();
    const target = (port: number) => directory.byAddress('10.96.0.7', port, 10_000)?.targetPort;
    const ports = [
      { port: 80, targetPort: 8080, nodePort: 30090 },
      { port: 443, targetPort: 'https' },
      { port: 9000, targetPort: 'nobody' },
    ];
    directory.putService(service('front', '10.96.0.7', 'front', { ports }));
    assert.deepEqual([target(80), target(443), target(9000), target(1)], [8080, undefined, undefined, undefined]);
    const { spec, ...rest } = pod('front-0', '10.1.0.40', { app: 'front' });
    directory.putPod({ ...rest, spec: { ...spec, containers: [{ ports: [{ name: 'https', containerPort: 8443 }] }] } });
    assert.equal(target(443), 8443);
    assert.equal(directory.byAddress('192.0.2.1', 30090, 10_000)?.targetPort, 8080);
    const [edge] = nameRows(
      [{ time_: 0n, trace_role: 'client', source: 'shop/a', destination: '10.96.0.7:80', port: 80 }],
      directory,
    );
    // A pod that nobody controls is its own workload.
    assert.deepEqual([edge?.destination, edge?.port], ['shop/front-0', 8080]);
  });

  test('NodePort, LoadBalancer and external addresses lead to the Service', () => {
    const directory = cluster();
    assert.equal(entityAt(directory, '192.0.2.1', 10, 30080), 'shop/db');
    directory.putService({
      ...service('front', '10.96.0.7', 'web'),
      spec: { clusterIP: '10.96.0.7', externalIPs: ['198.51.100.7'], selector: { app: 'web' } },
      status: { loadBalancer: { ingress: [{ ip: '203.0.113.7' }, { hostname: 'lb.example' }] } },
    } as never);
    for (const address of ['10.96.0.7', '198.51.100.7', '203.0.113.7'])
      assert.equal(entityAt(directory, address, 10), 'shop/front', address);
    directory.removeService('uid-svc-postgres');
    assert.equal(entityAt(directory, '192.0.2.1', 10, 30080), 'node-1:30080');
  });

  test('an address that is given to another pod is the one’s before and the other’s after', () => {
    const directory = cluster();
    directory.putPod(pod('old', '10.1.0.20', { created: 100 }));
    at(200);
    directory.removePod('uid-old');
    at(205);
    directory.putPod(pod('new', '10.1.0.20', { created: 203 }));
    assert.equal(entityAt(directory, '10.1.0.20', 150), 'shop/old');
    assert.equal(entityAt(directory, '10.1.0.20', 210), 'shop/new');
    // The watch tells of a deletion some seconds late, and clocks differ.
    assert.equal(entityAt(directory, '10.1.0.20', 201), 'shop/new');
  });

  test('a Job that has ended leaves its address to others, and had it before', () => {
    const directory = cluster();
    directory.putPod(pod('job', '10.1.0.30', { created: 50 }));
    at(60);
    directory.putPod(pod('job', '10.1.0.30', { created: 50, phase: 'Succeeded' }));
    at(70);
    directory.putPod(pod('next', '10.1.0.30', { created: 65 }));
    assert.equal(entityAt(directory, '10.1.0.30', 55), 'shop/job');
    assert.equal(entityAt(directory, '10.1.0.30', 80), 'shop/next');
  });

  test('DNS names of Services and pods, with and without the cluster’s domain', () => {
    const directory = cluster();
    const named = (host: string) => directory.byHost(host, 10_000)?.entity;
    assert.equal(named('postgres.shop.svc.cluster.local'), 'shop/db');
    assert.equal(named('postgres.shop.svc'), 'shop/db');
    assert.equal(named('db-0.db.shop.svc.cluster.local.'), 'shop/db-0');
    assert.equal(named('10-1-0-5.shop.pod.cluster.local'), 'shop/db-0');
    for (const other of ['api.example.com', 'svc', 'shop.svc', 'nobody.shop.svc.cluster.local', ''])
      assert.equal(named(other), undefined, other);
  });

  test('owners and labels of its pods are told to whoever keeps them, and which names are of Services', () => {
    at(0);
    const pods = createPodRegister();
    const directory = createDirectory(() => clock, pods);
    assert.equal(pods.workloadOf('shop/redis-2'), 'shop/redis');
    directory.putPod(pod('queue-2-0', '10.1.0.5', { app: 'queue', owner: 'queue-2' }));
    directory.putPod(pod('web-0', '10.1.0.6'));
    directory.putService(service('redis-2', '10.96.0.9', 'redis'));
    assert.deepEqual(pods.factsOf('shop/queue-2-0'), {
      workload: 'shop/queue-2',
      owner: 'StatefulSet/queue-2',
      labels: [['app', 'queue']],
    });
    assert.equal(pods.workloadOf('shop/web-0'), 'shop/web-0');
    assert.equal(pods.workloadOf('shop/redis-2'), 'shop/redis-2');
    at(10);
    directory.putPod(pod('web-0', '10.1.0.6', { app: 'other' }));
    assert.deepEqual(pods.factsOf('shop/web-0')?.labels, [['app', 'other']]);
  });

  test('the workload behind a Service and its port follow the pods', () => {
    const directory = createDirectory(() => clock);
    const named = (name: string, app: string, port: number) => {
      const made = pod(name, undefined, { app, owner: app });
      return { ...made, spec: { ...made.spec, containers: [{ ports: [{ name: 'http', containerPort: port }] }] } };
    };
    const ports = { ports: [{ port: 80, targetPort: 'http' }] };
    directory.putService(service('web', '10.96.0.9', 'web', ports));
    const behind = () => directory.byAddress('10.96.0.9', 80, clock);
    assert.deepEqual([behind()?.entity, behind()?.targetPort], ['shop/web', undefined]);
    directory.putPod(named('db-0', 'db', 5432));
    assert.equal(behind()?.targetPort, undefined, 'not of a pod it does not select');
    directory.putPod(named('web-0', 'web', 8080));
    directory.putPod(named('web-1', 'web', 8080));
    assert.deepEqual([behind()?.entity, behind()?.targetPort], ['shop/web', 8080]);
    // It is relabelled: the Service stands for nobody it knows.
    directory.removePod('uid-web-1');
    directory.putPod({ ...named('web-0', 'web', 8080), metadata: { ...named('web-0', 'db', 0).metadata } });
    assert.equal(behind()?.targetPort, undefined);
    directory.removePod('uid-web-0');
    directory.putPod(named('web-2', 'web', 9090));
    assert.equal(behind()?.targetPort, 9090);
  });
});

describe('rows of an agent', () => {
  const row = (more: Row): Row => ({
    time_: 10_000_000_000n,
    source: 'nginx',
    destination: '10.1.0.5:80',
    trace_role: 'client',
    ...more,
  });
  const named = (more: Row): Row => nameRows([row(more)], cluster())[0] as Row;

  test('get the names of ends that are addresses, what the agent names itself stays', () => {
    assert.deepEqual(named({ remote_pod: null, remote_name: null, remote_addr: '10.1.0.5', remote_port: 80 }), {
      ...row({ remote_addr: '10.1.0.5', remote_port: 80 }),
      destination: 'shop/db-0',
      remote_pod: 'shop/db-0',
      remote_name: null,
    });
    const known = row({ source: 'shop/a', destination: 'shop/b', remote_addr: '10.1.0.5', remote_port: 80 });
    assert.equal(nameRows([known], cluster())[0], known);
  });

  test('a process that the agent knows is more than its node’s address', () => {
    const kubelet = row({
      destination: 'kubelet',
      remote_process: 'kubelet',
      remote_addr: '192.0.2.1',
      remote_port: 10250,
    });
    assert.equal(nameRows([kubelet], cluster())[0], kubelet);
  });

  test('of a server: the pod that called', () => {
    const called = named({
      trace_role: 'server',
      source: '10.1.1.6',
      destination: 'shop/web',
      remote_pod: null,
      remote_addr: '10.1.1.6',
    });
    assert.deepEqual([called.source, called.destination, called.remote_pod], ['shop/db-1', 'shop/web', 'shop/db-1']);
  });

  test('what DNS called the other end is the Service that it stands for', () => {
    const called = named({
      destination: 'postgres.shop.svc.cluster.local',
      remote_addr: '10.96.0.5',
      remote_port: 5432,
      remote_name: 'postgres.shop.svc.cluster.local',
      remote_pod: null,
    });
    assert.deepEqual(
      [called.destination, called.remote_name, called.remote_pod],
      ['shop/db', 'postgres.shop.svc', null],
    );
    const outside = named({
      destination: 'api.example.com',
      remote_addr: '198.51.100.9',
      remote_port: 443,
      remote_name: 'api.example.com',
    });
    assert.equal(outside.destination, 'api.example.com');
  });

  test('summaries have namespaces besides', () => {
    const edge = named({
      source_namespace: null,
      destination_namespace: null,
      source: 'shop/x',
      destination: '10.96.0.5:5432',
    });
    assert.deepEqual([edge.destination, edge.destination_namespace, edge.source_namespace], ['shop/db', 'shop', null]);
    const endpoint = nameRows(
      [{ time_: 0n, destination: '10.96.0.5:5432', namespace: null, route: '/' }],
      cluster(),
    )[0];
    assert.deepEqual([endpoint?.destination, endpoint?.namespace], ['shop/db', 'shop']);
  });

  test('IPv6 addresses, with and without a port', () => {
    const directory = cluster();
    directory.putPod(pod('six', 'fd00::7'));
    for (const destination of ['fd00::7', '[fd00::7]:80', '[fd00::7]'])
      assert.equal(nameRows([{ time_: 0n, source: 'a', destination }], directory)[0]?.destination, 'shop/six');
  });
});
