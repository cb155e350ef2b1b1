import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createBudgetMap } from './budget-map.ts';
import { budgetUse } from './layout.gen.ts';
import type { Budget } from './source.ts';

function fakeMaps() {
  const budgets = new Map<bigint, readonly [perSegment: bigint, perKib: bigint]>();
  const uses = new Map<string, Uint8Array>();
  const state = { budgets, uses, writes: 0 };
  const idOf = (key: Uint8Array): bigint => new DataView(key.buffer).getBigUint64(0, true);
  return Object.assign(state, {
    update(_map: string, key: Uint8Array, value: Uint8Array) {
      const view = new DataView(value.buffer);
      state.writes++;
      budgets.set(idOf(key), [view.getBigUint64(0, true), view.getBigUint64(8, true)]);
    },
    remove(_map: string, key: Uint8Array) {
      state.writes++;
      budgets.delete(idOf(key));
    },
    keys: () => [...uses.keys()].map((hex) => new Uint8Array(Buffer.from(hex, 'hex'))),
    lookup: (_map: string, key: Uint8Array) => uses.get(Buffer.from(key).toString('hex')),
  });
}

const budget = (cgroupId: number, segmentsPerSecond: number, bytesPerSecond: number): Budget => ({
  cgroupId,
  segmentsPerSecond,
  bytesPerSecond,
});

describe('the budgets in the kernel', () => {
  test('are prices in time: what was asked for last, with as few writes as possible', () => {
    const maps = fakeMaps();
    const budgets = createBudgetMap(maps);
    budgets.set([budget(7, 1000, 0), budget(8, 0, 1024), budget(9, 0, 0)]);
    assert.deepEqual(
      [...maps.budgets],
      [
        [7n, [1_000_000n, 0n]],
        [8n, [0n, 1_000_000_000n]],
      ],
    );
    budgets.set([budget(7, 1000, 0), budget(8, 0, 2048)]);
    assert.equal(maps.writes, 3);
    budgets.set([]);
    assert.equal(maps.budgets.size, 0);
  });

  test('where there is one for all the others, no limit is told too', () => {
    const maps = fakeMaps();
    const budgets = createBudgetMap(maps);
    budgets.set([budget(0, 1000, 0), budget(7, 0, 0)]);
    assert.deepEqual(
      [...maps.budgets],
      [
        [0n, [1_000_000n, 0n]],
        [7n, [0n, 0n]],
      ],
    );
    budgets.set([budget(7, 0, 0)]);
    assert.equal(maps.budgets.size, 0);
  });

  test('numbers out of range are brought into it', () => {
    const maps = fakeMaps();
    createBudgetMap(maps).set([
      budget(1, 1e12, 1e-9),
      budget(2, Number.NaN, -5),
      budget(3, Number.POSITIVE_INFINITY, 0),
    ]);
    assert.deepEqual(
      [...maps.budgets],
      [
        [1n, [1n, 3_600_000_000_000n]],
        [3n, [1n, 0n]],
      ],
    );
  });

  test('use is read by cgroup; an entry that goes meanwhile is left out', () => {
    const maps = fakeMaps();
    const value = new Uint8Array(budgetUse.size);
    const view = new DataView(value.buffer);
    view.setBigUint64(budgetUse.segments, 5n, true);
    view.setBigUint64(budgetUse.bytes, 700n, true);
    view.setBigUint64(budgetUse.sampledMessages, 2n, true);
    view.setBigUint64(budgetUse.sampledBytes, 90n, true);
    maps.uses.set('0700000000000000', value);
    const gone = { ...maps, keys: () => [...maps.keys(), new Uint8Array(8)] };
    assert.deepEqual(createBudgetMap(gone).use(), [
      { cgroupId: 7, segments: 5, bytes: 700, sampledMessages: 2, sampledBytes: 90 },
    ]);
  });
});
