import assert from 'node:assert/strict';
import { test } from 'node:test';
import { httpEvents } from '../../../src/domain/tables/http-events.ts';
import { columnOf } from '../kelpie/wire.ts';
import { pathMark, syntheticBatch } from './synthetic-rows.ts';

test('synthetic rows have every required column of the table, and no other', () => {
  const sent = new Set(syntheticBatch(0, 10, 0n).columns.map((column) => column.name));
  const declared = Object.entries(httpEvents.columns);
  const required = declared.filter(([, column]) => 'required' in column && column.required).map(([name]) => name);
  assert.deepEqual(
    required.filter((name) => !sent.has(name)),
    [],
  );
  const names = new Set(declared.map(([name]) => name));
  assert.deepEqual(
    [...sent].filter((name) => !names.has(name)),
    [],
  );
});

test('ids differ and paths carry the mark', () => {
  const batch = syntheticBatch(100, 500, 0n);
  assert.equal(new Set(columnOf(batch, 'id')).size, 500);
  assert.ok(columnOf(batch, 'req_path').every((path) => String(path).includes(pathMark)));
});
