/** The watch on objects against an API server that has a history, forgets it, and is at times not well (test/wire/api-server.ts). */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { type ApiRequest, type ApiServer, startApiServer } from '../../test/wire/api-server.ts';
import { until } from '../../test/wire/scripted-agent.ts';
import { createApi } from './api.ts';
import { reasonOf, statusOf } from './api-reasons.ts';
import { type ListPage, type ObjectWatch, watchObjects } from './object-watch.ts';

const path = '/api/v1/pods';
const pod = (name: string, more: object = {}) => ({
  kind: 'Pod',
  metadata: { name, namespace: 'shop', uid: `uid-of-${name}`, ...more },
});

describe('a watch on objects', () => {
  let api: ApiServer;
  let watching: ObjectWatch | undefined;
  let names: Set<string>;
  let said: string[];
  let waits: number[];

  beforeEach(async () => {
    api = await startApiServer();
    names = new Set();
    said = [];
    waits = [];
    for (const name of ['a', 'b', 'c', 'd', 'e']) api.put(path, pod(name));
  });
  afterEach(async () => {
    watching?.stop();
    await api.close();
  });

  const start = async (silenceMs?: number): Promise<void> => {
    const calls = await createApi(api.config);
    watching = await watchObjects<ReturnType<typeof pod>>({
      config: api.config,
      path,
      resource: 'pods',
      pageSize: 2,
      async list({ limit, _continue }) {
        const query = { limit: String(limit), ...(_continue !== undefined && { continue: _continue }) };
        const page = (await calls.request({ method: 'GET', path, query })) as ListPage<ReturnType<typeof pod>> & {
          readonly metadata: { readonly resourceVersion: string; readonly continue?: string };
        };
        const { resourceVersion, continue: next = '' } = page.metadata;
        return { items: page.items, metadata: { resourceVersion, _continue: next } };
      },
      put: ({ metadata }) => void names.add(metadata.name),
      remove: (uid) => void names.delete(uid.replace('uid-of-', '')),
      onState: ({ state, reason }) => void said.push(reason === undefined ? state : `${state}: ${reason}`),
      backOff(attempt) {
        waits.push(attempt);
        return 10;
      },
      ...(silenceMs !== undefined && { silenceMs }),
    });
  };
  const known = () => [...names].toSorted().join('');
  const isSynced = () => watching?.state.state === 'synced';
  const isAway = () => watching?.state.state === 'away';
  const isList = ({ query }: ApiRequest) => query.watch === undefined;
  const lists = () => api.requests.filter(isList).length;

  test('comes in pages, and goes on from the version of the list', async () => {
    await start();
    await until('the list', isSynced);
    assert.equal(known(), 'abcde');
    assert.deepEqual(
      api.requests.map(({ query }) => query.continue ?? query.watch ?? 'first'),
      ['first', 'page-0', 'page-1', 'true'],
    );
    api.put(path, pod('f'));
    api.remove(path, 'uid-of-a');
    await until('the changes', () => known() === 'bcdef');
    assert.deepEqual(said, ['synced']);
  });

  test('what changes between two pages is told by the watch', async () => {
    api.trouble = ({ query }) => {
      if (query.continue === 'page-1') {
        api.trouble = () => undefined;
        api.put(path, pod('f'));
        api.remove(path, 'uid-of-b');
      }
      return undefined;
    };
    await start();
    await until('what is there', () => isSynced() && known() === 'acdef');
  });

  test('a list that is too old in its middle (410) begins anew, without a word, and who went meanwhile is gone', async () => {
    api.trouble = ({ query }) => {
      if (query.continue !== 'page-1') return undefined;
      api.trouble = () => undefined;
      api.remove(path, 'uid-of-b');
      api.compact();
      return undefined;
    };
    await start();
    await until('the second list', isSynced);
    assert.equal(known(), 'acde', 'b was in a page of the first list and in none of the second');
    assert.deepEqual(said, ['synced']);
  });

  test('a list that broke off leaves nobody behind who is not in the next', async () => {
    api.trouble = ({ query }) => (query.continue === 'page-1' ? 'hang up' : undefined);
    await start();
    await until('the first half', () => isAway() && names.has('d'));
    api.trouble = () => undefined;
    api.remove(path, 'uid-of-a');
    await until('the list', isSynced);
    assert.equal(known(), 'bcde');
  });

  test('a version that is too old is told in the stream (410), and leads to a list', async () => {
    await start();
    await until('the list', isSynced);
    api.compact();
    api.remove(path, 'uid-of-c');
    api.compact();
    api.endWatches();
    await until('what is left', () => known() === 'abde');
    await until('a watch', () => api.watches() === 1);
    assert.deepEqual(said, ['synced']);
  });

  test('a bookmark moves it on, where nothing of its own happened', async () => {
    await start();
    await until('the list', () => isSynced() && api.watches() === 1);
    const before = api.requests.length;
    api.put('/api/v1/namespaces/shop/services', { metadata: { name: 'elsewhere' } });
    const now = api.find('/api/v1/namespaces/shop/services/elsewhere')?.metadata.resourceVersion;
    api.bookmark();
    api.endWatches();
    await until('another watch', () => api.requests.length > before);
    const { watch, resourceVersion } = api.requests.at(-1)?.query ?? {};
    assert.deepEqual([watch, resourceVersion], ['true', now]);
  });

  test('a stream that comes a byte at a time, cut within a character, says the same', async () => {
    api.pieceBytes = 1;
    await start();
    await until('the list', () => isSynced() && api.watches() === 1);
    api.put(path, pod('grüße-🦊'));
    await until('the name', () => names.has('grüße-🦊'));
  });

  test('lines that make no sense are passed over', async () => {
    await start();
    await until('the list', () => isSynced() && api.watches() === 1);
    const nonsense = ['', 'null', '7', '"x"', '[]', '{}', '{"type":"ADDED"}', '{"type":"ADDED","object":{}}', '{"typ'];
    nonsense.push(
      '{"type":"DELETED","object":{"metadata":{"uid":7}}}',
      '{"type":"ODD","object":{"metadata":{"uid":"x"}}}',
    );
    api.say(path, `${nonsense.join('\n')}\n`);
    api.put(path, pod('f'));
    await until('what came after them', () => names.has('f'));
    assert.equal(known(), 'abcdef');
    assert.deepEqual(said, ['synced']);
  });

  test('a proxy that ends each watch at once is asked more and more slowly, and nothing is missed', async () => {
    api.closesWatches = true;
    await start();
    await until('some watches', () => waits.length >= 5);
    assert.deepEqual(waits.slice(0, 5), [0, 1, 2, 3, 4]);
    api.put(path, pod('f'));
    api.closesWatches = false;
    await until('what came between', () => names.has('f'));
    assert.equal(lists(), 3, 'three pages, once');
  });

  test('an API server that comes back is asked for what it said meanwhile; the rest stays as it was', async () => {
    await start();
    await until('the list', isSynced);
    await api.stop();
    await until('its absence', isAway);
    assert.match(watching?.state.reason ?? '', /cannot be reached/);
    assert.equal(known(), 'abcde');
    const before = lists();
    await api.start();
    api.put(path, pod('f'));
    await until('its return', () => isSynced() && names.has('f'));
    assert.equal(lists() - before, 1, 'one look at where it stands');
  });

  test('an API server that was away for long is not kept waiting for when it is back, though what it knew of is too old by then', async () => {
    await start();
    await until('the list', isSynced);
    await api.stop();
    await until('many tries', () => waits.length > 6);
    await api.start();
    api.put(path, pod('f'));
    api.compact();
    const before = waits.length;
    await until('its return', () => isSynced() && names.has('f'));
    assert.ok(waits.length - before <= 1, waits.join(' '));
    api.put(path, pod('g'));
    await until('what it says now', () => names.has('g'));
    await api.stop();
    await until('its absence', isAway);
    assert.ok((waits.at(-1) ?? 0) <= 1, waits.join(' '));
  });

  test('it goes on from where a stream broke, not from where that began', async () => {
    await start();
    await until('the list', isSynced);
    api.put(path, pod('f'));
    await until('what it says', () => names.has('f'));
    const asked = api.requests.findLast(({ query }) => query.watch === 'true')?.query.resourceVersion;
    await api.stop();
    await until('its absence', isAway);
    await api.start();
    await until('its return', isSynced);
    const again = api.requests.findLast(({ query }) => query.watch === 'true')?.query.resourceVersion;
    assert.ok(Number(again) > Number(asked), `${again} after ${asked}`);
  });

  test('another API server at its place, whose versions are lower, is listed: its watch would be silent for good', async () => {
    await start();
    await until('the list', isSynced);
    await api.stop();
    await until('its absence', isAway);
    await api.start(true);
    api.put(path, pod('a'));
    api.put(path, pod('x'));
    await until('its own pods', () => isSynced() && known() === 'ax');
    api.put(path, pod('y'));
    await until('what it says now', () => names.has('y'));
  });

  test('one that never answers a watch is away, and says so', async () => {
    api.trouble = ({ query }) => (query.watch === 'true' ? 'silence' : undefined);
    await start(50);
    await until('its silence', isAway);
    assert.equal(watching?.state.reason, 'the API server cannot be reached: no answer in time');
    api.trouble = () => undefined;
    await until('its return', isSynced);
  });

  test('a watch on which nothing happens is asked for anew, and that is no absence', async () => {
    await start(50);
    await until('the list', isSynced);
    await until('a third watch', () => api.requests.length - lists() >= 3);
    assert.deepEqual(said, ['synced']);
  });

  test('what it is refused is said, with what it takes', async () => {
    for (const [trouble, reason] of [
      ['podsForbidden', 'not allowed to read pods (403): it takes get, list and watch on pods'],
      ['unauthorized', 'the API server refuses the credentials (401)'],
      ['tooManyRequests', 'the API server answers 429'],
      ['listTooNew', 'the API server answers 504'],
    ] as const) {
      api.trouble = () => trouble;
      watching?.stop();
      await start();
      await until(trouble, isAway);
      assert.equal(watching?.state.reason, reason);
    }
    api.trouble = () => undefined;
    await until('the list', isSynced);
  });

  test('nothing is heard after it was stopped, wherever it was', async () => {
    await start();
    await until('the list', isSynced);
    watching?.stop();
    api.put(path, pod('f'));
    await until('the end of its watch', () => api.watches() === 0);
    const asked = api.requests.length;
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.equal(api.requests.length, asked);
    assert.equal(known(), 'abcde');
  });
});

describe('why a call failed', () => {
  const asked = { verbs: 'get', resource: 'pods' };

  test('is no status of HTTP where the platform has a number of its own', () => {
    const late = AbortSignal.timeout(0);
    return new Promise<void>((resolve) => {
      late.addEventListener('abort', () => {
        assert.equal(statusOf(late.reason), undefined);
        assert.equal(reasonOf(late.reason, asked), 'the API server cannot be reached: no answer in time');
        resolve();
      });
    });
  });

  test('is what the system said, wherever that is', async () => {
    const api = await startApiServer();
    const calls = await createApi(api.config);
    await api.close();
    const error = await calls.request({ method: 'GET', path }).catch((thrown: unknown) => thrown);
    assert.equal(reasonOf(error, asked), 'the API server cannot be reached: ECONNREFUSED');
  });
});
