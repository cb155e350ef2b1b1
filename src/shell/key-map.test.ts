import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { duplicateKeys } from '../tui/actions.ts';
import type { Action } from '../tui/view.ts';
import { checkKeyMap, readKeyMap } from './key-map.ts';

const action = (id: string, ...keys: string[]): Action => ({ id, title: id, keys, group: 'g', run: () => {} });
const actions = [action('list.up', 'up', 'k'), action('list.pause', 'p'), action('app.quit', 'q')];
const keysOf = (text: string) =>
  Object.fromEntries(
    readKeyMap(text)
      .keyMap.apply(actions)
      .map(({ id, keys }) => [id, keys.join(' ')]),
  );

describe('the key map', () => {
  test('gives actions other keys, as people write them', () => {
    const keys = keysOf('{"list.pause": ["ctrl-p", "P"], "app.quit": "Esc"}');
    assert.deepEqual(keys, { 'list.up': 'up k', 'list.pause': 'ctrl+p shift+p', 'app.quit': 'esc' });
  });

  test('a key that is given away is taken from whoever had it', () => {
    const mapped = readKeyMap('{"list.pause": "k"}').keyMap.apply(actions);
    assert.deepEqual(duplicateKeys(mapped), []);
    assert.equal(keysOf('{"list.pause": "k"}')['list.up'], 'up');
  });

  test('an empty list takes an action its keys; a mistake does not', () => {
    assert.equal(keysOf('{"app.quit": []}')['app.quit'], '');
    assert.equal(keysOf('{"app.quit": "hyper-q"}')['app.quit'], 'q');
    assert.deepEqual(readKeyMap('{"app.quit": "hyper-q"}').problems, ['app.quit: "hyper-q" is no key']);
  });

  test('a star stands for every screen; an action by its whole name goes before it', () => {
    const { keyMap, problems } = readKeyMap('{"*.pause": "z", "*.quit": "x", "app.quit": "y", "*.nothing": "v"}');
    assert.deepEqual(problems, []);
    const keys = keyMap.apply(actions).map(({ id, keys: own }) => `${id} ${own.join(' ')}`);
    assert.deepEqual(keys, ['list.up up k', 'list.pause z', 'app.quit y']);
    assert.deepEqual(checkKeyMap(keyMap, [actions]), ['no action "*.nothing"']);
  });

  test('what is no key map at all changes nothing and says so', () => {
    for (const text of ['', '[]', 'null', '{"a":', '"x"', '7']) {
      const { keyMap, problems } = readKeyMap(text);
      assert.equal(problems.length, 1, text);
      assert.equal(keyMap.apply(actions), actions);
    }
  });

  test('unknown actions and doubled keys are told', () => {
    const { keyMap } = readKeyMap('{"list.puase": "x", "list.pause": "z", "list.up": "z"}');
    assert.deepEqual(checkKeyMap(keyMap, [actions]), [
      'no action "list.puase": did you mean list.pause?',
      'z is given to list.up and list.pause: the first has it',
    ]);
  });
});
