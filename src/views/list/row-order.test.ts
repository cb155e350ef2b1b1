import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { Row } from '../../domain/column.ts';
import { compareValues } from '../../domain/format/index.ts';
import { httpEvents } from '../../domain/tables/http-events.ts';
import type { StoredRow } from '../../store/store.ts';
import { createRowOrder, type RowTest, type SortBy } from './row-order.ts';

const stored = (n: number, latency: number | null): StoredRow => {
  return { key: String(n), agent: 'a', row: { id: String(n), time_: BigInt(n), latency } as Row };
};
const slow: RowTest = (row) => Number(row.latency) > 50;
const byTime: SortBy = { column: 'time_', direction: 'ascending' };
const byLatency: SortBy = { column: 'latency', direction: 'descending' };

describe('which rows, in which order', () => {
  test('the same as filtering and sorting from scratch, whatever changed in between', () => {
    const latency = fc.option(fc.integer({ min: 0, max: 100 }));
    const step = fc.record({
      come: fc.array(latency, { maxLength: 10 }),
      gone: fc.nat(5),
      updated: fc.array(fc.tuple(fc.nat(30), latency), { maxLength: 4 }),
      test: fc.constantFrom(undefined, slow),
      sort: fc.constantFrom(byTime, byLatency),
    });
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const order = createRowOrder(httpEvents);
        let rows: StoredRow[] = [];
        let n = 0;
        for (const { come, gone, updated, test: passes, sort } of steps) {
          rows = [...rows.slice(gone), ...come.map((value, i) => stored(n + i, value))];
          n += come.length;
          for (const [at, value] of updated) {
            const old = rows[at];
            if (old) rows[at] = stored(Number(old.key), value);
          }
          const shown = order.select(rows, passes, sort);
          const wanted = passes ? rows.filter(({ row }) => passes(row)) : rows;
          assert.deepEqual(new Set(shown), new Set(wanted));
          assert.equal(shown.length, wanted.length);
          for (let i = 1; i < shown.length; i += 1) {
            const type = sort.column === 'latency' ? 'duration' : 'time';
            const order = compareValues(
              type,
              shown[i - 1]?.row[sort.column],
              shown[i]?.row[sort.column],
              sort.direction,
            );
            assert.ok(order <= 0);
          }
        }
      }),
    );
  });

  test('nothing changed: nothing is tested or built again', () => {
    let tests = 0;
    const counting: RowTest = (row) => {
      tests += 1;
      return slow(row);
    };
    const rows = Array.from({ length: 1_000 }, (_, n) => stored(n, n % 100));
    const order = createRowOrder(httpEvents);
    const first = order.select(rows, counting, byLatency);
    assert.equal(order.select(rows, counting, byLatency), first);
    assert.equal(tests, 1_000);
    order.select([...rows.slice(10), stored(5_000, 99)], counting, byLatency);
    assert.equal(tests, 1_001, 'only the new row is tested');
  });
});
