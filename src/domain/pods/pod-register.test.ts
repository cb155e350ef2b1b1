import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createPodRegister } from './pod-register.ts';

const told = (pod: string, owner: string | null, time = 1) => ({ pod, owner, labels: [], time });

describe('the workload of a pod', () => {
  test('is told from its name until somebody says whose it is', () => {
    const pods = createPodRegister();
    assert.equal(pods.workloadOf('shop/web-0'), 'shop/web');
    assert.equal(pods.version, 0);
    pods.put(told('shop/web-0', null));
    assert.equal(pods.workloadOf('shop/web-0'), 'shop/web-0');
    assert.equal(pods.version, 1, 'who was told otherwise asks again');
    pods.put(told('shop/db-0', 'StatefulSet/db'));
    assert.equal(pods.workloadOf('shop/db-0'), 'shop/db');
    assert.equal(pods.version, 1, 'its name had said so');
  });

  test('nobody has to ask again who never asked', () => {
    const pods = createPodRegister();
    pods.put(told('shop/web-0', null));
    assert.deepEqual([pods.version, pods.changes], [0, 1]);
    pods.put(told('shop/web-0', null, 2));
    assert.deepEqual([pods.version, pods.changes], [0, 1], 'told again');
  });

  test('a Deployment called cache-2 is itself, by its own name too', () => {
    const pods = createPodRegister();
    assert.equal(pods.workloadOf('shop/cache-2'), 'shop/cache');
    pods.put(told('shop/cache-2-7d9f8b5c6-x2k4l', 'Deployment/cache-2'));
    assert.equal(pods.workloadOf('shop/cache-2-7d9f8b5c6-x2k4l'), 'shop/cache-2');
    assert.equal(pods.workloadOf('shop/cache-2'), 'shop/cache-2');
    assert.equal(pods.version, 1);
  });

  test('what is no pod stands for itself: a static pod is its node’s, a Service is no pod', () => {
    const pods = createPodRegister();
    pods.put(told('kube-system/etcd-0', 'Node/node-0'));
    pods.putName('shop/redis-2');
    for (const name of ['kube-system/etcd-0', 'shop/redis-2', '10.0.0.1:80', 'nginx', ''])
      assert.equal(pods.workloadOf(name), name);
    pods.put(told('shop/redis-2', 'StatefulSet/redis'));
    assert.equal(pods.workloadOf('shop/redis-2'), 'shop/redis', 'a pod goes before');
  });

  test('what was told later stands', () => {
    const pods = createPodRegister();
    pods.put(told('shop/web-0', null, 20));
    pods.put(told('shop/web-0', 'StatefulSet/web', 10));
    assert.equal(pods.factsOf('shop/web-0')?.owner, null);
  });
});

describe('what anybody may tell', () => {
  test('is cut to what there can be', () => {
    const pods = createPodRegister();
    const labels = Array.from({ length: 1_000 }, (_, i) => [`${i}${'k'.repeat(1_000)}`, 'v'.repeat(1_000)] as const);
    pods.put({ pod: 'shop/web-0', owner: `Deployment/${'n'.repeat(1_000)}`, labels, time: 1 });
    const facts = pods.factsOf('shop/web-0');
    assert.equal(facts?.labels.length, 64);
    assert.ok(facts.labels.every(([name, value]) => name.length <= 317 && value.length <= 63));
    assert.ok((facts.owner ?? '').length <= 317);
    for (const row of [{}, { pod: 7, time_: 1n }, { pod: 'shop/x', time_: 1n, labels: 'a=b', owner: 7 } as never])
      pods.putRow(row);
    assert.deepEqual(pods.factsOf('shop/x'), { workload: 'shop/x', owner: null, labels: [] });
  });

  test('by two agents of one pod, and differently, is believed of neither, whenever they said so', () => {
    const pods = createPodRegister();
    const row = (owner: string, time: bigint) => ({
      pod: 'shop/cache-2-7d9f8b5c6-x2k4l',
      owner,
      labels: [],
      time_: time,
    });
    pods.putRow(row('Deployment/cache-2', 10n ** 15n), 'a');
    pods.putRow(row('Deployment/cache-2', 10n ** 16n), 'b');
    assert.equal(pods.factsOf('shop/cache-2-7d9f8b5c6-x2k4l')?.owner, 'Deployment/cache-2', 'they agree');
    pods.putRow(row('Deployment/mine', 10n ** 18n), 'c');
    pods.putRow(row('Deployment/mine', 10n ** 18n), 'c');
    assert.equal(pods.factsOf('shop/cache-2-7d9f8b5c6-x2k4l'), undefined);
    assert.equal(pods.disputed, 1);
    pods.put({ pod: 'shop/cache-2-7d9f8b5c6-x2k4l', owner: 'Deployment/cache-2', labels: [], time: 1 });
    assert.equal(pods.factsOf('shop/cache-2-7d9f8b5c6-x2k4l')?.owner, 'Deployment/cache-2', 'the API server knows');
    pods.putRow({ ...row('Deployment/mine', 10n ** 18n), pod: 'shop/web-0' }, 'c');
    pods.put(told('shop/web-0', 'StatefulSet/web'));
    pods.putRow({ ...row('Deployment/mine', 10n ** 18n), pod: 'shop/web-0' }, 'c');
    assert.equal(pods.factsOf('shop/web-0')?.owner, 'StatefulSet/web', 'and no agent knows better');
  });

  test('is kept within limits: who was told of longest ago goes', () => {
    const pods = createPodRegister({ pods: 10, names: 5 });
    for (let i = 0; i < 100; i += 1) {
      pods.workloadOf(`shop/p${i}-0`);
      pods.put(told(`shop/p${i}-0`, `Fleet/f${i}`));
    }
    const known = Array.from({ length: 100 }, (_, i) => i).filter((i) => pods.knows(`shop/p${i}-0`));
    assert.deepEqual(known, [90, 91, 92, 93, 94, 95, 96, 97, 98, 99]);
    assert.equal(pods.workloadOf('shop/p99-0'), 'shop/f99');
  });

  test('pods of a workload have what they have in common once', () => {
    const pods = createPodRegister();
    for (const end of ['aaaaa', 'bbbbb'])
      pods.put({ pod: `shop/api-7d9f8b5c6-${end}`, owner: 'Deployment/api', labels: [['app', 'api']], time: 1 });
    assert.equal([...pods.all()].length, 1);
  });
});
