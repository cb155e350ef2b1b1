import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { followEnd, followStart, grip, type Keys, type ListCursor, move, moveTo, place } from './list-cursor.ts';

const listOf = (keys: readonly string[]): Keys => ({ length: keys.length, keyAt: (index) => keys[index] ?? '' });
const numbered = (from: number, to: number) =>
  Array.from({ length: Math.max(0, to - from) }, (_, i) => String(from + i));

const height = fc.integer({ min: 1, max: 40 });
/** A live list: rows come at the end and go at the front. */
const growth = fc.record({ gone: fc.integer({ min: 0, max: 30 }), come: fc.integer({ min: 0, max: 30 }) });

describe('the cursor in a list that changes', () => {
  test('follows the end until it is moved away, and again from the last row on', () => {
    const list = listOf(numbered(0, 10));
    assert.equal(place(followEnd, list, 5).index, 9);
    const up = move(followEnd, list, 5, -1);
    assert.equal(place(up, list, 5).key, '8');
    const last = move(up, list, 5, 1);
    assert.equal(last.hold, 'row');
    assert.equal(move(last, list, 5, 1), followEnd);
  });

  test('the row under the cursor never changes and never leaves its line while rows come and go', () => {
    fc.assert(
      fc.property(
        height,
        fc.array(fc.integer({ min: -9, max: 3 }), { maxLength: 8 }),
        fc.array(growth),
        (rows, steps, changes) => {
          let from = 0;
          let to = 200;
          let cursor: ListCursor = move(followEnd, listOf(numbered(from, to)), rows, -20);
          for (const step of steps)
            cursor = grip(move(cursor, listOf(numbered(from, to)), rows, step), listOf(numbered(from, to)), rows);
          const before = place(cursor, listOf(numbered(from, to)), rows);
          const line = before.index - before.top;
          for (const { gone, come } of changes) {
            from += gone;
            to += come;
            if (Number(before.key) < from) return;
            const now = place(cursor, listOf(numbered(from, to)), rows);
            assert.equal(now.key, before.key);
            // At the very top or bottom of the list there may be no room to keep the line.
            const isFree = now.top > 0 && now.top < to - from - rows;
            if (isFree) assert.equal(now.index - now.top, line);
          }
        },
      ),
    );
  });

  test('the window is always inside the list and holds the cursor', () => {
    const holds = fc.constantFrom(followEnd, followStart);
    fc.assert(
      fc.property(
        holds,
        height,
        fc.integer({ min: 0, max: 100 }),
        fc.array(fc.integer({ min: -50, max: 50 })),
        (start, rows, length, steps) => {
          const list = listOf(numbered(0, length));
          let cursor: ListCursor = start;
          for (const step of steps) {
            cursor = move(cursor, list, rows, step);
            const { index, top } = place(cursor, list, rows);
            if (length === 0) return assert.equal(index, -1);
            assert.ok(index >= top && index < top + rows && index < length);
            assert.ok(top >= 0 && top <= Math.max(0, length - rows));
          }
        },
      ),
    );
  });

  test('when its row is gone it stays near and does not fail', () => {
    const cursor = moveTo(followEnd, listOf(numbered(0, 50)), 10, 20);
    assert.equal(place(cursor, listOf(numbered(30, 50)), 10).index, 19);
    assert.equal(place(cursor, listOf([]), 10).index, -1);
    assert.equal(place(cursor, listOf(numbered(0, 50)), 10).key, '20', 'and returns when the row does');
  });

  test('a row that moves in a sorted list takes the cursor along', () => {
    const cursor = moveTo(followStart, listOf(['a', 'b', 'c', 'd']), 10, 1);
    assert.equal(place(cursor, listOf(['d', 'c', 'a', 'b']), 10).index, 3);
  });
});
