import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { edges } from '../tables/derived/edges.ts';
import { exampleHttpEvent } from '../tables/example-http-event.ts';
import { httpEvents } from '../tables/http-events.ts';
import { derivedTables, tables } from '../tables/index.ts';
import { completeFilter } from './complete.ts';
import { parseFilter } from './parse.ts';

const row = exampleHttpEvent({
  source: 'shop/frontend-7d9c8b6f5-x2x9z',
  destination: 'billing/api-6b7f4d5c9-q9wzt',
  req_path: '/orders/1842/items?page=2',
});

function passes(text: string, over: Parameters<typeof exampleHttpEvent>[0] = {}): boolean {
  const result = parseFilter(httpEvents, text);
  assert.ok(result.ok, result.ok ? '' : result.error.reason);
  return result.filter.matches({ ...row, ...over });
}

describe('fields that are no columns', () => {
  for (const [text, wanted] of [
    ['svc=shop/frontend', true],
    ['svc=billing/api', true],
    ['svc=shop/front', false],
    ['svc:shop/front', true],
    ['svc!=shop/frontend', false],
    ['svc!=shop/other', true],
    ['!svc=shop/other', true],
    ['to.svc=billing/api', true],
    ['to.svc=shop/frontend', false],
    ['from.svc=shop/frontend to.ns=billing', true],
    ['from.ns=billing', false],
    ['any:api', true],
    ['any:nowhere', false],
    ['route=/orders/{number}/items', true],
    ['route=/orders/*/items', true],
    ['route=/orders/{number}', false],
    ['route:/{number}/items', true],
    ['route~^/orders/.number', true],
    ['route!=/orders/{number}/items', false],
    ['route=*', true],
  ] as const) {
    test(`${text} is ${wanted}`, () => assert.equal(passes(text), wanted));
  }

  test('port is the server’s, at whichever end the row was seen', () => {
    const client = { trace_role: 'client', local_port: 40_001, remote_port: 8080 } as const;
    const server = { trace_role: 'server', local_port: 8080, remote_port: 40_001 } as const;
    for (const over of [client, server, { ...client, trace_role: null }, { ...server, trace_role: null }]) {
      assert.equal(passes('port=8080', over), true);
      assert.equal(passes('port>8000 port<=8080', over), true);
      assert.equal(passes('port=40001', over), false);
      assert.equal(passes('port!=8080', over), false);
      assert.equal(passes('40001', over), true, 'a bare number is looked for in both');
    }
    assert.equal(passes('remote_port=40001', server), true);
    assert.equal(passes('port=', { trace_role: 'client', remote_port: 0 }), true, 'ports that are summed up are none');
  });

  test('port means the same in every table that knows one', () => {
    const both = { trace_role: 'server', local_port: 8080, remote_port: 40_001, port: 8080 };
    for (const table of [...tables, ...derivedTables]) {
      const result = parseFilter(table, 'port=8080');
      if (result.ok) assert.equal(result.filter.matches(both), true, table.id);
      else assert.ok(!table.columnIds.some((id) => /(^|_)port$/.test(id)), table.id);
    }
  });

  test('what is no pod has no namespace, and stands for itself as a service', () => {
    const outside = { source: '10.0.0.1:443', destination: 'nginx' };
    assert.equal(passes('svc=nginx', outside), true);
    assert.equal(passes('to.ns=', outside), true);
    assert.equal(passes('to.ns!=', outside), false);
    assert.equal(passes('from.ns!=shop', outside), false);
  });

  test('a column of that name goes before', () => {
    const result = parseFilter(httpEvents, 'ns=shop');
    assert.ok(result.ok);
    assert.equal(result.filter.matches({ ...row, namespace: 'other' }), false, 'the namespace of the local pod');
  });

  test('edges know no pods, and say so', () => {
    const result = parseFilter(edges, 'pod:api');
    assert.equal(result.ok ? '' : result.error.reason.slice(0, 15), "No column 'pod'");
    assert.ok(parseFilter(edges, 'ns:shop svc:shop/api').ok);
  });

  test('are completed, with the values of the rows', () => {
    const valuesOf = (column: string) => (column === 'source' ? ['shop/frontend-7d9c8b6f5-x2x9z'] : []);
    const offered = (text: string) => completeFilter(httpEvents, text, text.length, valuesOf).map((each) => each.text);
    assert.ok(offered('sv').includes('svc:'));
    assert.ok(offered('svc:').includes('shop/frontend'));
    assert.ok(offered('front').includes('frontend-7d9c8b6f5-x2x9z'), 'a bare word becomes what is on the screen');
  });

  test('a route as long as anyone likes is no exception, whatever the table', () => {
    for (const table of tables) parseFilter(table, `route="${'{x}'.repeat(1300)}"`);
  });
});

describe('names in every table', () => {
  for (const table of [...tables, ...derivedTables]) {
    test(`${table.id}: no two columns have the same other name`, () => {
      const aliases = table.columnIds.flatMap((id) => (table.columns[id]?.aliases ?? []).map((alias) => [alias, id]));
      const taken = aliases.filter(([alias = ''], at) => aliases.findIndex(([other]) => other === alias) !== at);
      assert.deepEqual(taken, []);
    });
  }
});

describe('labels', () => {
  test('need Kubernetes, and the filter says so where -l stands', () => {
    const result = parseFilter(httpEvents, 'status>=500 -l app=x');
    assert.ok(!result.ok);
    assert.deepEqual([result.error.at, result.error.length], [12, 2]);
    assert.match(result.error.reason, /connection to Kubernetes/);
  });
});
