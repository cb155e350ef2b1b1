/** docs/filter.md holds what the parser does. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { httpEvents } from '../tables/http-events.ts';
import { parseFilter } from './parse.ts';

const page = readFileSync(new URL('../../../docs/filter.md', import.meta.url), 'utf8');

describe('docs/filter.md', () => {
  const examples = [...page.matchAll(/```filter\n([\s\S]*?)```/g)].flatMap((block) =>
    (block[1] ?? '').trim().split('\n'),
  );

  test('has examples', () => assert.ok(examples.length > 40));

  for (const example of examples) {
    test(`example parses: ${example}`, () => {
      const result = parseFilter(httpEvents, example);
      assert.ok(result.ok, result.ok ? '' : result.error.reason);
    });
  }

  const mistakes = [...(page.split('## Mistakes')[1] ?? '').matchAll(/^\| `(.+?)` \| (.+?) \|$/gm)];

  test('has mistakes', () => assert.ok(mistakes.length >= 8));

  for (const [, text = '', reason = ''] of mistakes) {
    test(`mistake is told as documented: ${text}`, () => {
      const result = parseFilter(httpEvents, text);
      assert.equal(result.ok ? 'no error' : result.error.reason, reason);
    });
  }
});
