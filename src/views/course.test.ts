import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createSketch } from '../domain/sketch/sketch.ts';
import type { Scope, Snapshot, TimelinePoint } from '../store/store.ts';
import { readCourse } from './course.ts';

const begin = 1_790_000_000_000;

const point = (second: number, requests: number): TimelinePoint => ({
  time: begin + second * 1_000,
  requests,
  errors: 0,
  clientErrors: 0,
  sampledOut: 0,
  bytes: 0,
  latency: createSketch(),
});

/** Four seconds are held; of each namespace these points are worked out. */
function snapshotOf(points: Readonly<Record<string, readonly TimelinePoint[]>>): Snapshot {
  const held = { from: begin, to: begin + 4_000 };
  const timeline = ({ namespace }: Scope) => points[namespace ?? ''] ?? [];
  return { version: 1, time: held.to, held, timeline } as unknown as Snapshot;
}

describe('a stretch of time that is drawn', () => {
  const time = { kind: 'past', at: begin + 4_000, spanMs: 4_000 } as const;
  const scopes = [{ namespace: 'shop' }, { namespace: 'pay' }];
  const seconds = [0, 1, 2, 3];

  test('adds scopes up, step by step', () => {
    const snapshot = snapshotOf({ shop: seconds.map((n) => point(n, 1)), pay: seconds.map((n) => point(n, n)) });
    const { steps, total, isPending } = readCourse(snapshot, scopes, time, 80);
    assert.deepEqual(
      steps.map(({ requests }) => requests),
      [1, 2, 3, 4],
    );
    assert.deepEqual([total.requests, total.rate, isPending], [10, 2.5, false]);
  });

  test('says of steps that are still being worked out that they are not known, never that nothing happened', () => {
    const snapshot = snapshotOf({
      shop: seconds.map((n) => point(n, 1)),
      pay: seconds.slice(1, 3).map((n) => point(n, 3)),
    });
    const { steps, total, isPending } = readCourse(snapshot, scopes, time, 80);
    assert.deepEqual(
      steps.map(({ isKnown }) => isKnown),
      [false, true, true, false],
    );
    assert.deepEqual([total.requests, total.rate, isPending], [8, 4, true]);
  });

  test('says the same of time that is not held, which nothing is awaited of', () => {
    const snapshot = snapshotOf({ shop: seconds.map((n) => point(n, 1)), pay: seconds.map((n) => point(n, 1)) });
    const later = { kind: 'past', at: begin + 6_000, spanMs: 4_000 } as const;
    const { steps, isPending } = readCourse(snapshot, scopes, later, 80);
    assert.deepEqual(
      steps.map(({ isKnown }) => isKnown),
      [true, true, false, false],
    );
    assert.equal(isPending, false);
  });
});
