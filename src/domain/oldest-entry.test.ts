import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { oldestEntryOf } from './oldest-entry.ts';

test('the oldest entry is the first that a fresh iterator would give, whatever is added and deleted in between', () => {
  const step = fc.oneof(
    fc.record({ set: fc.nat(20) }),
    fc.record({ delete: fc.nat(20) }),
    fc.record({ move: fc.nat(20) }),
    fc.constant({ evict: true }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const map = new Map<number, string>();
      const oldest = oldestEntryOf(map);
      for (const each of steps) {
        if ('set' in each) map.set(each.set, 'x');
        else if ('delete' in each) map.delete(each.delete);
        else if ('move' in each) {
          map.delete(each.move);
          map.set(each.move, 'moved');
        } else {
          const expected = map.entries().next().value;
          const got = oldest();
          assert.deepEqual(got, expected);
          if (got) map.delete(got[0]);
        }
      }
    }),
  );
});
