import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { StoredRow } from '../../store/store.ts';
import { followStart, type ListCursor } from '../../tui/list-cursor.ts';
import { createPin } from './pin.ts';

const rowsOf = (keys: string): StoredRow[] => [...keys].map((key) => ({ key, agent: '', row: {} }));
const keysOf = (rows: readonly StoredRow[]) => rows.map(({ key }) => key).join('');
const on = (key: string, index: number): ListCursor => ({ hold: 'row', key, index, line: index });

describe('the chosen row of a list that is sorted anew', () => {
  test('stays where it was, the others are in order around it', () => {
    const pin = createPin();
    assert.equal(keysOf(pin(rowsOf('abcd'), on('b', 1))), 'abcd');
    assert.equal(keysOf(pin(rowsOf('badc'), on('b', 1))), 'abdc');
    assert.equal(keysOf(pin(rowsOf('dcab'), on('b', 1))), 'dbca');
    assert.equal(keysOf(pin(rowsOf('b'), on('b', 1))), 'b');
  });

  test('is left alone when it is gone, or none was chosen', () => {
    const pin = createPin();
    const rows = rowsOf('abc');
    assert.equal(pin(rows, on('z', 1)), rows);
    assert.equal(pin(rows, followStart), rows);
  });
});
