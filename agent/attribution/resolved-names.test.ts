import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createResolvedNames } from './resolved-names.ts';

const minute = 60e9;

describe('names that DNS gave to addresses', () => {
  test('the name a pod asked for itself goes before what others asked for later', () => {
    const names = createResolvedNames();
    names.learn('shop/api', 'stripe.com', ['192.0.2.1'], 60e9, 0);
    names.learn('shop/web', 'cdn.net', ['192.0.2.1'], 60e9, 1);
    assert.equal(names.nameOf('shop/api', '192.0.2.1', 2), 'stripe.com');
    assert.equal(names.nameOf('shop/web', '192.0.2.1', 2), 'cdn.net');
    assert.equal(names.nameOf('shop/else', '192.0.2.1', 2), 'cdn.net');
    assert.equal(names.nameOf(null, '192.0.2.1', 2), 'cdn.net');
    assert.equal(names.nameOf('shop/api', '192.0.2.2', 2), undefined);
  });

  test('a name lives ten minutes at least, longer if its time to live says so, and as long as it is used', () => {
    const names = createResolvedNames();
    names.learn('a', 'short.x', ['192.0.2.1'], 1e9, 0);
    names.learn('a', 'long.x', ['192.0.2.2'], 60 * minute, 0);
    assert.equal(names.nameOf('a', '192.0.2.1', 9 * minute), 'short.x');
    assert.equal(names.nameOf('a', '192.0.2.1', 18 * minute), 'short.x', 'a long connection keeps its name');
    assert.equal(names.nameOf('a', '192.0.2.1', 30 * minute), undefined);
    assert.equal(names.nameOf('a', '192.0.2.2', 50 * minute), 'long.x');
  });

  test('answers of blocklists name nothing local', () => {
    const names = createResolvedNames();
    names.learn('a', 'ads.x', ['127.0.0.1', '0.0.0.0', '::1', '::'], 1e9, 0);
    assert.equal(names.size, 0);
  });

  test('so many addresses and askers, those used last', () => {
    const names = createResolvedNames(100);
    for (let i = 0; i < 1000; i++)
      names.learn(`pod-${i}`, `n${i}.x`, [`10.${i >> 8}.${i & 255}.1`, '192.0.2.1'], 1e9, i);
    assert.ok(names.size <= 100);
    assert.equal(names.nameOf('pod-999', '192.0.2.1', 1000), 'n999.x');
    assert.equal(names.nameOf('pod-1', '192.0.2.1', 1000), 'n999.x', 'its own was forgotten');
  });
});
