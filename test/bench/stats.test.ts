import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { createRandom, quantile, ratios, shuffled, summarize } from './stats.ts';

describe('summaries', () => {
  test('median and range, whatever the order', () => {
    assert.deepEqual(summarize([9, 1, 5]), { median: 5, min: 1, max: 9, count: 3 });
    assert.deepEqual(summarize([4, 2]), { median: 3, min: 2, max: 4, count: 2 });
  });

  test('nothing measured is not zero', () => {
    assert.equal(summarize([]), undefined);
    assert.equal(summarize([Number.NaN, Number.POSITIVE_INFINITY]), undefined);
    assert.equal(quantile([], 0.5), undefined);
  });

  test('the median lies within the range', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ noNaN: true, min: -1e9, max: 1e9 }), { minLength: 1 }), (values) => {
        const found = summarize(values);
        assert.ok(found && found.min <= found.median && found.median <= found.max);
      }),
    );
  });
});

describe('ratios', () => {
  test('each round is compared with its own baseline', () => {
    // The second round ran on a machine twice as slow; the contender's cost did not change.
    const subject = new Map([
      [0, 22],
      [1, 44],
    ]);
    const baseline = new Map([
      [0, 20],
      [1, 40],
    ]);
    assert.deepEqual(ratios(subject, baseline), { median: 1.1, min: 1.1, max: 1.1, count: 2 });
  });

  test('rounds without a baseline are left out', () => {
    assert.equal(ratios(new Map([[0, 1]]), new Map()), undefined);
    assert.equal(ratios(new Map([[0, 1]]), new Map([[0, 0]])), undefined);
  });
});

describe('shuffling', () => {
  test('keeps every item and repeats for a seed', () => {
    fc.assert(
      fc.property(fc.array(fc.integer()), fc.integer(), (items, seed) => {
        const once = shuffled(items, createRandom(seed));
        assert.deepEqual(once, shuffled(items, createRandom(seed)));
        assert.deepEqual([...once].sort(), [...items].sort());
      }),
    );
  });

  test('gives other orders for other seeds', () => {
    const orders = new Set(Array.from({ length: 30 }, (_, seed) => shuffled([1, 2, 3, 4], createRandom(seed)).join()));
    assert.ok(orders.size > 5);
  });
});
