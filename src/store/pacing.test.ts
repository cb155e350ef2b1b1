import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createStore } from './create-store.ts';
import { clusterBegin, clusterSecond, clusterSize } from './series/testing/cluster.ts';
import type { Snapshot, Store, StoredRow } from './store.ts';

const spanMs = 4_000;

/** A store that leaves what takes long for later, one that does not, and the same told to both. */
function createPair() {
  let now = clusterBegin;
  const pieces: (() => void)[] = [];
  const paced = createStore({}, () => now, { later: (run) => void pieces.push(run), sliceMs: 1 });
  const whole = createStore({}, () => now);
  return {
    paced,
    whole,
    tell(second: number) {
      const time = clusterBegin + second * 1_000;
      now = time + 1_000;
      for (const event of clusterSecond(time, second)) {
        paced.apply(event);
        whole.apply(event);
      }
      paced.publish();
      whole.publish();
    },
    /** So long after the first word of a second it is taken for complete. */
    complete() {
      now += 500;
      paced.publish();
      whole.publish();
    },
    /** How many pieces were left to do. */
    work(): number {
      let done = 0;
      for (let piece = pieces.shift(); piece; piece = pieces.shift()) {
        piece();
        done += 1;
      }
      return done;
    },
  };
}

const rowsOf = (snapshot: Snapshot, table: string): readonly StoredRow[] => {
  const to = snapshot.held?.to ?? 0;
  return snapshot.derived(table, { from: to - spanMs, to });
};
const sorted = (rows: readonly StoredRow[]) => rows.toSorted((a, b) => (a.key < b.key ? -1 : 1));

describe('a store whose work is done in pieces', () => {
  test('says that rows are on their way, and publishes them when they are there', () => {
    const { paced, tell, work, complete } = createPair();
    for (let second = 0; second < 3; second += 1) tell(second);
    complete();
    let published = 0;
    paced.subscribe(() => {
      published += 1;
    });

    assert.deepEqual(rowsOf(paced.getSnapshot(), 'edges'), []);
    assert.equal(paced.getSnapshot().isPending?.('edges'), true);
    assert.equal(published, 0);

    assert.ok(work() > 1, 'the work is done in several pieces');
    assert.equal(published, 1);
    assert.equal(paced.getSnapshot().isPending?.('edges'), false);
    assert.equal(rowsOf(paced.getSnapshot(), 'edges').length, clusterSize.edges);
  });

  test('shows what it showed until the next publication is worked out', () => {
    const { paced, tell, work, complete } = createPair();
    for (let second = 0; second < 3; second += 1) tell(second);
    complete();
    rowsOf(paced.getSnapshot(), 'edges');
    work();

    tell(3);
    const before = paced.getSnapshot();
    const rows = rowsOf(before, 'edges');
    complete();
    assert.equal(paced.getSnapshot(), before);
    assert.equal(rowsOf(before, 'edges'), rows);

    work();
    assert.ok((paced.getSnapshot().held?.to ?? 0) > (before.held?.to ?? 0));
    assert.notEqual(rowsOf(paced.getSnapshot(), 'edges'), rows);
    assert.equal(work(), 0, 'what was asked for before is there at once');
  });

  test('comes to the same figures as one that does it at once', () => {
    const { paced, whole, tell, work, complete } = createPair();
    const look = (store: Store) =>
      ['edges', 'services', 'flows', 'endpoints'].map((table) => rowsOf(store.getSnapshot(), table));
    for (let second = 0; second < 8; second += 1) {
      tell(second);
      work();
      complete();
      work();
      look(paced);
      work();
      look(whole);
    }
    assert.deepEqual(paced.getSnapshot().held, whole.getSnapshot().held);
    assert.deepEqual(look(paced).map(sorted), look(whole).map(sorted));
  });

  test('comes to rest, however many stretches of time were looked at before', () => {
    const { paced, tell, work, complete } = createPair();
    for (let second = 0; second < 8; second += 1) tell(second);
    complete();
    const lookAt = (from: number, to: number) => {
      const end = paced.getSnapshot().held?.to ?? 0;
      return paced.getSnapshot().derived('edges', { from: end - from, to: end - to });
    };
    for (let span = 1; span <= 7; span += 1) {
      lookAt(span * 1_000, 0);
      work();
    }
    // What a screen does: it asks again whenever something is published.
    let published = 0;
    paced.subscribe(() => {
      published += 1;
      if (published < 10) lookAt(6_000, 2_000);
    });
    lookAt(6_000, 2_000);
    work();
    assert.equal(published, 1);
    assert.equal(lookAt(6_000, 2_000).length, clusterSize.edges);
  });

  const pointsOf = (snapshot: Snapshot, agoMs = 0) => {
    const to = (snapshot.held?.to ?? 0) - agoMs;
    return snapshot.timeline({}, { from: to - spanMs, to }, 1_000);
  };

  test('a chart: steps not worked out yet are left out, those of the next second come with it', () => {
    const { paced, tell, work, complete } = createPair();
    for (let second = 0; second < 4; second += 1) tell(second);
    complete();
    let published = 0;
    paced.subscribe(() => {
      published += 1;
    });
    assert.deepEqual(pointsOf(paced.getSnapshot()), []);
    assert.ok(work() > 1, 'the work is done in several pieces');
    assert.equal(published, 1);
    const points = pointsOf(paced.getSnapshot());
    assert.equal(points.length, spanMs / 1_000);

    tell(4);
    assert.equal(pointsOf(paced.getSnapshot()), points);
    const before = paced.getSnapshot();
    complete();
    assert.equal(paced.getSnapshot(), before);
    work();
    const later = pointsOf(paced.getSnapshot());
    assert.equal(later.length, points.length);
    assert.equal(later[0], points[1]);
    assert.equal(work(), 0, 'the new second was there when it was published');
  });

  test('a chart beside that of the time before comes to rest, and to the figures of one that does it at once', () => {
    const { paced, whole, tell, work, complete } = createPair();
    for (let second = 0; second < 9; second += 1) {
      tell(second);
      work();
      complete();
      work();
    }
    let published = 0;
    const look = (store: Store) => [0, spanMs].map((ago) => pointsOf(store.getSnapshot(), ago));
    paced.subscribe(() => {
      published += 1;
      if (published < 10) look(paced);
    });
    look(paced);
    work();
    assert.equal(published, 2);
    const figures = (store: Store) =>
      look(store).map((points) => points.map(({ latency, ...point }) => ({ ...point, p50: latency.quantile(0.5) })));
    assert.deepEqual(figures(paced), figures(whole));
    assert.equal(figures(paced)[1]?.length, spanMs / 1_000);
  });
});
