import assert from 'node:assert/strict';
import { afterEach, describe, test } from 'node:test';
import { type HttpPages, serveHttpPages } from './http-pages.ts';

describe('what an agent answers over plain HTTP', () => {
  const open: HttpPages[] = [];
  afterEach(() => {
    for (const pages of open.splice(0)) pages.close();
  });
  const serve = async (text: () => Promise<string>) => {
    const answer = async () => ({ status: 200, text: await text() });
    const pages = await serveHttpPages(
      { host: '127.0.0.1', port: 0 },
      new Map([['/livez', { type: 'text/plain', answer }]]),
    );
    open.push(pages);
    return `http://127.0.0.1:${pages.port}`;
  };

  test('is what was asked for, to GET and HEAD, and nothing else', async () => {
    const base = await serve(async () => 'ok\n');
    const asked = async (path: string, method = 'GET') => {
      const response = await fetch(base + path, { method });
      return [response.status, await response.text()];
    };
    assert.deepEqual(await asked('/livez'), [200, 'ok\n']);
    assert.deepEqual(await asked('/livez?verbose'), [200, 'ok\n']);
    assert.deepEqual(await asked('/livez', 'HEAD'), [200, '']);
    assert.deepEqual(await asked('/livez', 'POST'), [405, 'GET only\n']);
    assert.deepEqual(await asked('/'), [404, 'not found\n']);
    assert.deepEqual(await asked('/livez/../secret'), [404, 'not found\n']);
  });

  test('is 500 without a word of why when it fails, and goes on', async () => {
    let fails = true;
    const base = await serve(async () => {
      if (fails) throw new Error('a secret reason');
      return 'ok\n';
    });
    const failed = await fetch(`${base}/livez`);
    assert.deepEqual([failed.status, await failed.text()], [500, 'failed\n']);
    fails = false;
    assert.equal((await fetch(`${base}/livez`)).status, 200);
  });

  test('cannot begin where somebody listens', async () => {
    const base = await serve(async () => 'ok\n');
    const port = Number(new URL(base).port);
    await assert.rejects(serveHttpPages({ host: '127.0.0.1', port }, new Map()), { code: 'port-in-use' });
  });
});
