import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { viewSpecs } from '../views/index.ts';
import { keyReference } from './key-reference.ts';

const screens = keyReference();
const entriesOf = (name: string) =>
  screens
    .filter(({ screen }) => screen.startsWith(name) || screen === 'Everywhere')
    .flatMap(({ groups }) => groups)
    .flatMap(({ entries }) => entries);

describe('the key reference', () => {
  test('reaches every screen: each has keys of its own', () => {
    for (const { screen, groups } of screens) assert.ok(groups.length > 0, screen);
    assert.ok(entriesOf('One exchange').some(({ title }) => title === 'headers'));
    assert.ok(entriesOf('JSON').some(({ title }) => title === 'copy the JSON'));
    assert.ok(entriesOf('One connection').some(({ title }) => title === 'its requests'));
    assert.ok(entriesOf('One DNS query').some(({ title }) => title === 'other queries for it'));
    assert.ok(entriesOf('One agent').some(({ title }) => title === 'page down'));
  });

  test('has every view of the command line', () => {
    const told = screens.map(({ screen }) => screen.split(/[ ,]/)[0]);
    for (const { id, aside } of viewSpecs) if (!aside) assert.ok(told.includes(`:${id}`), id);
  });

  test('the README claims no key and no command that is not there', () => {
    const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
    const table = readme.split('\n').filter((line) => line.startsWith('| `') || line.startsWith('| enter'));
    assert.ok(table.length >= 4, 'the table of what one sees was found');
    const screenOf = (line: string) => (line.startsWith('| enter') ? 'One exchange' : `:${/`:(\w+)`/.exec(line)?.[1]}`);
    const commands = viewSpecs.flatMap(({ id, aliases }) => [id, ...aliases]);
    let claims = 0;
    for (const line of table) {
      for (const [, command = ''] of line.matchAll(/`:(\w+)`/g)) assert.ok(commands.includes(command), command);
      // "`p` pauses": the key, and a verb that the action's own title begins with.
      for (const [claim, key = '', verb = ''] of line.matchAll(/`([^`:]{1,6})` ([a-z]+)/g)) {
        const entry = entriesOf(screenOf(line)).find(({ keys }) => keys.split(' ').includes(key));
        assert.ok(entry?.title.includes(verb.slice(0, 4)), `${claim}: ${entry?.title ?? 'no such key'}`);
        claims += 1;
      }
    }
    assert.ok(claims >= 3, `${claims} claims`);
    assert.ok(
      entriesOf(':http').some(({ keys, title }) => keys === 'L' && title === 'sort by latency'),
      'shift-letter sorts',
    );
    assert.ok(entriesOf(':http').some(({ keys }) => keys.split(' ').includes('enter')));
  });
});
