import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { keyLabel, keyPresses, pastePress, readKeyName } from './keys.ts';

const names = (input: string, key = {}) => keyPresses(input, key).map(({ name }) => name);

describe('keys by name', () => {
  test('letters, shifted letters, signs, space', () => {
    assert.deepEqual(names('j'), ['j']);
    assert.deepEqual(names('L', { shift: true }), ['shift+l']);
    assert.deepEqual(names('?'), ['?']);
    assert.deepEqual(names(' '), ['space']);
  });

  test('a chunk is the presses it was made of', () => {
    assert.deepEqual(names('jjG'), ['j', 'j', 'shift+g']);
    assert.deepEqual(names('kuard\r'), ['k', 'u', 'a', 'r', 'd', 'enter']);
    assert.deepEqual(names('a\tb'), ['a', 'tab', 'b']);
  });

  test('special keys with their modifiers', () => {
    assert.deepEqual(names('', { upArrow: true }), ['up']);
    assert.deepEqual(names('', { tab: true, shift: true }), ['shift+tab']);
    assert.deepEqual(names('f', { ctrl: true }), ['ctrl+f']);
    assert.deepEqual(names('', { escape: true }), ['esc']);
  });

  test('escape with a key right behind it is both', () => {
    assert.deepEqual(names('j', { meta: true }), ['esc', 'j']);
    assert.deepEqual(names('', { escape: true, meta: true }), ['esc', 'esc']);
    assert.deepEqual(names('', { return: true, meta: true }), ['esc', 'enter']);
    assert.deepEqual(names('', { upArrow: true, meta: true }), ['up']);
  });

  test('a release is no press', () => {
    assert.deepEqual(names('j', { eventType: 'release' }), []);
  });

  test('a paste is one press without control characters', () => {
    assert.deepEqual(pastePress('status>=500\r\nx\x1b[31m'), { name: 'paste', text: 'status>=500 x[31m' });
  });

  test('labels as help shows them', () => {
    assert.deepEqual(['shift+l', 'ctrl+f', 'enter', '?'].map(keyLabel), ['L', 'ctrl-f', 'enter', '?']);
  });

  test('as people write them', () => {
    const written = [
      'L',
      'l',
      'ctrl-f',
      'Ctrl+F',
      'shift-l',
      'Shift+Tab',
      'PgDn',
      'Esc',
      '?',
      '-',
      'space',
      'ctrl-space',
    ];
    const names = [
      'shift+l',
      'l',
      'ctrl+f',
      'ctrl+f',
      'shift+l',
      'shift+tab',
      'pagedown',
      'esc',
      '?',
      '-',
      'space',
      'ctrl+space',
    ];
    assert.deepEqual(written.map(readKeyName), names);
    for (const no of ['', 'alt-x', 'ctrl-shift-f', 'shift-1', 'f1', 'LL', 'ctrl-', 'é'])
      assert.equal(readKeyName(no), undefined, no);
  });
});
