/** The sketch keeps its promises: accuracy, merging, a wire form that survives anything. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { createSketch, decodeSketch } from './sketch.ts';

const durations = fc.array(fc.integer({ min: 0, max: 3_600_000_000_000 }), { minLength: 1, maxLength: 300 });
const sketchOf = (values: readonly number[]) => {
  const sketch = createSketch();
  for (const value of values) sketch.add(value);
  return sketch;
};

describe('a latency sketch', () => {
  test('tells quantiles within one percent of the value at that rank', () => {
    fc.assert(
      fc.property(durations, fc.constantFrom(0, 0.5, 0.9, 0.99, 1), (values, share) => {
        const sorted = values.toSorted((a, b) => a - b);
        const exact = sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
        const told = sketchOf(values).quantile(share) ?? Number.NaN;
        assert.ok(Math.abs(told - exact) <= exact * 0.0101 + 1e-9, `${told} for ${exact}`);
      }),
    );
  });

  test('merged from parts is the sketch of the whole, in any order', () => {
    fc.assert(
      fc.property(durations, durations, (a, b) => {
        const merged = sketchOf(b);
        merged.merge(sketchOf(a));
        assert.deepEqual(merged.encode(), sketchOf([...a, ...b]).encode());
      }),
    );
  });

  test('comes back from the wire as it was', () => {
    fc.assert(
      fc.property(durations, (values) => {
        const sketch = sketchOf(values);
        const back = decodeSketch(sketch.encode());
        assert.ok(back);
        assert.deepEqual(
          [back.count, back.min, back.max, back.quantile(0.99)],
          [sketch.count, sketch.min, sketch.max, sketch.quantile(0.99)],
        );
        assert.equal(Math.round(back.sum), Math.round(sketch.sum));
      }),
    );
  });

  test('bytes that are no sketch are refused, never thrown at', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        const sketch = decodeSketch(bytes);
        if (sketch) assert.ok(sketch.count >= 0);
      }),
    );
    assert.equal(decodeSketch(new Uint8Array()), undefined);
    assert.equal(decodeSketch(sketchOf([1, 2, 3]).encode().subarray(0, -1)), undefined);
  });

  test('an empty one knows nothing, and what is no duration is not added', () => {
    const sketch = createSketch();
    for (const value of [Number.NaN, -1, Number.POSITIVE_INFINITY]) sketch.add(value);
    assert.deepEqual(
      [sketch.count, sketch.min, sketch.max, sketch.quantile(0.5)],
      [0, undefined, undefined, undefined],
    );
    assert.equal(decodeSketch(sketch.encode())?.count, 0);
  });

  test('its buckets hold what was added', () => {
    const [zero, one] = sketchOf([0, 1_000, 1_000]).buckets();
    assert.deepEqual([zero?.low, zero?.count, one?.count], [0, 1, 2]);
    assert.ok(one && one.low < 1_000 && one.high >= 1_000);
  });
});
