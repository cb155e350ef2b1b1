/** What a real API server (1.20) said of a node's pods: its list, and its watch while a Job of a second came and went (test/recordings/kubernetes). */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { KubeConfig } from '@kubernetes/client-node';
import { createPodBook } from './pod-book.ts';
import { watchPods } from './pod-watch.ts';

const recorded = (name: string): string =>
  readFileSync(join(import.meta.dirname, '../../test/recordings/kubernetes', name), 'utf8');

/** The bytes of the watch come in pieces that end anywhere. */
const pieceBytes = 1000;

test('a recorded list and watch: every pod and container by name, owners, and a Job of a second that is gone', async (t) => {
  let ask = 0;
  const server = createServer((request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    if (!request.url?.includes('watch=true')) return void response.end(recorded('pods-list.json'));
    ask += 1;
    if (ask > 1) return response.flushHeaders();
    const stream = recorded('pods-watch.jsonl');
    for (let at = 0; at < stream.length; at += pieceBytes) response.write(stream.slice(at, at + pieceBytes));
    response.end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const config = new KubeConfig();
  const { port } = server.address() as AddressInfo;
  config.loadFromClusterAndUser(
    { name: 'test', server: `http://127.0.0.1:${port}`, skipTLSVerify: true },
    { name: 'test' },
  );
  const book = createPodBook();
  const watching = await watchPods({ config, node: 'node-1', book });
  t.after(() => watching.stop());
  for (let i = 0; i < 1000 && ask < 2; i += 1) await new Promise((resolve) => setTimeout(resolve, 5));

  const present = book
    .list()
    .map((pod) => [
      `${pod.namespace}/${pod.name}`,
      pod.owner && `${pod.owner.kind} ${pod.owner.name}`,
      [...new Set(pod.containers.values())].toSorted(),
      pod.isHostNetwork,
    ]);
  assert.deepEqual(
    present.toSorted(([a], [b]) => String(a).localeCompare(String(b))),
    [
      ['default/caller', null, ['loop'], false],
      ['shop/hostly-5g5qm', 'DaemonSet hostly', ['loop'], true],
      ['shop/quick-rrs4l', 'Job quick', ['quick'], false],
      ['shop/web-b78bff8fc-2bc54', 'Deployment web', ['httpd', 'prepare'], false],
      ['shop/web-b78bff8fc-6djpf', 'Deployment web', ['httpd', 'prepare'], false],
    ],
  );
  for (const pod of book.list()) {
    for (const [id, container] of pod.containers) {
      const named = book.resolver(`/kubepods/besteffort/pod${pod.uid}/${id}`);
      assert.deepEqual([named?.pod, named?.container], [`${pod.namespace}/${pod.name}`, container]);
    }
  }

  const brief = recorded('pods-watch.jsonl')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).object)
    .findLast((object) => object.metadata.name?.startsWith('brief-'));
  const id = brief.status.containerStatuses[0].containerID.replace('containerd://', '');
  const gone = book.resolver(`/kubepods/besteffort/pod${brief.metadata.uid}/${id}`);
  assert.deepEqual(
    [gone?.pod, gone?.container, gone?.isProvisional],
    [`shop/${brief.metadata.name}`, 'brief', undefined],
  );
});

test('a recorded watch on a static pod and an ephemeral container: the one by the hash of its file, the other before its status says so', () => {
  const book = createPodBook();
  const events = recorded('static-and-ephemeral-watch.jsonl')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).object);
  const still = events.find(({ metadata }) => metadata.name === 'still-node-1');
  const last = events.at(-1);
  const idOf = ({ containerID }: { readonly containerID: string }) => containerID.replace('containerd://', '');
  const debugged = `/kubepods/besteffort/pod${last.metadata.uid}/${idOf(last.status.ephemeralContainerStatuses[0])}`;
  const told = [];
  for (const event of events) {
    book.put(event);
    const { container, supposed } = book.resolver(debugged) ?? {};
    told.push(container ?? supposed);
  }
  assert.deepEqual([...new Set(told)], [undefined, 'debugger']);
  assert.equal(book.resolver(debugged)?.isProvisional, undefined);

  const hash = still.metadata.annotations['kubernetes.io/config.hash'];
  assert.notEqual(hash, still.metadata.uid);
  const named = book.resolver(`/kubepods/besteffort/pod${hash}/${idOf(still.status.containerStatuses[0])}`);
  assert.deepEqual([named?.pod, named?.container], ['default/still-node-1', 'caller']);
  book.remove(still.metadata.uid);
  assert.ok(book.list().every(({ name }) => name !== 'still-node-1'));
});
