import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { proxyFor } from './proxy.ts';

const proxy = 'http://proxy.example:3128';

describe('the proxy to an API server', () => {
  test('is the one the environment names for https, or for http', () => {
    assert.equal(proxyFor('https://api.example:6443', { HTTPS_PROXY: proxy }), proxy);
    assert.equal(proxyFor('https://api.example:6443', { https_proxy: 'proxy.example:3128' }), proxy);
    assert.equal(proxyFor('https://api.example:6443', { HTTP_PROXY: proxy }), undefined);
    assert.equal(proxyFor('http://api.example', { HTTP_PROXY: proxy }), proxy);
    assert.equal(proxyFor('https://api.example', {}), undefined);
  });

  test('is none on this machine', () => {
    for (const server of ['https://localhost:6443', 'https://127.0.0.1:6443', 'https://[::1]:6443'])
      assert.equal(proxyFor(server, { HTTPS_PROXY: proxy }), undefined, server);
  });

  test('is none for what NO_PROXY excepts', () => {
    const excepted = (server: string, exceptions: string) =>
      proxyFor(server, { HTTPS_PROXY: proxy, NO_PROXY: exceptions }) === undefined;
    for (const [server, exceptions, is] of [
      ['https://api.corp.example:6443', 'corp.example', true],
      ['https://corp.example:6443', 'corp.example', true],
      ['https://corp.example:6443', '.corp.example', false],
      ['https://a.corp.example', '*.corp.example', true],
      ['https://notcorp.example', 'corp.example', false],
      ['https://API.Corp.example', ' other, corp.EXAMPLE ', true],
      ['https://api.corp.example:6443', 'corp.example:6443', true],
      ['https://api.corp.example:6443', 'corp.example:443', false],
      ['https://api.corp.example', 'corp.example:443', true],
      ['https://10.1.2.3:6443', '10.0.0.0/8', true],
      ['https://11.1.2.3:6443', '10.0.0.0/8', false],
      ['https://10.1.2.3:6443', '10.1.2.3', true],
      ['https://[fd00::7]:6443', 'fd00::/8', true],
      ['https://[fd00::7]:6443', '10.0.0.0/8,nonsense/99,/', false],
      ['https://anything', '*', true],
    ] as const)
      assert.equal(excepted(server, exceptions), is, `${server} ${exceptions}`);
  });
});
