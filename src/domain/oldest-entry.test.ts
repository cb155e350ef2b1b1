import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
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

test('what was deleted is let go of, however long nobody asks for the oldest entry', async () => {
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  const map = new Map<number, object>();
  const oldest = oldestEntryOf(map);
  const deleted = (() => {
    const value = {};
    for (let i = 0; i < 4; i++) map.set(i, {});
    map.set(4, value);
    assert.equal(oldest()?.[0], 0);
    return new WeakRef(value);
  })();
  // The map moves to new tables on the way; the value is in several of them.
  for (let i = 0; i < 1000; i++) map.set(5 + i, {});
  for (let i = 0; i < 1000; i++) map.delete(i);
  // A WeakRef holds what it gave until the job ends.
  await new Promise((resolve) => setImmediate(resolve));
  collect();
  assert.equal(deleted.deref(), undefined);
  assert.equal(oldest()?.[0], 1000);
});
