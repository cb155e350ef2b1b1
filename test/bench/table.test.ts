import assert from 'node:assert/strict';
import { test } from 'node:test';
import { counts, mebibytes, range, renderTable, share } from './table.ts';

test('a table lines up', () => {
  assert.equal(
    renderTable(
      ['tool', 'ms'],
      [
        ['kelpie', '1.5'],
        ['tcpdump -w', '13.0'],
      ],
    ),
    ['| tool       |   ms |', '|------------|-----:|', '| kelpie     |  1.5 |', '| tcpdump -w | 13.0 |'].join('\n'),
  );
});

test('ranges say how many values they had', () => {
  assert.equal(range({ median: 2.314, min: 2.1, max: 2.72, count: 5 }, 2), '2.31 (2.10–2.72)');
  assert.equal(range({ median: 2.314, min: 2.314, max: 2.314, count: 1 }, 2), '2.31');
  assert.equal(range(undefined, 2), '–');
  assert.equal(mebibytes({ median: 2 ** 21, min: 2 ** 20, max: 2 ** 22, count: 2 }), '2 (1–4)');
});

test('one lost exchange in a million never shows as all', () => {
  assert.equal(share(1), '1');
  assert.equal(share(0.9999999), '0.999999');
  assert.equal(share(undefined), '–');
});

test('counts by reason', () => {
  assert.equal(counts({}), 'none');
  assert.equal(counts({ 'ring-full': 3, fragment: 1 }), 'ring-full 3, fragment 1');
});
