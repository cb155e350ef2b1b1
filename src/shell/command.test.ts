import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { viewSpecs } from '../views/index.ts';
import { builtIns } from './built-ins.ts';
import { commandWords, readCommand } from './command.ts';
import { completeCommand } from './complete-command.ts';
import { commandFeedback } from './prompt-targets.ts';
import type { Vocabulary } from './vocabulary.ts';

const vocabulary: Vocabulary = {
  specs: viewSpecs,
  namespaces: ['default', 'shop'],
  names: ['shop/api', 'shop/frontend', 'shop/api-6b7f-abcde', 'default/kuard'],
};
const read = (text: string, over: Partial<Vocabulary> = {}) => readCommand(text, { ...vocabulary, ...over });
const opening = (text: string) => {
  const command = read(text);
  assert.equal(command.kind, 'open', command.kind === 'wrong' ? command.reason : text);
  if (command.kind !== 'open') throw new Error();
  const { spec, namespaces, argument } = command;
  return { view: spec.id, namespaces, argument };
};
const fault = (text: string, over?: Partial<Vocabulary>) => {
  const command = read(text, over);
  if (command.kind !== 'wrong') throw new Error(`${text} is taken for ${command.kind}`);
  return { word: text.slice(command.at, command.at + command.length), reason: command.reason };
};

describe('the command line', () => {
  test('names and aliases open views, with filter terms as their argument', () => {
    assert.deepEqual(opening('req /kuard status>=500'), {
      view: 'http',
      namespaces: undefined,
      argument: '/kuard status>=500',
    });
    assert.equal(opening('AGENTS').view, 'agents');
    assert.equal(opening('http status:5xx').argument, 'status:5xx');
  });

  test('a namespace seen restricts to it, wherever it stands', () => {
    const expected = { view: 'http', namespaces: ['shop'], argument: '/api status:5xx' };
    assert.deepEqual(opening('http shop /api status:5xx'), expected);
    assert.deepEqual(opening('http /api shop status:5xx'), expected);
    assert.deepEqual(opening('http /api status:5xx shop'), expected);
    assert.deepEqual(opening('http shop,default').namespaces, ['shop', 'default']);
    assert.deepEqual(opening('http all').namespaces, []);
  });

  test('pods and services are filter words, by their whole or short names', () => {
    assert.deepEqual(opening('http shop api'), { view: 'http', namespaces: ['shop'], argument: 'api' });
    assert.equal(opening('http default/kuard').argument, 'default/kuard');
  });

  test('a filter keeps its own words: behind "or", in quotes and brackets a namespace is text', () => {
    assert.equal(opening('http /a or shop').argument, '/a or shop');
    assert.equal(opening('http "shop default"').argument, '"shop default"');
    assert.equal(opening('http (path~a or shop)').argument, '(path~a or shop)');
    assert.equal(opening('http /some more words').argument, '/some more words');
  });

  test('before anything was seen a word that could be a namespace is one', () => {
    const command = read('http shop', { namespaces: [], names: [] });
    assert.deepEqual(command.kind === 'open' && command.namespaces, ['shop']);
    const filter = read('http /some shop', { namespaces: [], names: [] });
    assert.equal(filter.kind === 'open' && filter.argument, '/some shop', 'but not within a filter');
  });

  test('what is wrong is said of the word it is wrong with', () => {
    assert.deepEqual(fault('agnets'), { word: 'agnets', reason: 'no command "agnets": did you mean agents?' });
    assert.deepEqual(fault('http shpo /api'), {
      word: 'shpo',
      reason: 'no namespace, pod or service "shpo": did you mean shop?',
    });
    assert.match(fault('http frobnicate').reason, /\/frobnicate filters by it/);
    assert.deepEqual(fault('ns shop,defualt'), {
      word: 'shop,defualt',
      reason: 'no namespace "defualt" was seen: did you mean default?',
    });
    assert.equal(fault('at 25:00').word, '25:00');
    assert.match(fault('at noon').reason, /12:03/);
    assert.match(fault('last 5').reason, /needs a unit/);
    assert.equal(fault('save xml').word, 'xml');
    assert.equal(fault('live now').word, 'now');
  });

  test('namespaces, time and the way back are commands of the shell', () => {
    assert.deepEqual(read('ns shop,default'), { kind: 'namespaces', names: ['shop', 'default'] });
    assert.deepEqual(read('ns all'), { kind: 'namespaces', names: [] });
    const at = read('at 12:03:04');
    assert.deepEqual(at.kind === 'time' && at.move, { kind: 'clock', hours: 12, minutes: 3, seconds: 4 });
    const ago = read('at -5m');
    assert.deepEqual(ago.kind === 'time' && ago.move, { kind: 'ago', ms: 300_000 });
    const last = read('last 5m');
    assert.deepEqual(last.kind === 'time' && last.move, { kind: 'span', ms: 300_000 });
    assert.equal(read('-').kind, 'last');
    assert.equal(read('q').kind, 'quit');
    assert.equal(read('  ').kind, 'nothing');
  });

  test('no two commands share a word', () => {
    const views = viewSpecs.flatMap(({ id, aliases }) => [id, ...aliases]);
    assert.equal(new Set(views).size, views.length);
    const shell = builtIns.filter(({ id }) => id !== 'ns').flatMap(({ id, aliases }) => [id, ...aliases]);
    assert.deepEqual(
      shell.filter((word) => views.includes(word)),
      [],
    );
    assert.ok(commandWords(viewSpecs).includes('http'));
  });
});

describe('completion', () => {
  const complete = (text: string) => completeCommand(text, vocabulary);

  test('beginnings first, then letters in order', () => {
    assert.equal(complete('ag')[0], 'agents');
    assert.equal(complete('gents')[0], 'agents');
    assert.ok(complete('htp').includes('http'));
    assert.deepEqual(complete(''), []);
    assert.deepEqual(complete('http '), []);
  });

  test('namespaces, services and pods behind a command; in a list the last part', () => {
    assert.equal(complete('http sh')[0], 'http shop');
    assert.equal(complete('ns shop,d')[0], 'ns shop,default');
    assert.equal(complete('http front')[0], 'http shop/frontend');
    assert.deepEqual(complete('http /ap'), []);
    assert.equal(complete('save j')[0], 'save json');
  });

  test('a beginning is not called wrong yet, what can be nothing is', () => {
    const feedback = (text: string) => commandFeedback(text, vocabulary, () => ({ note: 'fine' }));
    assert.equal(feedback('ag').error, undefined);
    assert.equal(feedback(' zzz').error?.at, 1);
    assert.equal(feedback('http sh').error, undefined);
    assert.match(feedback('http shpo').error?.reason ?? '', /did you mean shop\?/);
    assert.equal(feedback('http zzzz').error?.at, 5);
    assert.equal(feedback('http shop').note, 'fine');
  });
});
