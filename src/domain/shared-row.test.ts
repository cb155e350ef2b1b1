import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Row } from './column.ts';
import { bytesOf, keptIfSame, readShared, rowBytes, sharedColumns, sharedOf } from './shared-row.ts';

class Visit {
  readonly [sharedColumns]: Row;
  readonly status: number;
  constructor(shared: Row, status: number) {
    this[sharedColumns] = shared;
    this.status = status;
  }
  get [rowBytes](): number {
    return 64;
  }
}
readShared(Visit.prototype, ['pod', 'node']);

describe('rows that share columns', () => {
  const shared = { pod: 'shop/api', node: null };
  const row = new Visit(shared, 200) as unknown as Row;

  test('are read like any other', () => {
    assert.deepEqual([row.pod, row.node, row.status, row.unknown], ['shop/api', null, 200, undefined]);
    assert.equal(sharedOf(row), shared);
    assert.equal(bytesOf(row), 64);
  });

  test('are told from plain objects', () => {
    assert.equal(sharedOf({ pod: 'shop/api' }), undefined);
    assert.equal(bytesOf({ pod: 'shop/api' }), undefined);
  });

  test('go on with the same object while it says the same', () => {
    assert.equal(keptIfSame(shared, { pod: 'shop/api', node: null }), shared);
    const moved = { pod: 'shop/api', node: 'node-b' };
    assert.equal(keptIfSame(shared, moved), moved);
    assert.equal(keptIfSame(undefined, moved), moved);
  });
});
