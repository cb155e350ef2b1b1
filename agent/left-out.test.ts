import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLeftOut } from './left-out.ts';

test('two messages are an exchange, a half one waits for its other half', () => {
  const told: [string, number][] = [];
  const cgroups = { pathOf: (id: number) => (id === 7 ? '/pods/a' : undefined) };
  const leftOut = createLeftOut(cgroups, (path, exchanges) => void told.push([path, exchanges]));
  for (const count of [3, 4, 1, 1]) leftOut.messages(7, count, 0);
  leftOut.messages(8, 10, 0);
  assert.deepEqual(told, [
    ['/pods/a', 1],
    ['/pods/a', 2],
    ['/pods/a', 1],
  ]);
});
