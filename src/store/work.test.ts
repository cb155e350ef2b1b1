import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { createWorkQueue, type Work } from './work.ts';

/** A clock of its own, on which each step of work takes so long. */
function createBench(t: TestContext, mostShare?: number) {
  let now = 0;
  t.mock.method(performance, 'now', () => now);
  const pieces: (() => void)[] = [];
  let done = 0;
  const pacing = { later: (run: () => void) => void pieces.push(run), sliceMs: 8, ...(mostShare && { mostShare }) };
  const queue = createWorkQueue(pacing, () => {
    done += 1;
  });
  return {
    queue,
    *steps(count: number, ms: number): Work<void> {
      for (let step = 0; step < count; step += 1) {
        now += ms;
        yield;
      }
    },
    /** Does what is to be done; how many pieces that took. */
    run(): number {
      let count = 0;
      for (let piece = pieces.shift(); piece; piece = pieces.shift()) {
        piece();
        count += 1;
      }
      return count;
    },
    wait: (ms: number) => {
      now += ms;
    },
    done: () => done,
  };
}

describe('long work', () => {
  test('is done in slices, and then said to be done', (t) => {
    const { queue, steps, run, done } = createBench(t);
    queue.add(steps(20, 2));
    queue.add(steps(4, 2));
    assert.equal(queue.busy, true);
    assert.equal(run(), 7, '48 ms in slices of 8, and a look that finds nothing left');
    assert.equal(queue.busy, false);
    assert.equal(done(), 1);
    assert.equal(queue.isResting, false, 'nobody said how much of the time it may take');
  });

  test('rests until it has had no more than its share of the time', (t) => {
    const { queue, steps, run, wait } = createBench(t, 0.2);
    assert.equal(queue.isResting, false);
    queue.add(steps(50, 2));
    run();
    assert.equal(queue.isResting, true, '100 ms of work: 400 ms of rest');
    wait(399);
    assert.equal(queue.isResting, true);
    wait(1);
    assert.equal(queue.isResting, false);
  });

  test('is waited for some seconds at most, however long it took', (t) => {
    const { queue, steps, run, wait } = createBench(t, 0.2);
    queue.add(steps(5_000, 2));
    run();
    wait(2_999);
    assert.equal(queue.isResting, true);
    wait(1);
    assert.equal(queue.isResting, false);
  });
});
