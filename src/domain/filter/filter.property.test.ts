/** What holds for any filter text, whatever a person types or a wire brings. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { ColumnSpec, Value } from '../column.ts';
import { exampleHttpEvent } from '../tables/example-http-event.ts';
import { httpEvents } from '../tables/http-events.ts';
import { derivedTables, tables } from '../tables/index.ts';
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

/** A value such as rows hold in a column of this type. */
const anyValueOf = (spec: ColumnSpec): fc.Arbitrary<Value> => {
  if (spec.type === 'time') return fc.bigInt({ min: 0n, max: 2n ** 62n });
  if (spec.type === 'bool') return fc.boolean();
  if (spec.type === 'enum' && spec.values) return fc.constantFrom(...spec.values);
  if (spec.type === 'status' || spec.type === 'port') return fc.integer({ min: 0, max: 599 });
  if (spec.type === 'count') return fc.nat();
  if (spec.type === 'bytes' || spec.type === 'duration') return fc.nat();
  if (spec.type === 'percent') return fc.double({ min: 0, max: 4, noNaN: true });
  if (spec.type === 'rate' || spec.type === 'byterate') return fc.double({ min: 0, max: 1e9, noNaN: true });
  return fc.oneof(
    fc.string({ unit: 'binary', maxLength: 20 }),
    fc.constantFrom('shop/api-7d9f8b5c6-x2k4l', '10.0.0.1:80'),
  );
};

describe('the value under the cursor, in any table', () => {
  for (const table of [...tables, ...derivedTables]) {
    test(`${table.id}: is kept by its own term and dropped by its exclusion`, () => {
      const columns = table.columnIds.filter((id) => termFor(table, id, 1) !== undefined);
      const cell = fc
        .constantFrom(...columns)
        .chain((id) => fc.tuple(fc.constant(id), fc.option(anyValueOf(table.columns[id] as ColumnSpec))));
      fc.assert(
        fc.property(cell, ([id, value]) => {
          const term = termFor(table, id, value) ?? '';
          const exclusion = termFor(table, id, value, true) ?? '';
          const keep = parseFilter(table, term);
          const drop = parseFilter(table, exclusion);
          assert.ok(keep.ok && drop.ok, `${term} ${exclusion} ${keep.ok ? '' : keep.error.reason}`);
          assert.ok(keep.filter.matches({ [id]: value }), term);
          assert.ok(!drop.filter.matches({ [id]: value }), exclusion);
        }),
        { numRuns: 200 },
      );
    });
  }
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
