import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { Slots } from './slots.ts';

function createTable() {
  const slots = new Slots();
  const times = slots.numbers(Float64Array);
  const ports = slots.numbers(Uint16Array);
  const names = slots.objects<string>();
  return {
    slots,
    add(key: number, time: number) {
      const slot = slots.add(key);
      times.at[slot] = time;
      ports.at[slot] = time & 65_535;
      names.at[slot] = `n${key}`;
    },
    get(key: number) {
      const slot = slots.find(key);
      return slot < 0 ? undefined : [times.at[slot], ports.at[slot], names.at[slot]];
    },
    remove(key: number) {
      const slot = slots.find(key);
      if (slot >= 0) slots.remove(slot);
    },
    order() {
      const keys: number[] = [];
      for (let slot = slots.oldest; slot >= 0; slot = slots.after(slot)) keys.push(slots.keyOf(slot));
      return keys;
    },
    names,
  };
}

describe('a table by columns', () => {
  test('is a map that keeps its order, whatever is added and removed', () => {
    const key = fc.oneof(fc.nat(40), fc.maxSafeNat());
    const step = fc.record({ key, isRemoval: fc.boolean(), time: fc.nat() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 400 }), (steps) => {
        const table = createTable();
        const model = new Map<number, number>();
        for (const { key, isRemoval, time } of steps) {
          if (isRemoval) {
            table.remove(key);
            model.delete(key);
          } else if (!model.has(key)) {
            table.add(key, time);
            model.set(key, time);
          }
          assert.equal(table.slots.size, model.size);
        }
        assert.deepEqual(table.order(), [...model.keys()]);
        for (const [key, time] of model) assert.deepEqual(table.get(key), [time, time & 65_535, `n${key}`]);
        for (const { key } of steps) if (!model.has(key)) assert.equal(table.get(key), undefined);
      }),
    );
  });

  test('grows and shrinks with what is in it, in order, and lets go of objects', () => {
    const table = createTable();
    for (let i = 0; i < 50_000; i++) table.add(i * 3_000_000_019, i);
    assert.ok(table.names.at.length < 50_000 * 1.3);
    for (let i = 0; i < 50_000; i++) if (i % 100 !== 0) table.remove(i * 3_000_000_019);
    assert.ok(table.names.at.length < 2500, `${table.names.at.length} places for 500`);
    assert.deepEqual(
      table.order(),
      Array.from({ length: 500 }, (_, i) => i * 100 * 3_000_000_019),
    );
    assert.deepEqual(table.get(700 * 3_000_000_019), [700, 700, `n${700 * 3_000_000_019}`]);
    for (const key of table.order()) table.remove(key);
    assert.deepEqual(
      table.names.at.filter((name) => name !== undefined),
      [],
    );
    assert.equal(table.slots.oldest, -1);
  });
});
