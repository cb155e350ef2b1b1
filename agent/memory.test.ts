import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createChurn, heldBytes } from './memory.bench.ts';

const mebibyte = 2 ** 20;

describe('memory over time', () => {
  test('stays where it is however many connections come and go, once the ring is full', async () => {
    const churn = createChurn({ perSecond: 4, ringBytes: mebibyte });
    // Some names are remembered for ten minutes.
    churn.run(660);
    const before = await heldBytes();
    churn.run(660);
    const after = await heldBytes();
    assert.ok(churn.rows.totals.rows_evicted > 1000, 'the ring is full');
    const grown = (after - before) / mebibyte;
    assert.ok(grown < 0.5, `${grown.toFixed(2)} MiB more after ten more minutes`);
  });

  test('of the ring is what it says it is, whatever the tables', async () => {
    // Code and what it was found to work on take memory too.
    createChurn().run(20);
    const full = createChurn({ perSecond: 20, ringBytes: 64 * mebibyte });
    const before = await heldBytes();
    full.run(300);
    const held = (await heldBytes()) - before;
    const { bytes } = full.rows.ring;
    // What else the agent remembers of five minutes.
    const others = 2 * mebibyte;
    assert.ok(
      held < bytes * 1.2 + others,
      `${(held / mebibyte).toFixed(1)} MiB held, ${(bytes / mebibyte).toFixed(1)} told`,
    );
    assert.ok(held > bytes * 0.75, `${(held / mebibyte).toFixed(1)} MiB held, ${(bytes / mebibyte).toFixed(1)} told`);
  });
});
