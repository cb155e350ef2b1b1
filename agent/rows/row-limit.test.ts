import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createRowLimit } from './row-limit.ts';

/** How many of `offered` rows a millisecond pass in each tenth of a second, over a second. */
function passedByTenth(perSecond: number, offered: number): number[] {
  let now = 5_000;
  const admits = createRowLimit(perSecond, () => now);
  return Array.from({ length: 10 }, () => {
    let passed = 0;
    for (let ms = 0; ms < 100; ms += 1, now += 1) for (let row = 0; row < offered; row += 1) if (admits()) passed += 1;
    return passed;
  });
}

const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0);

describe('a limit of rows a second', () => {
  test('lets them through evenly, so that a table goes on moving', () => {
    assert.deepEqual(passedByTenth(1000, 40), Array(10).fill(100));
  });

  test('holds over the second where it does not divide evenly', () => {
    const passed = passedByTenth(25, 40);
    assert.equal(sum(passed), 25);
    assert.ok(Math.max(...passed) <= 3);
  });

  test('of a few is not rounded away', () => {
    assert.equal(sum(passedByTenth(3, 40)), 3);
  });

  test('is no limit at 0, and none that is felt below it', () => {
    assert.equal(sum(passedByTenth(0, 40)), 40_000);
    assert.equal(sum(passedByTenth(1000, 1)), 1000);
  });
});
