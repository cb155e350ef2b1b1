import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createTenures } from './tenures.ts';

const hour = 3_600_000;

describe('who had an address when', () => {
  test('is remembered for longer than history is kept, and then forgotten', () => {
    const tenures = createTenures<string>();
    tenures.set('a', 'a', ['10.0.0.1'], 0, 0);
    tenures.end('a', hour);
    tenures.set('b', 'b', ['10.0.0.1'], hour, hour);
    assert.equal(tenures.at('10.0.0.1', hour / 2), 'a');
    tenures.set('c', 'c', ['10.0.0.2'], hour, hour);
    tenures.end('c', 4 * hour);
    assert.equal(tenures.at('10.0.0.1', hour / 2), 'b', 'who has it now stands for whoever was before');
  });

  test('of a cluster in which pods come and go does not grow for ever', () => {
    const tenures = createTenures<number>();
    const perHour = 3_600;
    for (let n = 0; n < 10 * perHour; n += 1) {
      const now = (n * hour) / perHour;
      tenures.set(`pod ${n}`, n, [`10.${n >> 16}.${(n >> 8) & 255}.${n & 255}`], now, now);
      if (n > 0) tenures.end(`pod ${n - 1}`, now);
    }
    assert.ok(tenures.size <= 2 * perHour + 2, `${tenures.size} addresses`);
  });
});
