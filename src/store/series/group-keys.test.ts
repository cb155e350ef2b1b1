import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { GroupKeys, type KeyEntry } from './group-keys.ts';

test('the keys of a group are those of a map, however many they are', () => {
  const step = fc.record({ id: fc.integer({ min: 0, max: 24 }), isGone: fc.boolean() });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const keys = new GroupKeys();
      const map = new Map<number, KeyEntry>();
      for (const { id, isGone } of steps) {
        if (isGone) {
          keys.delete(id);
          map.delete(id);
        } else if (!map.has(id)) {
          const entry: KeyEntry = { cells: id, gauge: undefined };
          keys.add(id, entry);
          map.set(id, entry);
        }
        assert.equal(keys.size, map.size);
        assert.equal(keys.get(id), map.get(id));
      }
      const byId = (a: readonly [number, unknown], b: readonly [number, unknown]) => a[0] - b[0];
      assert.deepEqual([...keys].toSorted(byId), [...map].toSorted(byId));
      assert.deepEqual(keys.ids().toSorted(), [...map.keys()].toSorted());
    }),
  );
});
