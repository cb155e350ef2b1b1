import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Grid, idealBytes } from './paints.ts';

const grid = (...rows: string[]): Grid => rows.map((row) => [...row].map((text) => ({ text, look: '' })));

describe('the least a paint can cost', () => {
  test('nothing changed costs nothing', () => {
    assert.equal(idealBytes(grid('abc'), grid('abc')), 0);
  });

  test('one changed cell costs a move, itself and the frame around', () => {
    assert.equal(idealBytes(grid('abc'), grid('abd')), 16 + 8 + 1);
  });

  test('neighbours share a move, distant cells do not', () => {
    assert.equal(idealBytes(grid('abcdef'), grid('XYcdef')), 16 + 8 + 2);
    assert.equal(idealBytes(grid('abcdef'), grid('XbcdeY')), 16 + 2 * (8 + 1));
  });

  test('a new look costs its sequence once a run', () => {
    const red = [...'abc'].map((text) => ({ text, look: 'red' }));
    assert.equal(idealBytes(grid('abc'), [red]), 16 + 8 + 6 + 3);
  });
});
