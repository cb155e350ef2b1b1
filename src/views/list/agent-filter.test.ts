import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { parseFilter } from '../../domain/filter/parse.ts';
import { exampleHttpEvent } from '../../domain/tables/example-http-event.ts';
import { httpEvents } from '../../domain/tables/http-events.ts';
import { agentFilter, type Question } from './agent-filter.ts';
import { createRowTests } from './row-test.ts';

const failures = 'outcome=error,unanswered,reset';
const nothing: Question = {
  filter: '',
  failuresOnly: false,
  namespaces: new Set(),
  window: undefined,
  rowsStand: true,
};
const asked = (over: Partial<Question>) => agentFilter(httpEvents, { ...nothing, ...over }, failures);

describe('what the agents are asked for', () => {
  test('is what was typed, and nothing where nothing was', () => {
    assert.equal(asked({}), '');
    assert.equal(asked({ filter: 'status>=500' }), 'status>=500');
  });

  test('is narrowed by failures, namespaces and time, each as a whole', () => {
    assert.equal(
      asked({
        filter: 'kuard or to:api',
        failuresOnly: true,
        namespaces: new Set(['shop', 'cart']),
        window: { from: 1_790_000_000_000, to: 1_790_000_060_000 },
      }),
      '(kuard or to:api) outcome=error,unanswered,reset ' +
        '(namespace=cart,shop or source=cart/*,shop/* or destination=cart/*,shop/* or pod=cart/*,shop/* or remote_pod=cart/*,shop/*) ' +
        'time_>=2026-09-21T14:13:20.000000000Z time_<2026-09-21T14:14:20.000000000Z',
    );
  });

  test('names that are none of Kubernetes’ are left to the terminal', () => {
    assert.equal(asked({ namespaces: new Set(['a b']) }), '');
    assert.equal(
      asked({ namespaces: new Set(['host', 'shop']) }),
      '',
      'what runs outside of pods has no name to ask for',
    );
  });

  test('lets pass all that the list would show', () => {
    const end = fc.constantFrom('shop/api-7d9f8-x2k4l', 'cart/db-0', 'nginx', '10.0.0.1:80');
    const outcome = fc.constantFrom('ok', 'error', 'reset', 'in-flight');
    const namespaces = fc.uniqueArray(fc.constantFrom('shop', 'cart', 'host', 'other'));
    fc.assert(
      fc.property(end, end, outcome, namespaces, fc.boolean(), (source, destination, result, chosen, failuresOnly) => {
        const namespace = source.includes('/') ? (source.split('/')[0] ?? null) : null;
        const row = exampleHttpEvent({
          source,
          destination,
          namespace,
          pod: namespace ? source : null,
          remote_pod: null,
          outcome: result,
        });
        const question = { ...nothing, failuresOnly, namespaces: new Set(chosen) };
        const test = createRowTests(httpEvents, failures)({ ...question, filter: undefined, podChanges: 0 });
        const parsed = parseFilter(httpEvents, agentFilter(httpEvents, question, failures));
        assert.ok(parsed.ok);
        if (test === undefined || test(row)) assert.ok(parsed.filter.matches(row));
      }),
    );
  });
});
