/** The automaton finds what JavaScript's engine finds, in linear time. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { createMatcher } from './matcher.ts';
import { readRegex } from './read-regex.ts';

const atom = fc.constantFrom(
  'a',
  'b',
  'A',
  '.',
  '\\d',
  '\\w',
  '\\W',
  '\\s',
  '\\b',
  '\\B',
  '^',
  '$',
  '[ab]',
  '[^a]',
  '[a-c0-9]',
  '[^\\w]',
  '[-a]',
  '\\x61',
  '\\u0062',
  '\\.',
  '\\/',
  '_',
  '-',
  'é',
  '{',
  ']',
  '[\\d-z]',
  '[\\b]',
  '\\0',
);
const { regex } = fc.letrec<{ regex: string }>((tie) => ({
  regex: fc.oneof(
    { maxDepth: 4 },
    atom,
    fc.tuple(tie('regex'), tie('regex')).map(([a, b]) => a + b),
    fc.tuple(tie('regex'), tie('regex')).map(([a, b]) => `(?:${a}|${b})`),
    fc
      .tuple(tie('regex'), fc.constantFrom('*', '+', '?', '{2}', '{1,3}', '{0,}', '*?', '+?'))
      .map(([a, many]) => `(${a})${many}`),
  ),
}));
const subject = fc.string({
  unit: fc.constantFrom(
    'a',
    'b',
    'c',
    'A',
    'B',
    '0',
    '1',
    '_',
    '-',
    ' ',
    '.',
    '/',
    '\n',
    'é',
    'É',
    '{',
    ']',
    '\0',
    '\b',
  ),
  maxLength: 12,
});

describe('patterns', () => {
  test('match like JavaScript regular expressions', () => {
    fc.assert(
      fc.property(regex, fc.array(subject, { minLength: 1, maxLength: 8 }), (source, texts) => {
        const native = new RegExp(source, 'i');
        const matches = createMatcher(readRegex(source));
        for (const text of texts)
          assert.equal(matches(text), native.test(text), `/${source}/ on ${JSON.stringify(text)}`);
      }),
      { numRuns: 3000 },
    );
  });

  test('any text is a pattern or a SyntaxError', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 20 }), fc.string({ unit: 'binary' }), (source, text) => {
        try {
          createMatcher(readRegex(source))(text);
        } catch (thrown) {
          assert.ok(thrown instanceof SyntaxError, String(thrown));
        }
      }),
      { numRuns: 2000 },
    );
  });

  test('patterns that explode in a backtracking engine finish at once', () => {
    const hostile = 'a'.repeat(50_000);
    const started = performance.now();
    for (const source of [
      '(a+)+$b',
      '(a|a)*c',
      '(a*)*b',
      '(.*a){12}b',
      `${'a?'.repeat(30)}${'a'.repeat(30)}b`,
      '.*.*.*=.*x',
    ]) {
      assert.equal(createMatcher(readRegex(source))(hostile), false);
    }
    // A backtracking engine needs longer than the age of the universe.
    assert.ok(performance.now() - started < 10_000);
  });

  test('text that makes ever new states is still only text', () => {
    const matches = createMatcher(readRegex('(a|b)*a(a|b){14}c'));
    let seed = 7;
    const noise = Array.from({ length: 20_000 }, () => {
      seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
      return seed & 65_536 ? 'a' : 'b';
    }).join('');
    assert.equal(matches(noise), false);
    assert.equal(matches(`${noise}a${'b'.repeat(14)}c`), true);
  });
});
