import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { viewSpecs } from '../views/index.ts';
import { commandFeedback, completeCommand, readCommand } from './command.ts';

const read = (text: string) => readCommand(text, viewSpecs);

describe('the command line', () => {
  test('names and aliases open views, with what follows as their argument', () => {
    const command = read('req /kuard status>=500');
    assert.equal(command.kind === 'open' && command.spec.id, 'http');
    assert.equal(command.kind === 'open' && command.argument, '/kuard status>=500');
    assert.equal(read('AGENTS').kind, 'open');
  });

  test('q leaves, nothing does nothing', () => {
    assert.equal(read('q').kind, 'quit');
    assert.equal(read('  ').kind, 'nothing');
  });

  test('an unknown word is answered with the nearest one', () => {
    const command = read('agnets');
    assert.match(command.kind === 'unknown' ? command.reason : '', /did you mean agents\?/);
  });

  test('no two views share a word', () => {
    const words = viewSpecs.flatMap(({ id, aliases }) => [id, ...aliases]);
    assert.equal(new Set(words).size, words.length);
  });

  test('completes, and calls a beginning not wrong yet', () => {
    assert.equal(completeCommand('ag', viewSpecs)[0], 'agents');
    assert.equal(commandFeedback('ag', viewSpecs).error, undefined);
    assert.equal(commandFeedback(' zzz', viewSpecs).error?.at, 1);
  });
});
