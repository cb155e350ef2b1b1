/** Nothing from the network reaches the terminal as a command. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { sanitizeJson, sanitizeLine, sanitizeLines, sanitizeText } from './sanitize.ts';

/** Ranges by number, so that the test does not repeat the properties it checks. */
const dangerousRanges = [
  [0x00, 0x1f],
  [0x7f, 0x9f],
  [0xad, 0xad],
  [0x34f, 0x34f],
  [0x61c, 0x61c],
  [0x115f, 0x1160],
  [0x180b, 0x180f],
  [0x200b, 0x200f],
  [0x2028, 0x202e],
  [0x2060, 0x206f],
  [0x3164, 0x3164],
  [0xd800, 0xdfff],
  [0xfe00, 0xfe0f],
  [0xfeff, 0xfeff],
  [0xffa0, 0xffa0],
  [0xfff9, 0xfffb],
  [0xfffe, 0xffff],
  [0xe0000, 0xe0fff],
  [0x10fffe, 0x10ffff],
] as const;
const dangerous = new RegExp(
  `[${dangerousRanges.map(([low, high]) => `\\u{${low.toString(16)}}-\\u{${high.toString(16)}}`).join('')}]`,
  'u',
);
const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)) }),
  fc.string({
    unit: fc.constantFrom(
      '\u001b',
      '[',
      '3',
      '1',
      'm',
      ']',
      '\u0007',
      '\u009b',
      '\u202e',
      '\u200d',
      '\u0301',
      '\r',
      '\n',
      '\t',
      'a',
      '\ud800',
      '\u{e0041}',
    ),
  }),
);

describe('sanitising', () => {
  test('shows what it takes out', () => {
    assert.equal(sanitizeLine('a\u001b[31mb\u007f\0\t'), 'a␛[31mb␡␀␉');
    assert.equal(sanitizeLine('abc\u202egpj.exe'), 'abc\\u202egpj.exe');
    assert.equal(sanitizeLine('\u009b2J\ud800'), '\\u009b2J\\ud800');
    assert.equal(sanitizeLine('é\u001b', { ascii: true }), '\\u00e9\\u001b');
  });

  test('leaves ordinary text of any script alone', () => {
    for (const text of ['plain', 'naïve', '日本語', 'שלום', 'عربي', 'हिन्दी', '👍', 'e\u0301'])
      assert.equal(sanitizeLine(text), text);
  });

  test('lets no code point through that a terminal acts on or that hides', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        assert.doesNotMatch(sanitizeLine(text), dangerous);
        assert.doesNotMatch(sanitizeJson(text), dangerous);
        assert.match(sanitizeLine(text, { ascii: true }), /^[\x20-\x7e]*$/);
        for (const line of sanitizeLines(text)) assert.doesNotMatch(line, dangerous);
        assert.doesNotMatch(sanitizeText(text).replace(/[\n\t]/g, ''), dangerous);
      }),
      { numRuns: 2000 },
    );
  });

  test('covers every code point, not only those that chance finds', () => {
    for (let code = 0; code <= 0x10ffff; code += 1) {
      const char = String.fromCodePoint(code);
      if (dangerous.test(char)) assert.ok(!sanitizeLine(char).includes(char), `U+${code.toString(16)}`);
    }
  });

  test('is stable: safe text stays as it is', () => {
    fc.assert(fc.property(anyText, (text) => assert.equal(sanitizeLine(sanitizeLine(text)), sanitizeLine(text))));
  });

  test('a pile of marks on one letter is cut down', () => {
    const piled = sanitizeLine(`a${'\u0301'.repeat(1000)}b`);
    assert.match(piled, /^a\u0301{4}\\u0301/);
  });

  test('lines are split and tabs expanded', () => {
    assert.deepEqual(sanitizeLines('a\r\nb\rc\n\td\te'), ['a', 'b', 'c', '    d   e']);
  });
});
