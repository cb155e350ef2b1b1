import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Row } from '../column.ts';
import { createPodRegister } from '../pods/pod-register.ts';
import type { Table } from '../table.ts';
import { edges } from '../tables/derived/edges.ts';
import { namespaces } from '../tables/derived/namespaces.ts';
import { services } from '../tables/derived/services.ts';
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

describe('owners and labels', () => {
  const pods = createPodRegister();
  pods.put({
    pod: 'shop/frontend-7d9c8b6f5-x2x9z',
    owner: 'Deployment/frontend',
    labels: [
      ['app.kubernetes.io/name', 'frontend'],
      ['pod-template-hash', '7d9c8b6f5'],
      ['tier', 'web'],
    ],
    time: 1,
  });
  pods.put({ pod: 'shop/cache-2-0', owner: 'StatefulSet/cache-2', labels: [['App', 'Cache']], time: 1 });
  pods.put({ pod: 'shop/web-0', owner: null, labels: [], time: 1 });
  const known = { source: 'shop/frontend-7d9c8b6f5-x2x9z', destination: 'shop/cache-2-0' };
  const passesWith = (table: Table, text: string, over: Row) => {
    const result = parseFilter(table, text, pods);
    assert.ok(result.ok, result.ok ? '' : result.error.reason);
    return result.filter.matches(over);
  };

  for (const [text, wanted] of [
    ['owner=Deployment/frontend', true],
    ['owner=deployment', true],
    ['owner=frontend', true],
    ['owner=front', false],
    ['owner:front', true],
    ['owner~^StatefulSet/', true],
    ['to.owner=Deployment', false],
    ['to.owner=StatefulSet/cache-2', true],
    ['from.owner=Deployment to.owner=cache-2', true],
    ['owner!=DaemonSet', true],
    ['owner!=Deployment', false],
    ['label.app.kubernetes.io/name=frontend', true],
    ['label.APP.kubernetes.io/NAME=frontend', true],
    ['to.label.app.kubernetes.io/name=frontend', false],
    ['from.label.app.kubernetes.io/name:front', true],
    ['to.label.app=cache', true],
    ['label.tier=api,web', true],
    ['label.tier!=web', false],
    ['label.team=', true],
    ['label.team!=', false],
    ['label.tier!=', true],
    ['label.tier=*', true],
    ['svc=shop/cache-2', true],
    ['svc=shop/cache', false],
  ] as const) {
    test(`${text} is ${wanted}`, () => assert.equal(passesWith(httpEvents, text, { ...row, ...known }), wanted));
  }

  test('a pod of its own is its own service, and has no owner', () => {
    const alone = { ...row, source: 'shop/web-0', destination: '10.0.0.1:443' };
    assert.equal(passesWith(httpEvents, 'svc=shop/web-0', alone), true);
    assert.equal(passesWith(httpEvents, 'svc=shop/web', alone), false);
    assert.equal(passesWith(httpEvents, 'owner=', alone), true);
  });

  test('a workload has the labels of its pods, without those that controllers put there', () => {
    const called = { ...row, source: '10.0.0.1', destination: 'shop/frontend' };
    assert.equal(passesWith(httpEvents, 'to.label.tier=web to.owner=Deployment/frontend', called), true);
    assert.equal(passesWith(httpEvents, 'to.label.pod-template-hash!=', called), false);
    assert.equal(passesWith(services, 'label.tier=web owner=frontend', { service: 'shop/frontend' }), true);
  });

  test('in every table that tells of pods, by whatever names them', () => {
    const about = {
      entity: 'shop/cache-2-0',
      pod: 'shop/cache-2-0',
      service: 'shop/cache-2',
      labels: [['app', 'cache']],
    };
    const both = { ...about, ...known, owner: 'StatefulSet/cache-2' } as unknown as Row;
    for (const table of [...tables, ...derivedTables]) {
      if (table.id === 'namespaces') continue;
      assert.equal(passesWith(table, 'label.app=cache owner=StatefulSet/cache-2', both), true, table.id);
      assert.equal(passesWith(table, 'label.app=web', both), false, table.id);
    }
  });

  test('where there are no pods, or no name of a label, the filter says so', () => {
    const reason = (table: Table, text: string) => {
      const result = parseFilter(table, text, pods);
      return result.ok ? 'no error' : result.error.reason;
    };
    for (const text of ['label.app=x', 'owner=api', 'to.label.app=x'])
      assert.equal(
        reason(namespaces, text),
        'Rows of namespaces are about no pods, which alone have owners and labels.',
      );
    assert.equal(reason(httpEvents, 'label=x'), 'Name a label behind the dot, as in label.app=kuard.');
    assert.match(reason(httpEvents, 'path.label.app=x'), /'path' is no end of a row: write label\.app=kuard/);
    const dash = parseFilter(httpEvents, 'status>=500 -l app=x');
    assert.ok(!dash.ok);
    assert.deepEqual([dash.error.at, dash.error.length], [12, 2]);
    assert.match(dash.error.reason, /label\.app=kuard/);
  });

  test('are completed with those there are', () => {
    const offered = (text: string) =>
      completeFilter(httpEvents, text, text.length, undefined, pods).map((each) => each.text);
    assert.ok(offered('lab').includes('label.'));
    assert.deepEqual(offered('label.'), ['label.app.kubernetes.io/name=', 'label.tier=', 'label.App=']);
    assert.deepEqual(offered('to.label.app.k'), ['to.label.app.kubernetes.io/name=']);
    assert.deepEqual(offered('label.tier='), ['web']);
    assert.deepEqual(offered('label.app.kubernetes.io/name='), ['frontend']);
    assert.ok(offered('owner=').includes('Deployment/frontend'));
    assert.ok(offered('from.owner:cache').includes('StatefulSet/cache-2'));
  });

  test('are known as soon as somebody tells', () => {
    const late = createPodRegister();
    const result = parseFilter(httpEvents, 'label.app=x', late);
    assert.ok(result.ok && result.filter.asksPods);
    const told = { ...row, source: 'shop/late-0' };
    assert.equal(result.filter.matches(told), false);
    late.put({ pod: 'shop/late-0', owner: null, labels: [['app', 'x']], time: 1 });
    assert.equal(result.filter.matches(told), true);
  });
});
