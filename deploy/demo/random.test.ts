import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createRandom, seedFor } from './random.ts';

const draws = (seed: number, count = 200) => {
  const random = createRandom(seed);
  return Array.from({ length: count }, () => random.next());
};

describe('seeded randomness', () => {
  test('repeats itself for a seed and differs between seeds', () => {
    assert.deepEqual(draws(7), draws(7));
    assert.notDeepEqual(draws(7), draws(8));
  });

  test('is uniform in [0, 1)', () => {
    const values = draws(1, 20_000);
    const mean = values.reduce((sum, value) => sum + value) / values.length;
    assert.ok(values.every((value) => value >= 0 && value < 1));
    assert.ok(Math.abs(mean - 0.5) < 0.01, `mean ${mean}`);
  });

  test('has latencies around their median, with a tail', () => {
    const random = createRandom(3);
    const values = Array.from({ length: 5000 }, () => random.latency(100, 0.5)).sort((a, b) => a - b);
    const at = (share: number) => values[Math.floor(values.length * share)] ?? 0;
    assert.ok(Math.abs(at(0.5) - 100) < 5, `p50 ${at(0.5)}`);
    assert.ok(at(0.99) > 250, `p99 ${at(0.99)}`);
  });

  test('gives every pod a seed of its own', () => {
    const seeds = ['kuard', 'api', 'cart', 'catalog'].map((name) => seedFor(1, name));
    assert.equal(new Set(seeds).size, seeds.length);
    assert.notEqual(seedFor(1, 'api'), seedFor(2, 'api'));
  });
});
