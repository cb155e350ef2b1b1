import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parts, readFlags } from './flags.ts';

test('without flags every part runs, HTTP at three rates', () => {
  const options = readFlags([]);
  assert.ok(options !== 'help');
  assert.deepEqual(options.parts, parts);
  assert.deepEqual(options.rates, [10_000, 20_000, 40_000]);
});

test('flags replace the defaults', () => {
  const options = readFlags([
    '--only',
    'capture',
    '--rate',
    '500',
    '--rate',
    '900',
    '--rounds',
    '3',
    '--no-saturation',
  ]);
  assert.ok(options !== 'help');
  assert.deepEqual(
    [options.parts, options.rates, options.rounds, options.saturation],
    [['capture'], [500, 900], 3, []],
  );
});

test('a wrong flag is named', () => {
  assert.throws(() => readFlags(['--only', 'network']), /--only takes capture, .*, not "network"/);
  assert.throws(() => readFlags(['--rate', 'fast']), /--rate takes a number above 0, not "fast"/);
  assert.throws(() => readFlags(['--quick']), /--quick/);
});
