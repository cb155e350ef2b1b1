import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { following, initialState, newSincePause, sortedBy, stepColumn, togglePause } from './http-state.ts';

const table = (received: number) => ({ rows: [], received, evicted: 0 });

describe('the state of the live table', () => {
  test('the same sort key turns the order round, another begins anew', () => {
    const slowest = sortedBy(initialState, 'latency', 'descending');
    assert.deepEqual(slowest.sort, { column: 'latency', direction: 'descending' });
    assert.equal(slowest.cursor.hold, 'start');
    assert.equal(sortedBy(slowest, 'latency', 'descending').sort.direction, 'ascending');
    assert.equal(sortedBy(slowest, 'req_path', 'ascending').sort.direction, 'ascending');
    assert.equal(sortedBy(slowest, 'time_', 'ascending').cursor.hold, 'end');
  });

  test('pause counts what comes, follow ends it', () => {
    const paused = togglePause(initialState, table(10));
    assert.equal(newSincePause(paused, table(17)), 7);
    assert.equal(newSincePause(paused, table(0)), 0, 'a new query begins counting anew');
    assert.equal(togglePause(paused, table(17)).paused, undefined);
    assert.equal(following(paused).paused, undefined);
  });

  test('the column cursor walks the shown columns and off to the left', () => {
    const shown = ['time_', 'source'];
    const first = stepColumn(initialState, shown, 1);
    assert.equal(first.column, 'time_');
    assert.equal(stepColumn(stepColumn(first, shown, 1), shown, 1).column, 'source');
    assert.equal(stepColumn(first, shown, -1).column, undefined);
    assert.equal(stepColumn({ ...first, column: 'gone' }, shown, 1).column, 'time_');
  });
});
