import assert from 'node:assert/strict';
import { test } from 'node:test';
import stringWidth from 'string-width';
import { isAllOneCell, isNarrow, isOneCell } from './narrow.ts';

const all = Array.from({ length: 0x1_0000 }, (_, code) => code);

test('what is said to take one cell takes one, also in company', () => {
  const symbols = all.filter(isOneCell);
  assert.ok(symbols.length > all.filter(isNarrow).length);
  for (const code of symbols) assert.equal(stringWidth(String.fromCharCode(code)), 1, code.toString(16));
  const text = String.fromCharCode(...symbols);
  assert.equal(stringWidth(text), text.length);
  assert.equal([...new Intl.Segmenter().segment(text)].length, text.length);
  assert.ok(isAllOneCell(text));
});

test('what joins others, is wide or invisible is not among it', () => {
  for (const text of ['e\u0301', '漢', '\u200d', '⌚', '◾', '\ufe0f', '\t'])
    assert.equal(isAllOneCell(text), false, text);
});
