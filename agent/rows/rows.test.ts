import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Row } from '../../src/domain/column.ts';
import { defineTable } from '../../src/domain/table.ts';
import { createRows, type RowsOptions } from './rows.ts';
import type { RowQuery } from './subscription.ts';

const column = { title: 'X', doc: 'x', width: [1, 1, 1], priority: 1 } as const;
const table = defineTable({
  id: 'calls',
  title: 'Calls',
  doc: 'Calls.',
  key: 'id',
  time: 'time_',
  columns: {
    time_: { ...column, type: 'time', required: true },
    id: { ...column, type: 'id', required: true },
    status: { ...column, type: 'status' },
    path: { ...column, type: 'path' },
    body: { ...column, type: 'body', payload: true },
  },
});

const call = (id: number, over: Partial<Row> = {}): Row =>
  ({ time_: BigInt(id), id: `c${id}`, status: 200, path: `/${id}`, body: null, ...over }) as Row;

const everything: RowQuery['filter'] = { needsPayload: false, matches: () => true };
const inFlight: RowQuery['filter'] = { needsPayload: false, matches: (row) => row.status === null };
const query: RowQuery = { table, filter: everything, backlog: 0, maxRowsPerSecond: 0, once: false };

const rowsWith = (options: Partial<RowsOptions> = {}) =>
  createRows({ ringBytes: 1 << 20, whenSlow: 'drop', ...options });
const ids = (rows: readonly Row[]): string => rows.map(({ id }) => id).join(' ');
const ignore = (): void => {};

describe('recent rows', () => {
  test('are found by key, with their newest state', () => {
    const rows = rowsWith();
    rows.put(table, call(1, { status: null }));
    rows.put(table, call(1));
    assert.equal(rows.get(table, 'c1')?.status, 200);
    assert.deepEqual(rows.totals, { rows: 1, rows_evicted: 0 });
    assert.equal(rows.ring.rows, 1);
  });

  test('stay within their bytes: the oldest go, and asking for one that went is counted', () => {
    const rows = rowsWith({ ringBytes: 64 << 10 });
    for (let i = 0; i < 100; i++) rows.put(table, call(i, { body: new Uint8Array(4096) }));
    assert.ok(rows.ring.bytes <= 64 << 10);
    assert.ok(rows.ring.rows >= 12 && rows.ring.rows <= 16, `${rows.ring.rows} rows of 4 KiB in 64 KiB`);
    assert.equal(rows.totals.rows_evicted, 100 - rows.ring.rows);
    assert.ok(rows.get(table, 'c99'));
    assert.equal(rows.get(table, 'c0'), undefined);
    assert.deepEqual(rows.losses, [{ reason: 'ring-evicted', count: 1 }]);
  });

  test('no table crowds out another: the one with most bytes for its share loses its oldest', () => {
    const other = { ...table, id: 'seconds' };
    const rows = rowsWith({ ringBytes: 300_000, shareOf: ({ id }) => (id === 'calls' ? 2 : 1) });
    for (let i = 0; i < 20; i++) rows.put(table, call(i, { body: new Uint8Array(5000) }));
    for (let i = 0; i < 5000; i++) rows.put(other, call(i), true);
    const asked = (count: number) => Array.from({ length: count }, (_, i) => rows.get(table, `c${i}`)).filter(Boolean);
    assert.equal(asked(20).length, 20, 'calls want less than their share');
    for (let i = 20; i < 500; i++) rows.put(table, call(i, { body: new Uint8Array(5000) }));
    const kept = asked(500).length;
    assert.ok(kept >= 30 && kept <= 45, `${kept} calls of 5 kB in two thirds of 300 kB`);
    assert.ok(rows.get(other, 'c4999'));
    assert.ok(rows.ring.bytes <= 300_000);
  });

  test('one row larger than the ring is kept alone', () => {
    const rows = rowsWith({ ringBytes: 1000 });
    rows.put(table, call(1));
    rows.put(table, call(2, { body: new Uint8Array(5000) }));
    assert.equal(rows.ring.rows, 1);
    assert.ok(rows.get(table, 'c2'));
  });

  test('a row that grows is accounted for', () => {
    const rows = rowsWith();
    rows.put(table, call(1));
    const before = rows.ring.bytes;
    rows.put(table, call(1, { body: new Uint8Array(1000) }));
    assert.ok(rows.ring.bytes >= before + 1000);
  });

  test('payload that decodes on read is weighed without being read', () => {
    const rows = rowsWith({ payloadBytes: () => 5000 });
    const lazy = Object.create({
      get body() {
        throw new Error('read');
      },
    });
    rows.put(table, Object.assign(lazy, { time_: 1n, id: 'c1', status: 200, path: '/' }));
    assert.ok(rows.ring.bytes > 5000);
  });
});

describe('a reader', () => {
  test('gets rows as they come, those it asked for', () => {
    const rows = rowsWith();
    let woken = 0;
    const reader = rows.subscribe(
      { ...query, filter: { ...everything, matches: (row) => row.status === 500 } },
      () => woken++,
    );
    rows.put(table, call(1));
    rows.put(table, call(2, { status: 500 }));
    rows.put(table, call(3, { status: 500 }));
    assert.equal(woken, 1, 'woken once until it takes');
    assert.equal(ids(reader.take(10, 1e6)), 'c2 c3');
    assert.equal(ids(reader.take(10, 1e6)), '');
  });

  test('gets the newest state of a row it has not read yet, once', () => {
    const rows = rowsWith();
    const reader = rows.subscribe(query, ignore);
    rows.put(table, call(1, { status: null }));
    rows.put(table, call(2));
    rows.put(table, call(1));
    const taken = reader.take(10, 1e6);
    assert.equal(ids(taken), 'c1 c2');
    assert.equal(taken[0]?.status, 200);
  });

  test('hears of a row that stops matching, or it would show it for ever', () => {
    const rows = rowsWith();
    const reader = rows.subscribe({ ...query, filter: inFlight }, ignore);
    rows.put(table, call(1, { status: null }));
    assert.equal(ids(reader.take(10, 1e6)), 'c1');
    rows.put(table, call(1));
    assert.equal(reader.take(10, 1e6)[0]?.status, 200);
  });

  test('takes as much as it wants: rows and bytes, at least one', () => {
    const rows = rowsWith();
    const reader = rows.subscribe(query, ignore);
    for (let i = 1; i <= 5; i++) rows.put(table, call(i, { body: new Uint8Array(1000) }));
    assert.equal(ids(reader.take(2, 1e6)), 'c1 c2');
    assert.equal(ids(reader.take(10, 3000)), 'c3 c4');
    assert.equal(ids(reader.take(10, 1)), 'c5');
  });

  test('too slow loses its oldest rows, and knows how many; another loses none', () => {
    const rows = rowsWith({ limits: { rows: 100, bytes: 1e9 } });
    const slow = rows.subscribe(query, ignore);
    const quick = rows.subscribe(query, ignore);
    let read = 0;
    for (let i = 1; i <= 250; i++) {
      rows.put(table, call(i));
      read += quick.take(10, 1e6).length;
    }
    assert.equal(read, 250);
    assert.deepEqual(quick.losses, []);
    assert.deepEqual(slow.losses, [{ reason: 'slow-reader', count: 150 }]);
    assert.equal(slow.take(1000, 1e9)[0]?.id, 'c151');
    slow.close();
    assert.deepEqual(rows.losses, [{ reason: 'slow-reader', count: 150 }], 'the sum outlives the reader');
  });

  test('too slow is also a matter of bytes', () => {
    const rows = rowsWith({ limits: { rows: 1e6, bytes: 20_000 } });
    const slow = rows.subscribe(query, ignore);
    for (let i = 1; i <= 50; i++) rows.put(table, call(i, { body: new Uint8Array(1000) }));
    assert.ok(slow.waiting < 20);
    assert.equal(slow.waiting + (slow.losses[0]?.count ?? 0), 50);
  });

  test('gets no more a second than it asked for; the rest is counted', () => {
    let now = 5_000;
    const rows = rowsWith({ now: () => now });
    const reader = rows.subscribe({ ...query, maxRowsPerSecond: 3 }, ignore);
    for (let i = 1; i <= 5; i++) rows.put(table, call(i));
    now += 1000;
    rows.put(table, call(6));
    assert.equal(ids(reader.take(10, 1e6)), 'c1 c2 c3 c6');
    assert.deepEqual(reader.losses, [{ reason: 'row-limit', count: 2 }]);
  });

  test('gets the newest kept rows first, as many as it asked for, then what comes', () => {
    const rows = rowsWith();
    for (let i = 1; i <= 5; i++) rows.put(table, call(i, { status: i % 2 === 0 ? 500 : 200 }));
    const odd: RowQuery['filter'] = { ...everything, matches: (row) => row.status === 200 };
    const reader = rows.subscribe({ ...query, filter: odd, backlog: 2 }, ignore);
    rows.put(table, call(7));
    assert.equal(ids([...reader.take(10, 1e6), ...reader.take(10, 1e6)]), 'c3 c5 c7');
  });

  test('a backlog that takes long to find holds nothing up and comes before newer rows', async () => {
    const rows = rowsWith();
    for (let i = 1; i <= 400; i++) rows.put(table, call(i));
    let looked = 0;
    const costly: RowQuery['filter'] = {
      needsPayload: true,
      matches: (row) => {
        looked += 1;
        const until = performance.now() + 0.1;
        while (performance.now() < until);
        return row.id === 'c5' || row.id === 'c999';
      },
    };
    const woken = await new Promise<boolean>((resolve) => {
      const reader = rows.subscribe({ ...query, filter: costly, backlog: 1000 }, () => {
        if (ids(reader.take(10, 1e6)) !== 'c5') return;
        assert.equal(ids(reader.take(10, 1e6)), 'c999');
        resolve(true);
      });
      assert.ok(looked < 400, 'subscribing looks through one slice only');
      rows.put(table, call(999));
      assert.equal(reader.waiting, 1);
      assert.equal(ids(reader.take(10, 1e6)), '', 'nothing newer before the backlog');
    });
    assert.ok(woken);
  });

  test('a row that changes all the time is told at its pace, in its newest state; a new one does not wait', (t) => {
    t.mock.timers.enable({ apis: ['setTimeout', 'Date'] });
    const rows = rowsWith();
    const reader = rows.subscribe({ ...query, paceMs: 5_000 }, ignore);
    const taken = (): string =>
      reader
        .take(100, 1e6)
        .map(({ id, status }) => `${id}=${status}`)
        .join(' ');
    rows.put(table, call(1, { status: 1 }));
    assert.equal(taken(), 'c1=1');
    for (const status of [2, 3, 4]) {
      t.mock.timers.tick(1_000);
      rows.put(table, call(1, { status }));
      assert.equal(taken(), '', `${status} s after it was told`);
    }
    rows.put(table, call(2));
    assert.equal(taken(), 'c2=200');
    t.mock.timers.tick(2_000);
    assert.equal(taken(), 'c1=4', 'nothing new is said of it, and yet its newest state is told');
    t.mock.timers.tick(60_000);
    assert.equal(taken(), '', 'once');
    rows.put(table, call(1, { status: 5 }));
    assert.equal(taken(), 'c1=5', 'after a long time at once');
  });

  test('what waits for its pace is told when no more will come, and forgotten when nobody reads', (t) => {
    t.mock.timers.enable({ apis: ['setTimeout', 'Date'] });
    const rows = rowsWith();
    const [reader, gone] = [1, 2].map(() => rows.subscribe({ ...query, paceMs: 5_000 }, ignore));
    assert.ok(reader && gone);
    for (const status of [1, 2]) rows.put(table, call(1, { status }));
    gone.close();
    rows.finish();
    assert.deepEqual(
      reader.take(10, 1e6).map(({ status }) => status),
      [2],
    );
    assert.equal(reader.ended, true);
  });

  test('once: the backlog, and that is it', () => {
    const rows = rowsWith();
    rows.put(table, call(1));
    const reader = rows.subscribe({ ...query, backlog: 10, once: true }, ignore);
    rows.put(table, call(2));
    assert.equal(reader.ended, false);
    assert.equal(ids(reader.take(10, 1e6)), 'c1');
    assert.equal(reader.ended, true);
  });
});

describe('a recording played as fast as it is read', () => {
  test('waits for a first reader, then for the slowest; nobody loses a row', async () => {
    const rows = rowsWith({ whenSlow: 'wait', limits: { rows: 10, bytes: 1e9 } });
    let isReady = false;
    const wait = (): void => {
      isReady = false;
      void rows.ready().then(() => {
        isReady = true;
      });
    };
    const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
    wait();
    await settled();
    assert.equal(isReady, false, 'nobody watches');

    const reader = rows.subscribe({ ...query, once: true }, ignore);
    await settled();
    assert.equal(isReady, true);

    for (let i = 1; i <= 30; i++) rows.put(table, call(i));
    wait();
    await settled();
    assert.equal(isReady, false, 'the reader is behind');
    assert.equal(reader.take(26, 1e9).length, 26);
    await settled();
    assert.equal(isReady, true);

    rows.finish();
    assert.equal(reader.ended, false);
    assert.equal(reader.take(100, 1e9).length, 4);
    assert.equal(reader.ended, true, 'once means all of a recording');
    assert.deepEqual(reader.losses, []);
  });

  test('a reader that leaves holds nobody up', async () => {
    const rows = rowsWith({ whenSlow: 'wait', limits: { rows: 10, bytes: 1e9 } });
    const stuck = rows.subscribe(query, ignore);
    const other = rows.subscribe(query, ignore);
    for (let i = 1; i <= 30; i++) rows.put(table, call(i));
    other.take(100, 1e9);
    const ready = rows.ready();
    stuck.close();
    await ready;
  });
});

describe('rows in memory that is used again', () => {
  /** Rows of 1000 bytes that know whether they were released. */
  const placed = (id: number) => {
    const place = {
      bytes: 1000,
      isGone: false,
      release() {
        assert.equal(place.isGone, false, 'released once');
        place.isGone = true;
      },
    };
    const row = call(id);
    places.set(row, place);
    return row;
  };
  const places = new WeakMap<Row, { bytes: number; isGone: boolean; release(): void }>();
  const placedRows = (ringBytes: number) => rowsWith({ ringBytes, placeOf: (row) => places.get(row) });

  test('are released when the ring lets go of them', () => {
    const rows = placedRows(10_000);
    const all = Array.from({ length: 30 }, (_, id) => placed(id));
    for (const row of all) rows.put(table, row, true);
    assert.deepEqual(
      all.map((row) => places.get(row)?.isGone),
      all.map((_, i) => i < 20),
    );
    assert.equal(rows.get(table, 'c29'), all[29], 'a row that came once is found by key');
    assert.equal(rows.get(table, 'c3'), undefined);
  });

  test('that a reader did not take in time are counted, not shown', () => {
    const rows = placedRows(10_000);
    const reader = rows.subscribe(query, ignore);
    for (let id = 0; id < 30; id++) rows.put(table, placed(id), true);
    assert.equal(ids(reader.take(100, 1e6)), Array.from({ length: 10 }, (_, i) => `c${20 + i}`).join(' '));
    assert.deepEqual(reader.losses, [{ reason: 'slow-reader', count: 20 }]);
  });

  test('are released when a newer state takes their place, after readers compared the two', () => {
    const rows = placedRows(10_000);
    const reader = rows.subscribe(
      { ...query, filter: { ...everything, matches: (row) => !places.get(row)?.isGone } },
      ignore,
    );
    const [before, after] = [placed(1), placed(1)];
    rows.put(table, before);
    rows.put(table, after);
    assert.equal(places.get(before)?.isGone, true);
    assert.deepEqual(reader.take(10, 1e6), [after]);
  });
});
