import assert from 'node:assert/strict';
import { test } from 'node:test';
import stringWidth from 'string-width';
import { isNarrow } from './narrow.ts';

test('what is taken for narrow takes one cell, also in company', () => {
  const narrow = Array.from({ length: 0x1_0000 }, (_, code) => code).filter(isNarrow);
  assert.ok(narrow.length > 500);
  for (const code of narrow) assert.equal(stringWidth(String.fromCharCode(code)), 1, code.toString(16));
  const all = String.fromCharCode(...narrow);
  assert.equal(stringWidth(all), all.length);
});
