/** The watch against a server that speaks the API's protocol (list, watch, bookmarks, 410), through the real client. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { KubeConfig } from '@kubernetes/client-node';
import type { ObjectWatch } from '../../src/kubernetes/object-watch.ts';
import type { PodObject } from '../../src/kubernetes/pod-identity.ts';
import { watchPods } from './pod-watch.ts';

const node = 'node-1';

const pod = (name: string, resourceVersion: string) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'shop', uid: `uid-of-${name}`, resourceVersion },
  spec: { nodeName: node, containers: [] },
});

/** What an API server does with one request. */
type Answer = (response: ServerResponse, query: URLSearchParams) => void;

const json =
  (status: number, body: object): Answer =>
  (response) =>
    void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
const list = (resourceVersion: string, ...names: string[]): Answer =>
  json(200, {
    apiVersion: 'v1',
    kind: 'PodList',
    metadata: { resourceVersion },
    items: names.map((name) => pod(name, resourceVersion)),
  });
const refusal = (status: number, reason: string): Answer =>
  json(status, { kind: 'Status', apiVersion: 'v1', status: 'Failure', reason, code: status });

describe('the watch on pods', () => {
  let server: Server;
  let address: string;
  /** Answers to lists, in order; the last one again and again. */
  let lists: Answer[];
  /** Watches that are open, and what they asked for. */
  let watches: { readonly response: ServerResponse; readonly query: URLSearchParams }[];
  let asked: URLSearchParams[];
  let names: Set<string>;
  let said: string[];
  let watching: ObjectWatch;

  beforeEach(async () => {
    lists = [];
    watches = [];
    asked = [];
    names = new Set();
    said = [];
    server = createServer((request, response) => {
      const { pathname, searchParams } = new URL(request.url ?? '', 'http://x');
      assert.equal(pathname, '/api/v1/pods');
      if (searchParams.get('watch') === 'true') {
        response.writeHead(200, { 'content-type': 'application/json' });
        response.flushHeaders();
        watches.push({ response, query: searchParams });
        return;
      }
      asked.push(searchParams);
      (lists.length > 1 ? lists.shift() : lists[0])?.(response, searchParams);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  afterEach(async () => {
    watching.stop();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  function reachable(): KubeConfig {
    const config = new KubeConfig();
    config.loadFromClusterAndUser({ name: 'test', server: address, skipTLSVerify: true }, { name: 'test' });
    return config;
  }

  async function start(config = reachable()): Promise<void> {
    watching = await watchPods({
      config,
      node,
      book: {
        put: ({ metadata }: PodObject) => void names.add(metadata?.name ?? ''),
        remove: (uid: string) => void names.delete(uid.replace('uid-of-', '')),
      },
      onState: ({ state, reason }) => void said.push(reason === undefined ? state : `${state}: ${reason}`),
      backOff: () => 20,
    });
  }

  async function until(what: string, check: () => boolean): Promise<void> {
    for (let i = 0; i < 1000 && !check(); i += 1) await new Promise((resolve) => setTimeout(resolve, 5));
    assert.ok(check(), `${what}; names ${[...names]}, said ${said.join(', ')}`);
  }

  const tell = (type: string, object: object): void => {
    watches.at(-1)?.response.write(`${JSON.stringify({ type, object })}\n`);
  };

  test('lists this node’s pods, follows them, and asks for no others', async () => {
    lists = [list('10', 'a', 'b')];
    await start();
    await until('the list', () => watching.state.state === 'synced');
    assert.deepEqual([...names], ['a', 'b']);
    tell('ADDED', pod('c', '11'));
    tell('MODIFIED', pod('a', '12'));
    tell('DELETED', pod('b', '13'));
    tell('BOOKMARK', { kind: 'Pod', metadata: { resourceVersion: '20' } });
    await until('the changes', () => names.has('c') && !names.has('b'));
    for (const query of [...asked, ...watches.map(({ query: each }) => each)]) {
      assert.equal(query.get('fieldSelector'), 'spec.nodeName=node-1');
    }
    watches[0]?.response.end();
    await until('another watch', () => watches.length === 2);
    assert.equal(watches[1]?.query.get('resourceVersion'), '20', 'from the bookmark on');
    assert.equal(asked.length, 1);
    assert.deepEqual(said, ['synced']);
  });

  test('lists again when what it knows is too old (410), and forgets who was deleted unseen', async () => {
    lists = [list('10', 'a', 'b'), list('90', 'b', 'c')];
    await start();
    await until('the list', () => watching.state.state === 'synced');
    tell('ERROR', { kind: 'Status', code: 410, reason: 'Expired' });
    watches[0]?.response.end();
    await until('the second list', () => names.has('c') && !names.has('a'));
    assert.deepEqual([...names].toSorted(), ['b', 'c']);
    await until('a watch from there', () => watches.at(-1)?.query.get('resourceVersion') === '90');
  });

  test('says why it is away, keeps the names, and comes back by itself', async () => {
    lists = [list('10', 'a')];
    await start();
    await until('the list', () => watching.state.state === 'synced');
    const { port } = server.address() as AddressInfo;
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await until('its absence', () => watching.state.state === 'away');
    assert.match(watching.state.reason ?? '', /cannot be reached: ECONNREFUSED|cannot be reached/);
    assert.deepEqual([...names], ['a']);
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    await until('its return', () => watching.state.state === 'synced');
    assert.equal(said.at(-1), 'synced');
  });

  test('tells a refusal from an absence, and what to do about it', async () => {
    lists = [
      refusal(403, 'Forbidden'),
      refusal(401, 'Unauthorized'),
      refusal(503, 'ServiceUnavailable'),
      list('5', 'a'),
    ];
    await start();
    await until('the list at last', () => watching.state.state === 'synced');
    assert.match(said[0] ?? '', /away: not allowed to read pods \(403\).*get, list and watch/);
    assert.match(said[1] ?? '', /away: .*401/);
    assert.match(said[2] ?? '', /away: .*503/);
    assert.deepEqual([...names], ['a']);
  });

  test('credentials that can no longer be had are a reason to be away, not to end', async () => {
    lists = [list('10', 'a')];
    let isRefused = false;
    const config = reachable();
    const apply = config.applySecurityAuthentication.bind(config);
    config.applySecurityAuthentication = async (context) => {
      if (isRefused) throw new Error('exec plugin failed');
      await apply(context);
    };
    await start(config);
    await until('the list', () => watching.state.state === 'synced');
    isRefused = true;
    watches[0]?.response.end();
    await until('its absence', () => watching.state.reason?.includes('exec plugin failed') === true);
    isRefused = false;
    await until('its return', () => watching.state.state === 'synced');
  });

  test('a stream of nonsense, and one cut in the middle of a word, end nothing', async () => {
    lists = [list('10', 'a')];
    await start();
    await until('the list', () => watching.state.state === 'synced');
    const stream = watches[0]?.response;
    stream?.write('nonsense\n{"type":"ADDED"}\n{"type":7,"object":null}\n');
    tell('ADDED', pod('b', '11'));
    await until('what came after it', () => names.has('b'));
    stream?.write('{"type":"ADDED","obj');
    stream?.destroy();
    await until('another watch', () => watches.length >= 2);
    tell('ADDED', pod('c', '12'));
    await until('what it tells', () => names.has('c'));
  });
});
