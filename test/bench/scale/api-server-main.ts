/**
 * An API server made of nothing but its protocol: lists in pages, watches with bookmarks, a Secret, port-forwards to the sockets of agents-main.ts.
 *
 * Usage: api-server-main.ts FOLDER NODES. Lines on stdin: "churn N" = from now on N pods a second are replaced;
 * "replace N" = N pods at once; "count" = bytes so far by what was asked for. Each is answered by a line. The end of stdin is its end.
 */
import { readFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type Carried, forward } from '../../wire/port-forward.ts';
import { agentPodName, podsFile, type RecordedPod, socketName } from './cluster.ts';
import { agentPodJson, allPods, nodeObject, type PodObject, podObject, serviceObjects } from './pod-objects.ts';

const [folder = '', nodesText = '1'] = process.argv.slice(2);
const nodes = Number(nodesText);
const recorded = JSON.parse(readFileSync(join(folder, podsFile), 'utf8')) as RecordedPod[];
const places = [...allPods(nodes, recorded)];
const pods: PodObject[] = places.map(([copy, pod]) => podObject(copy, pod));
const generations = new Uint32Array(pods.length);
const services = serviceObjects(nodes, recorded).map((service) => JSON.stringify(service));
const nodeTexts = Array.from({ length: nodes }, (_, node) => JSON.stringify(nodeObject(node)));
const agentByPod = new Map(Array.from({ length: nodes }, (_, node) => [agentPodName(node), node]));
let version = 1_000;
const sent: Record<string, number> = {};
const carried: Carried = { out: 0, in: 0 };
const podWatches = new Set<ServerResponse>();

const answer = (response: ServerResponse, what: string, text: string, status = 200) => {
  sent[what] = (sent[what] ?? 0) + text.length;
  response.writeHead(status, { 'content-type': 'application/json' }).end(text);
};

/** A page of a list. */
function list(kind: string, query: URLSearchParams, count: number, json: (at: number) => string): string {
  const limit = Number(query.get('limit') ?? count) || count;
  const from = Number(query.get('continue') ?? 0);
  const to = Math.min(count, from + limit);
  const items = Array.from({ length: to - from }, (_, n) => json(from + n)).join(',');
  const rest = to < count ? { continue: String(to), remainingItemCount: count - to } : {};
  return `{"kind":"${kind}","apiVersion":"v1","metadata":${JSON.stringify({ resourceVersion: String(version), ...rest })},"items":[${items}]}`;
}

function watch(response: ServerResponse, kind: string, isPods: boolean): void {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.flushHeaders();
  const bookmark = setInterval(() => {
    const object = { kind, apiVersion: 'v1', metadata: { resourceVersion: String(version), creationTimestamp: null } };
    response.write(`${JSON.stringify({ type: 'BOOKMARK', object })}\n`);
  }, 60_000);
  if (isPods) podWatches.add(response);
  response.on('close', () => {
    clearInterval(bookmark);
    podWatches.delete(response);
  });
}

/** One pod goes and another comes: as a rollout has it, four events. */
let turn = 0;
function replace(): void {
  const at = (turn * 7_919) % pods.length;
  turn += 1;
  const place = places[at];
  const old = pods[at];
  if (!place || !old) return;
  generations[at] = (generations[at] ?? 0) + 1;
  const made = podObject(...place, generations[at]);
  pods[at] = made;
  const tell = (type: string, json: string) => {
    const line = `{"type":"${type}","object":${json}}\n`;
    for (const response of podWatches) {
      sent['pods, watch'] = (sent['pods, watch'] ?? 0) + line.length;
      response.write(line);
    }
  };
  const next = () => {
    version += 1;
    return version;
  };
  tell('MODIFIED', old.json(next(), { phase: 'Succeeded' }));
  tell('DELETED', old.json(next(), { phase: 'Succeeded' }));
  tell('ADDED', made.json(next(), { phase: 'Pending', address: '' }));
  tell('MODIFIED', made.json(next()));
}

const server = createServer((request, response) => {
  const { pathname, searchParams: query } = new URL(request.url ?? '', 'http://x');
  const isWatch = query.get('watch') === 'true';
  switch (pathname) {
    case '/api/v1/pods':
      if (isWatch) return watch(response, 'Pod', true);
      return answer(
        response,
        'pods, list',
        list('PodList', query, pods.length, (at) => pods[at]?.json(version) ?? ''),
      );
    case '/api/v1/services':
      if (isWatch) return watch(response, 'Service', false);
      return answer(
        response,
        'services',
        list('ServiceList', query, services.length, (at) => services[at] ?? ''),
      );
    case '/api/v1/nodes':
      if (isWatch) return watch(response, 'Node', false);
      return answer(
        response,
        'nodes',
        list('NodeList', query, nodes, (at) => nodeTexts[at] ?? ''),
      );
    case '/api/v1/namespaces/kelpie/pods':
      if (isWatch) return watch(response, 'Pod', false);
      return answer(
        response,
        'agents',
        list('PodList', query, nodes, (at) => agentPodJson(at, version)),
      );
    case '/api/v1/namespaces/kelpie/secrets/kelpie-agent-key': {
      const data = { key: Buffer.from('k'.repeat(64)).toString('base64') };
      return answer(response, 'secret', JSON.stringify({ kind: 'Secret', apiVersion: 'v1', metadata: {}, data }));
    }
    default:
      return answer(response, 'else', JSON.stringify({ kind: 'Status', reason: 'NotFound', code: 404 }), 404);
  }
});
server.on('upgrade', (request, socket) => {
  const { pathname, searchParams } = new URL(request.url ?? '', 'http://x');
  const node = agentByPod.get(/^\/api\/v1\/namespaces\/kelpie\/pods\/([^/]+)\/portforward$/.exec(pathname)?.[1] ?? '');
  if (node === undefined) return void socket.end('HTTP/1.1 404 Not Found\r\n\r\n');
  forward(request, socket, join(folder, socketName(node)), Number(searchParams.get('ports')), carried);
});
server.keepAliveTimeout = 60_000;
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
process.stdout.write(`ready ${(server.address() as AddressInfo).port} ${pods.length}\n`);

let churn: NodeJS.Timeout | undefined;
for await (const line of createInterface({ input: process.stdin })) {
  const [word, number = '0'] = line.split(' ');
  if (word === 'churn') {
    clearInterval(churn);
    if (Number(number) > 0) churn = setInterval(replace, 1_000 / Number(number));
  } else if (word === 'replace') {
    for (let n = 0; n < Number(number); n += 1) replace();
  }
  process.stdout.write(`${JSON.stringify({ sent, forwarded: carried, version })}\n`);
}
process.exit(0);
