import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createSketch, decodeSketch } from './sketch.ts';
import { SketchTally } from './tally.ts';

test('a tally says what a sketch of the same values says, also when it is used again', () => {
  const tally = new SketchTally();
  const value = fc.oneof(fc.nat({ max: 10 }), fc.nat({ max: 2_000_000_000 }), fc.constant(2 ** 53), fc.constant(0));
  fc.assert(
    fc.property(fc.array(value, { maxLength: 60 }), (values) => {
      const sketch = createSketch();
      tally.clear();
      for (const one of values) {
        tally.add(one);
        sketch.add(one);
      }
      assert.equal(tally.count, sketch.count);
      for (const share of [0, 0.5, 0.99, 1]) assert.equal(tally.quantile(share), sketch.quantile(share));
      const decoded = decodeSketch(tally.encode());
      assert.deepEqual(decoded?.encode(), sketch.encode());
    }),
    { numRuns: 500 },
  );
});
