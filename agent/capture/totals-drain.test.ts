import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createTotalsDrain } from './totals-drain.ts';

/** Maps that hold so many bytes each, and the pair that is filled now. */
function fakeKernel(held: Record<string, number>) {
  let epoch = 0;
  return {
    drained: [] as string[],
    flip: () => (epoch++ & 1) as 0 | 1,
    drainMap(map: string, into: Uint8Array) {
      this.drained.push(map);
      const bytes = Math.min(into.length, held[map] ?? 0);
      held[map] = (held[map] ?? 0) - bytes;
      return bytes;
    },
  };
}

describe('draining totals', () => {
  const into = new Uint8Array(200_000);

  test('once a second the pair that was filled is emptied, some time after the other took its place', () => {
    const kernel = fakeKernel({ flows_0: 168, edges_0: 192, flows_1: 336 });
    const drain = createTotalsDrain(kernel, kernel, 0);
    const at = (ms: number) => drain.next(ms * 1e6, into);
    for (const ms of [10, 500, 999]) assert.deepEqual(at(ms), { bytes: 0, hasMore: false });
    at(1000);
    at(1001);
    assert.deepEqual(kernel.drained, [], 'programs may still be filling it');
    assert.deepEqual(at(1010), { bytes: 168, hasMore: true });
    assert.deepEqual(at(1011), { bytes: 192, hasMore: false });
    assert.deepEqual(at(1900), { bytes: 0, hasMore: false });
    at(2000);
    assert.deepEqual(at(2010), { bytes: 336, hasMore: true });
    assert.deepEqual(at(2011), { bytes: 0, hasMore: false });
    assert.deepEqual(kernel.drained, ['flows_0', 'edges_0', 'flows_1', 'edges_1']);
  });

  test('at the end both pairs are emptied: what is due, and what was filled since', async () => {
    const kernel = fakeKernel({ flows_0: 168, edges_0: 500_000, flows_1: 336, edges_1: 192 });
    const drain = createTotalsDrain(kernel, kernel, 0);
    drain.next(1e9, into);
    drain.next(1.01e9, into);
    const sizes: number[] = [];
    await drain.rest(into, (bytes) => sizes.push(bytes), new AbortController().signal);
    assert.deepEqual(sizes, [200_000, 200_000, 100_000, 336, 192]);
  });

  test('a source that is closed meanwhile is not asked any more', async () => {
    const kernel = fakeKernel({ flows_0: 168 });
    const closed = new AbortController();
    const rest = createTotalsDrain(kernel, kernel, 0).rest(into, () => assert.fail('nothing'), closed.signal);
    closed.abort();
    await rest;
    assert.deepEqual(kernel.drained, []);
  });

  test('a full buffer is no end', () => {
    const kernel = fakeKernel({ flows_0: 500_000, edges_0: 0 });
    const drain = createTotalsDrain(kernel, kernel, 0);
    drain.next(1e9, into);
    const sizes: number[] = [];
    for (let next = drain.next(2e9, into); next.bytes > 0; next = drain.next(2e9, into)) sizes.push(next.bytes);
    assert.deepEqual(sizes, [200_000, 200_000, 100_000]);
  });
});
