import assert from 'node:assert/strict';
import { test } from 'node:test';
import { columnOf } from './wire.ts';

const batch = {
  table: 'http_events',
  rows: 3,
  columns: [
    { name: 'pid', present: new Uint8Array([0b101]), values: { $case: 'numbers' as const, value: { value: [7, 9] } } },
    {
      name: 'req_method',
      present: new Uint8Array(0),
      values: { $case: 'strings' as const, value: { dictionary: ['GET', 'POST'], index: [1, 0, 1] } },
    },
  ],
};

test('rows without a value take no place among the values', () => {
  assert.deepEqual(columnOf(batch, 'pid'), [7, undefined, 9]);
});

test('text comes out of the dictionary', () => {
  assert.deepEqual(columnOf(batch, 'req_method'), ['POST', 'GET', 'POST']);
});

test('a column that was not sent is empty in every row', () => {
  assert.deepEqual(columnOf(batch, 'latency'), [undefined, undefined, undefined]);
});
