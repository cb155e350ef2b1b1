import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { keyPresses } from './keys.ts';
import { offeredLine, openPrompt, type PromptState, pressPrompt, remember, suggestionOf } from './prompt-state.ts';

const key = (name: string) => ({ name, text: '' });
const type = (state: PromptState, text: string) =>
  keyPresses(text, {}).reduce((now, press) => pressPrompt(now, press)[0], state);

describe('the prompt', () => {
  test('types, moves, deletes', () => {
    let state = type(openPrompt('', []), 'stus>5');
    for (let i = 0; i < 4; i += 1) state = pressPrompt(state, key('left'))[0];
    state = type(state, 'at');
    assert.equal(state.text, 'status>5');
    state = pressPrompt(pressPrompt(state, key('end'))[0], key('backspace'))[0];
    assert.equal(state.text, 'status>');
    assert.equal(pressPrompt(type(state, '5 a b'), key('ctrl+w'))[0].text, 'status>5 a ');
  });

  test('enter submits, esc aborts, backspace on nothing aborts', () => {
    assert.equal(pressPrompt(openPrompt('x', []), key('enter'))[1], 'submit');
    assert.equal(pressPrompt(openPrompt('x', []), key('esc'))[1], 'abort');
    assert.equal(pressPrompt(openPrompt('', []), key('backspace'))[1], 'abort');
  });

  test('tab and right accept the suggestion', () => {
    const state = { ...openPrompt('ag', []), completions: ['agents', 'agent'] };
    assert.equal(suggestionOf(state), 'ents');
    assert.equal(pressPrompt(state, key('tab'))[0].text, 'agents');
    assert.equal(pressPrompt(state, key('right'))[0].text, 'agents');
    assert.equal(pressPrompt(openPrompt('ag', []), key('tab'))[0].text, 'ag');
  });

  test('several lines on offer: up and down choose, tab takes, ctrl goes through history all the same', () => {
    const state = { ...openPrompt('po', ['earlier']), completions: ['pods', 'pod', 'ports'] };
    const second = pressPrompt(state, key('down'))[0];
    assert.equal(suggestionOf(second), 'd');
    assert.equal(pressPrompt(second, key('tab'))[0].text, 'pod');
    assert.equal(suggestionOf(pressPrompt(state, key('up'))[0]), 'rts');
    assert.equal(pressPrompt(second, key('ctrl+p'))[0].text, 'earlier');
    assert.equal(type(second, 'r').offered, 0, 'what is typed next begins a new choice');
  });

  test('a line that begins differently is offered whole', () => {
    const state = { ...openPrompt('http front', []), completions: ['http shop/frontend'] };
    assert.equal(suggestionOf(state), '');
    assert.equal(offeredLine(state), 'http shop/frontend');
    assert.equal(pressPrompt(state, key('right'))[0].text, 'http shop/frontend');
  });

  test('up and down walk through history and back to the own text', () => {
    let state = openPrompt('mine', ['first', 'second']);
    const texts: string[] = [];
    for (const name of ['up', 'up', 'up', 'down', 'down', 'down']) {
      [state] = pressPrompt(state, key(name));
      texts.push(state.text);
    }
    assert.deepEqual(texts, ['second', 'first', 'first', 'second', 'mine', 'mine']);
  });

  test('history holds each entry once, newest last, and no blanks', () => {
    assert.deepEqual(remember(['a', 'b'], 'a'), ['b', 'a']);
    assert.deepEqual(remember(['a'], ' '), ['a']);
    assert.deepEqual(remember(['a', 'b'], 'c', 2), ['b', 'c']);
  });

  test('whatever is pressed, the insertion point stays in the text', () => {
    const names = [
      'left',
      'right',
      'home',
      'end',
      'backspace',
      'delete',
      'ctrl+u',
      'ctrl+k',
      'ctrl+w',
      'up',
      'down',
      'tab',
    ];
    const press = fc.oneof(
      fc.constantFrom(...names).map(key),
      fc.string({ minLength: 1, maxLength: 3 }).map((text) => ({ name: 'paste', text })),
    );
    fc.assert(
      fc.property(fc.array(press), (presses) => {
        let state = openPrompt('abc', ['x y', 'z']);
        for (const one of presses) [state] = pressPrompt(state, one);
        assert.ok(state.at >= 0 && state.at <= state.text.length);
      }),
    );
  });
});
