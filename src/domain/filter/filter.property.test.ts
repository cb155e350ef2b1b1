/** What holds for any filter text, whatever a person types or a wire brings. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { exampleHttpEvent } from '../tables/example-http-event.ts';
import { httpEvents } from '../tables/http-events.ts';
import { completeFilter } from './complete.ts';
import { FilterFault } from './fault.ts';
import { parseFilter } from './parse.ts';
import { quoteText } from './token.ts';
import { tokenize } from './tokenize.ts';
import { addTerm, termFor } from './write.ts';

/** Words of the language in any order, so that most texts are nearly filters. */
const piece = fc.constantFrom(
  ' ',
  ',',
  '(',
  ')',
  '!',
  '"',
  '/',
  '\\',
  '*',
  '=',
  '>=',
  '<',
  '~',
  ':',
  '!=',
  'status',
  'latency',
  'path',
  'body',
  'req_header.x',
  'kuard',
  '500',
  '5xx',
  '50ms',
  '^/a(b|c)',
  '[a-z]+',
  'or',
  'and',
  'not',
  '😀',
  '\u202e',
);
const text = fc.oneof(
  fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join('')),
  fc.string({ unit: 'binary', maxLength: 60 }),
);

describe('any filter text', () => {
  test('gives a filter or an error within the text, never a throw', () => {
    fc.assert(
      fc.property(text, (typed) => {
        const result = parseFilter(httpEvents, typed);
        if (result.ok) {
          assert.equal(typeof result.filter.matches(exampleHttpEvent()), 'boolean');
          return;
        }
        const { at, length, reason } = result.error;
        assert.ok(at >= 0 && length >= 1 && at + length <= typed.length, `${JSON.stringify(typed)} ${at}+${length}`);
        assert.match(reason, /[.?]$/);
      }),
      { numRuns: 3000 },
    );
  });

  test('is the sum of its tokens and the space between them', () => {
    fc.assert(
      fc.property(text, (typed) => {
        let tokens: ReturnType<typeof tokenize>;
        try {
          tokens = tokenize(typed);
        } catch (thrown) {
          assert.ok(thrown instanceof FilterFault);
          return;
        }
        let at = 0;
        for (const token of tokens) {
          assert.match(typed.slice(at, token.at), /^\s*$/);
          assert.ok(typed.slice(token.at, token.end).includes(token.text));
          at = token.end;
        }
        assert.match(typed.slice(at), /^\s*$/);
      }),
      { numRuns: 2000 },
    );
  });

  test('can be completed at any place', () => {
    fc.assert(
      fc.property(text, fc.nat(60), (typed, cursor) => {
        for (const suggestion of completeFilter(httpEvents, typed, cursor, () => ['a b', 'c'])) {
          assert.ok(suggestion.from <= suggestion.to && suggestion.to <= typed.length);
        }
      }),
      { numRuns: 1000 },
    );
  });
});

describe('any value', () => {
  test('quoted, is found as itself', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }), (path) => {
        const result = parseFilter(httpEvents, `path=${quoteText(path)}`);
        assert.ok(result.ok);
        assert.ok(result.filter.matches(exampleHttpEvent({ req_path: path })));
        assert.ok(!result.filter.matches(exampleHttpEvent({ req_path: `${path}x` })));
      }),
    );
  });

  test('of any column, is kept by its own term and dropped by its exclusion', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...httpEvents.columnIds),
        fc.string({ unit: 'binary', maxLength: 20 }),
        fc.nat(),
        (column, word, number) => {
          const original: unknown = Reflect.get(exampleHttpEvent(), column);
          const isFree = typeof original === 'string' && httpEvents.columns[column as 'id'].type !== ('enum' as string);
          const isSize =
            typeof original === 'number' && httpEvents.columns[column as 'id'].type !== ('status' as string);
          const value = isFree ? word : isSize ? number : original;
          const row = { ...exampleHttpEvent(), [column]: value };
          const term = termFor(httpEvents, column, row[column as 'id']);
          const exclusion = termFor(httpEvents, column, row[column as 'id'], true);
          if (term === undefined || exclusion === undefined) return;
          const keep = parseFilter(httpEvents, addTerm('status!= or status=', term));
          const drop = parseFilter(httpEvents, exclusion);
          assert.ok(keep.ok && drop.ok, `${term} ${exclusion}`);
          assert.ok(keep.filter.matches(row), term);
          assert.ok(!drop.filter.matches(row), exclusion);
        },
      ),
      { numRuns: 500 },
    );
  });
});
