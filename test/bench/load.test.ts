import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseLoad } from './load.ts';

test('the closing lines of h2load', () => {
  const text = `
finished in 4.00s, 1998.84 req/s, 2.42MB/s
requests: 8000 total, 8000 started, 8000 done, 8000 succeeded, 0 failed, 0 errored, 0 timeout
status codes: 8000 2xx, 0 3xx, 0 4xx, 0 5xx
`;
  assert.deepEqual(parseLoad(text), { seconds: 4, achieved: 1998.84, succeeded: 8000 });
  assert.equal(parseLoad(text.replace('4.00s', '500.00ms'))?.seconds, 0.5);
});

test('no closing lines, no figures', () => {
  assert.equal(parseLoad('starting benchmark...\n'), undefined);
});
