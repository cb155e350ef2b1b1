import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createDialTurns } from './dial-turns.ts';

describe('turns to dial', () => {
  test('so many at a time, the others in order, each as one before it is done', () => {
    const turns = createDialTurns(2, 60_000);
    const dialled: number[] = [];
    const ends = [0, 1, 2, 3].map((n) => turns.take(() => dialled.push(n)));
    assert.deepEqual(dialled, [0, 1]);
    ends[1]?.();
    ends[1]?.();
    assert.deepEqual(dialled, [0, 1, 2], 'an end counts once');
    ends[0]?.();
    assert.deepEqual(dialled, [0, 1, 2, 3]);
  });

  test('who waits and is closed never dials', () => {
    const turns = createDialTurns(1, 60_000);
    const dialled: string[] = [];
    const first = turns.take(() => dialled.push('first'));
    turns.take(() => dialled.push('closed'))();
    turns.take(() => dialled.push('last'));
    first();
    assert.deepEqual(dialled, ['first', 'last']);
  });

  test('who never answers makes way', async () => {
    const turns = createDialTurns(1, 5);
    turns.take(() => {});
    await new Promise<void>((resolve) => {
      turns.take(resolve);
      // The turns' own timers keep no process alive.
      setTimeout(() => {}, 100);
    });
  });
});
