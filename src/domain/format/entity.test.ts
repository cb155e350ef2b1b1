import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { shortenEntity } from './entity.ts';

describe('a pod’s name in little room', () => {
  for (const [name, width, shown] of [
    ['default/kuard-6b9c7d5f8-w4rtz', 29, 'default/kuard-6b9c7d5f8-w4rtz'],
    ['default/kuard-6b9c7d5f8-w4rtz', 28, 'default/kuard…w4rtz'],
    ['default/kuard-6b9c7d5f8-w4rtz', 18, 'kuard…w4rtz'],
    ['default/kuard-6b9c7d5f8-w4rtz', 11, 'kuard…w4rtz'],
    ['default/kuard-6b9c7d5f8-w4rtz', 8, 'kuard…tz'],
    ['shop/frontend-7d9c8b6f5-x2x9z', 12, 'frontend…x9z'],
    ['shop/recommendations-7d9c8b6f5-x2x9z', 12, 'recommen…x9z'],
    ['shop/payments-0', 14, 'payments-0'],
    ['shop/payments-0', 9, 'payments-0'],
    ['shop/catalog', 9, 'catalog'],
    ['shop/recommendations-7d9c8b6f5-x2x9z', 7, 'recommendations…9z'],
    ['10.96.0.10:53', 8, '10.96.0.10:53'],
  ] as const) {
    test(`${name} in ${width}: ${shown}`, () => assert.equal(shortenEntity(name, width, '…'), shown));
  }

  test('keeps the namespace where that tells it from others', () => {
    const shown = [18, 14, 12].map((width) => shortenEntity('prod/api-7d9f8b5c6-x2k4l', width, '…', true));
    assert.deepEqual(shown, ['prod/api…x2k4l', 'prod/api…x2k4l', 'prod/api…k4l']);
    assert.equal(shortenEntity('staging/recommendations-7d9f8b5c6-x2k4l', 14, '…', true), 'staging/re…k4l');
  });
});
