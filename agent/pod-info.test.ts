import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Row } from '../src/domain/column.ts';
import { createPodRegister } from '../src/domain/pods/pod-register.ts';
import { ownerText, type PodObject } from '../src/kubernetes/pod-identity.ts';
import { createRecordingFacts } from './capture/recording-facts.ts';
import type { RecordedPod, RecordingFact } from './capture/recording-format.ts';
import { createPodBook } from './kubernetes/pod-book.ts';
import { podFactOf } from './kubernetes/pod-fact.ts';
import { createPodInfo } from './pod-info.ts';

const cache: PodObject = {
  metadata: {
    uid: 'uid-1',
    name: 'cache-2-7d9f8b5c6-x2k4l',
    namespace: 'shop',
    labels: { tier: 'data', app: 'cache', 'pod-template-hash': '7d9f8b5c6' },
    ownerReferences: [{ kind: 'ReplicaSet', name: 'cache-2-7d9f8b5c6', controller: true }],
  },
  spec: { nodeName: 'node-1' },
  status: { phase: 'Running' },
};
const nightly = (created: string): PodObject => ({
  metadata: {
    uid: 'uid-2',
    name: 'backup-28391234-x2k4l',
    namespace: 'shop',
    creationTimestamp: created,
    ownerReferences: [{ kind: 'Job', name: 'backup-28391234', controller: true }],
  },
});

/** An agent with a book of pods. */
function agent() {
  const book = createPodBook();
  const pods = createPodRegister();
  const rows: Row[] = [];
  const recorded: RecordingFact[] = [];
  const secret = new Set<string>();
  let now = 0;
  const info = createPodInfo({
    takeUntil: () => book.takeTold().map((pod) => podFactOf(pod, now)),
    node: 'node-1',
    wallTime: (time) => BigInt(time),
    pods,
    put: (_, row) => void rows.push(row),
    mayTell: (pod) => !secret.has(pod),
    note: (fact) => void recorded.push({ kind: 'pod', ...fact }),
  });
  const tick = () => {
    now += 1_000_000;
    info.tick(now);
    return rows.splice(0);
  };
  return { book, pods, tick, recorded, secret, info, rows };
}

describe('pod_info', () => {
  test('has a row for each pod: whose it is, and its labels by name', () => {
    const { book, tick, pods } = agent();
    book.put(cache);
    assert.deepEqual(tick(), [
      {
        time_: 1_000_000n,
        id: 'uid-1',
        node: 'node-1',
        namespace: 'shop',
        pod: 'shop/cache-2-7d9f8b5c6-x2k4l',
        uid: 'uid-1',
        owner: 'Deployment/cache-2',
        labels: [
          ['app', 'cache'],
          ['pod-template-hash', '7d9f8b5c6'],
          ['tier', 'data'],
        ],
        phase: 'Running',
        host_network: false,
      },
    ]);
    assert.equal(pods.workloadOf('shop/cache-2-7d9f8b5c6-x2k4l'), 'shop/cache-2', 'filters of the agent know it, too');
  });

  test('says nothing while nothing changes, and everything when something does', () => {
    const { book, tick } = agent();
    book.put(cache);
    tick();
    book.put({ ...cache, status: { ...cache.status, podIPs: [{ ip: '10.0.0.1' }] } });
    assert.deepEqual(tick(), [], 'kubelet tells of pods all the time');
    book.put({ ...cache, metadata: { ...cache.metadata, labels: { app: 'other' } } });
    assert.deepEqual(
      tick().map(({ id, labels }) => [id, labels]),
      [['uid-1', [['app', 'other']]]],
    );
  });

  test('knows a pod that was told of once, at its end', () => {
    const { book, tick } = agent();
    book.remove('uid-1', { ...cache, status: { phase: 'Succeeded' } });
    assert.deepEqual(
      tick().map(({ pod, phase }) => [pod, phase]),
      [['shop/cache-2-7d9f8b5c6-x2k4l', 'Succeeded']],
    );
  });

  test('keeps still about pods of which nothing may be told, until it may', () => {
    const { book, tick, secret, info, rows, recorded, pods } = agent();
    secret.add('shop/cache-2-7d9f8b5c6-x2k4l');
    book.put(cache);
    assert.deepEqual([tick(), recorded, pods.knows('shop/cache-2-7d9f8b5c6-x2k4l')], [[], [], false]);
    secret.clear();
    info.retry();
    assert.equal(rows.length, 1);
  });

  test('of a recording is what it was', () => {
    const live = agent();
    live.book.put(cache);
    const [row] = live.tick();
    const facts = createRecordingFacts();
    for (const fact of live.recorded) assert.ok(facts.learn(JSON.parse(JSON.stringify(fact))));
    const pods = createPodRegister();
    const rows: Row[] = [];
    const replayed = createPodInfo({
      takeUntil: facts.takePods,
      node: 'node-1',
      wallTime: (time) => BigInt(time),
      pods,
      put: (_, each) => void rows.push(each),
      mayTell: () => true,
      note() {},
    });
    replayed.tick(999_999);
    assert.deepEqual(rows, [], 'not yet');
    replayed.tick(1_000_000);
    assert.deepEqual(rows, [row]);
    assert.equal(pods.workloadOf('shop/cache-2-7d9f8b5c6-x2k4l'), 'shop/cache-2');
  });

  test('of a recording that makes no sense is none', () => {
    const facts = createRecordingFacts();
    const fact: RecordedPod = {
      time: 1,
      uid: 'u',
      namespace: 'shop',
      pod: 'shop/a',
      owner: null,
      labels: [],
      phase: null,
      hostNetwork: false,
    };
    assert.ok(facts.learn({ kind: 'pod', ...fact }));
    for (const bad of [
      { labels: {} },
      { labels: [['a']] },
      { owner: 7 },
      { time: '1' },
      { pod: null },
      { hostNetwork: 1 },
    ])
      assert.ok(!facts.learn({ kind: 'pod', ...fact, ...bad }), JSON.stringify(bad));
    assert.equal(facts.takePods(Number.POSITIVE_INFINITY).length, 1);
  });
});

describe('whose a pod is', () => {
  const ownerOf = (pod: PodObject) => {
    const book = createPodBook();
    book.put(pod);
    return ownerText(book.list()[0]?.owner ?? null);
  };

  test('a Job that was made when it was due is of a CronJob', () => {
    assert.equal(ownerOf(nightly('2023-12-25T05:14:02Z')), 'CronJob/backup');
    assert.equal(ownerOf(nightly('2023-12-26T09:00:00Z')), 'CronJob/backup', 'it was tried again');
  });

  test('a Job that a person gave a number is not', () => {
    assert.equal(ownerOf(nightly('2024-06-01T00:00:00Z')), 'Job/backup-28391234');
    assert.equal(ownerOf(nightly('2023-12-24T00:00:00Z')), 'Job/backup-28391234');
    assert.equal(ownerOf(nightly('')), 'Job/backup-28391234');
  });
});
