import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { namespaceOf, workloadOf } from './workload.ts';

describe('the workload behind a pod', () => {
  for (const [entity, workload] of [
    ['shop/api-7d9f8-x2k4l', 'shop/api'],
    ['shop/frontend-7d9c8b6f5-x2x9z', 'shop/frontend'],
    ['shop/fluent-bit-x2k4l', 'shop/fluent-bit'],
    ['shop/db-0', 'shop/db'],
    ['shop/my-super-proxy', 'shop/my-super-proxy'],
    ['shop/kuard', 'shop/kuard'],
    ['nginx', 'nginx'],
    ['10.0.0.1:443', '10.0.0.1:443'],
    ['api.example.com', 'api.example.com'],
    ['shop/-x2k4l', 'shop/-x2k4l'],
  ] as const) {
    test(`${entity} is one of ${workload}`, () => assert.equal(workloadOf(entity), workload));
  }

  test('the namespace stands before the slash', () => {
    assert.equal(namespaceOf('shop/api'), 'shop');
    assert.equal(namespaceOf('10.0.0.1:443'), undefined);
  });
});
