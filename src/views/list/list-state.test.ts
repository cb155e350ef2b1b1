import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { liveTime } from '../time.ts';
import { following, initialState, inTime, newSincePause, sortedBy, stepColumn } from './list-state.ts';

const byTime = { column: 'time_', direction: 'ascending' } as const;
const fresh = initialState(byTime, 'time_', liveTime);
const paused = {
  ...fresh,
  time: { ...liveTime, kind: 'paused', at: 5 } as const,
  frozen: { rows: [], received: 10, question: '', window: { from: 0, to: 5 } },
};

describe('the state of a list', () => {
  test('the same sort key turns the order round, another begins anew', () => {
    const slowest = sortedBy(fresh, 'latency', 'descending', 'time_');
    assert.deepEqual(slowest.sort, { column: 'latency', direction: 'descending' });
    assert.equal(slowest.cursor.hold, 'start');
    assert.equal(sortedBy(slowest, 'latency', 'descending', 'time_').sort.direction, 'ascending');
    assert.equal(sortedBy(slowest, 'req_path', 'ascending', 'time_').sort.direction, 'ascending');
    assert.equal(sortedBy(slowest, 'time_', 'ascending', 'time_').cursor.hold, 'end');
  });

  test('pause counts what comes, follow and a move in time end it', () => {
    assert.equal(newSincePause(paused, 17), 7);
    assert.equal(newSincePause(paused, 0), 0, 'a new query begins counting anew');
    assert.equal(following(paused, 'time_').frozen, undefined);
    assert.equal(following(paused, 'time_').time.kind, 'live');
    assert.equal(inTime(paused, { kind: 'past', at: 1, spanMs: 1 }).frozen, undefined);
  });

  test('the column cursor walks the shown columns and off to the left', () => {
    const shown = ['time_', 'source'];
    const first = stepColumn(fresh, shown, 1);
    assert.equal(first.column, 'time_');
    assert.equal(stepColumn(stepColumn(first, shown, 1), shown, 1).column, 'source');
    assert.equal(stepColumn(first, shown, -1).column, undefined);
    assert.equal(stepColumn({ ...first, column: 'gone' }, shown, 1).column, 'time_');
  });
});
