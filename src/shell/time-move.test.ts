import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createStore } from '../store/create-store.ts';
import type { Snapshot } from '../store/store.ts';
import { liveTime } from '../views/time.ts';
import { clock, moveTime, readTimeMove, type TimeMove } from './time-move.ts';

const noon = new Date(2026, 4, 17, 12, 0, 0).getTime();
const minute = 60_000;
const holding = (from: number, to: number): Snapshot => ({ ...createStore().getSnapshot(), held: { from, to } });
const move = (command: 'at' | 'last' | 'live', word?: string): TimeMove => {
  const read = readTimeMove(command, word);
  if (typeof read === 'string') throw new Error(read);
  return read;
};
const at = (word: string, snapshot: Snapshot) => moveTime(liveTime, move('at', word), snapshot);

describe('moving in time', () => {
  test('to a time of the clock, today or yesterday', () => {
    const hour = holding(noon - 60 * minute, noon);
    assert.deepEqual(at('11:30', hour), {
      time: { kind: 'past', at: noon - 30 * minute, spanMs: minute },
      note: '1m00s up to 11:30:00',
    });
    const night = new Date(2026, 4, 17, 0, 10, 0).getTime();
    const moved = at('23:50:30', holding(night - 60 * minute, night));
    assert.ok('time' in moved && moved.time.at === night - 19.5 * minute, JSON.stringify(moved));
  });

  test('back by a length, and live again', () => {
    const hour = holding(noon - 60 * minute, noon);
    const moved = at('-5m', hour);
    assert.ok('time' in moved && moved.time.at === noon - 5 * minute);
    assert.ok('time' in moved && 'time' in moveTime(moved.time, move('live'), hour));
    const newest = at('12:00', hour);
    assert.ok('time' in newest && newest.time.kind === 'live');
  });

  test('a time that is not held is answered with what is', () => {
    const hour = holding(noon - 60 * minute, noon);
    const range = 'held is 11:00:00 to 12:00:00';
    assert.deepEqual(at('12:30', hour), { problem: `12:30:00 has not come yet: ${range}` });
    assert.deepEqual(at('9:15', hour), { problem: `09:15:00 is not held: ${range}` });
    assert.deepEqual(at('-2h', hour), { problem: `10:00:00 is not held: ${range}` });
    assert.match(JSON.stringify(at('-1m', createStore().getSnapshot())), /nothing is held yet/);
  });

  test('a longer stretch keeps its end, and says when less is held', () => {
    const past = { kind: 'past', at: noon - 5 * minute, spanMs: minute } as const;
    const moved = moveTime(past, move('last', '5m'), holding(noon - 60 * minute, noon));
    assert.deepEqual(moved, { time: { ...past, spanMs: 5 * minute }, note: '5m00s up to 11:55:00' });
    const short = moveTime(liveTime, move('last', '10m'), holding(noon - 90_000, noon));
    assert.ok('note' in short && short.note === 'the newest 10m00s, of which 1m30s are held');
  });

  test('words that are no time say what one looks like', () => {
    for (const word of ['', 'x', '12', '12:3', '24:00', '12:60', '-5', '-'])
      assert.equal(typeof readTimeMove('at', word), 'string', word);
    for (const word of ['5', '1ms', '2d', 'abc']) assert.equal(typeof readTimeMove('last', word), 'string', word);
    assert.equal(clock(noon), '12:00:00');
  });
});
