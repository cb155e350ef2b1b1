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
});
