/** One filter, two readers: what an agent lets pass, and what a terminal lets pass of all rows once they came over the wire. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { createSubscription } from '../../agent/rows/subscription.ts';
import { encodeRows } from '../../agent/server/rows-to-wire.ts';
import { WatchRowsResponse } from '../../proto/gen/kelpie/v1/agent.ts';
import { decodeBatch } from '../../src/agent-client/from-wire.ts';
import { createDirectory } from '../../src/cluster/names/directory.ts';
import { nameRows } from '../../src/cluster/names/name-rows.ts';
import type { ColumnSpec, HeaderList, Row, Value } from '../../src/domain/column.ts';
import { parseFilter } from '../../src/domain/filter/parse.ts';
import { quoteText } from '../../src/domain/filter/token.ts';
import { virtualFields } from '../../src/domain/filter/virtual-field.ts';
import { termFor } from '../../src/domain/filter/write.ts';
import { createPodRegister } from '../../src/domain/pods/pod-register.ts';
import { rowKey, type Table } from '../../src/domain/table.ts';
import { findTable, tables } from '../../src/domain/tables/index.ts';

/** Few different values, so that filters hit: names as they are, and a little of anything. */
const names = [
  'shop/api-6b7f94c5d-q9wzt',
  'shop/frontend-7d9c8b6f5-x2x9z',
  'billing/db-0',
  'nginx',
  '10.0.0.7:443',
  '/orders/1842/items?page=2',
  '/healthy',
  'Überraschung 日本',
];
const text = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...names) },
  fc.string({ unit: 'grapheme', maxLength: 8 }),
);
const numbers = fc.oneof(fc.constantFrom(0, 1, 200, 404, 503, 1_500, 2.5e8), fc.nat(1e9));

function cell(spec: ColumnSpec): fc.Arbitrary<Value> {
  switch (spec.type) {
    case 'time':
      return fc.bigInt({ min: 1_790_000_000_000_000_000n, max: 1_790_000_100_000_000_000n });
    case 'bool':
      return fc.boolean();
    case 'enum':
      return spec.values ? fc.constantFrom(...spec.values) : text;
    case 'percent':
    case 'rate':
    case 'byterate':
      return fc.double({ min: 0, max: 1e6, noNaN: true });
    case 'duration':
      return fc.oneof(numbers, fc.double({ min: 0, max: 1e10, noNaN: true }));
    case 'bytes':
    case 'count':
    case 'port':
    case 'status':
      return numbers;
    case 'headers':
      return fc.array(fc.tuple(fc.constantFrom('Host', 'X-Id'), text), { maxLength: 3 });
    case 'body':
    case 'sketch':
      return fc.uint8Array({ maxLength: 12 });
    default:
      return text;
  }
}

function rowsOf(table: Table): fc.Arbitrary<Row[]> {
  const row = fc.record(
    Object.fromEntries(
      table.columnIds.map((id) => {
        const spec = table.columns[id] as ColumnSpec;
        return [id, spec.required ? cell(spec) : fc.option(cell(spec), { nil: null, freq: 3 })];
      }),
    ),
    { noNullPrototype: true },
  ) as fc.Arbitrary<Row>;
  // Rows of one identity replace each other at the agent: here each has its own.
  return fc
    .array(row, { minLength: 1, maxLength: 12 })
    .map((rows) => rows.map((each, i) => ({ ...each, [table.key]: `id-${i}` })));
}

/** Comparisons with each operator, on columns with values such as rows have, and words. */
function term(table: Table): fc.Arbitrary<string> {
  const columns = table.columnIds.filter((id) => !table.columns[id]?.payload);
  const written = fc
    .constantFrom(...columns)
    .chain((id) =>
      fc
        .tuple(fc.option(cell(table.columns[id] as ColumnSpec), { nil: null, freq: 5 }), fc.boolean())
        .map(([value, exclude]) => termFor(table, id, value, exclude) ?? ''),
    );
  const compared = fc
    .tuple(
      fc.constantFrom(
        ...columns,
        ...virtualFields(table).map(({ id }) => id),
        ...['from.svc', 'to.ns', 'to.owner', 'label.app', 'from.label.app', 'to.label.a/b.c'],
      ),
      fc.constantFrom('=', '!=', ':', '>', '>=', '<', '<=', '~', '!~'),
      fc.oneof(
        text.map(quoteText),
        fc.constantFrom(
          'shop',
          'api',
          '5xx',
          '404',
          '1k',
          '200ms',
          '1.5s',
          '10%',
          '2/s',
          '*',
          'shop/*',
          '^shop/',
          'Deployment/api',
          'StatefulSet',
          'true',
        ),
      ),
    )
    .map((pieces) => pieces.join(''));
  const word = fc.constantFrom('shop', 'API', 'nginx', '404', '5xx', '"/orders"', '/^shop.api/', '日本', 'front*x9z');
  return fc.oneof(written, compared, word);
}

function filterText(table: Table, terms = term(table)): fc.Arbitrary<string> {
  const one = fc.tuple(fc.constantFrom('', '', '!'), terms).map(([not, body]) => (body === '' ? '' : not + body));
  return fc
    .array(fc.tuple(one, fc.constantFrom(' ', ',', ' or ')), { minLength: 1, maxLength: 3 })
    .map((parts) => parts.filter(([each]) => each !== '').map(([each, joint], i) => (i === 0 ? each : joint + each)))
    .map((parts) => parts.join(''));
}

/** Identities an agent sends to a reader with this filter. */
function passedByAgent(table: Table, rows: readonly Row[], filter: string): readonly string[] {
  const parsed = parseFilter(table, filter);
  assert.ok(parsed.ok);
  const subscription = createSubscription({
    query: { table, filter: parsed.filter, backlog: 0, maxRowsPerSecond: 0, once: false },
    kept: [],
    limits: undefined,
    placeOf: undefined,
    now: () => 0,
    onReadable: () => {},
    onTake: () => {},
    onClose: () => {},
  });
  for (const row of rows) subscription.offer(row, undefined, 100, true);
  const taken = subscription.take(1_000, 1e9);
  subscription.close();
  return taken.map((row) => rowKey(table, row));
}

/** Identities a terminal shows of all rows, as they came over the wire. */
function passedByTerminal(table: Table, rows: readonly Row[], filter: string): readonly string[] {
  const parsed = parseFilter(table, filter);
  assert.ok(parsed.ok);
  const { event } = WatchRowsResponse.decode(encodeRows('node', 0n, table, rows, false));
  assert.ok(event?.$case === 'batch');
  const received = decodeBatch('agent', event.value).rows;
  return received.filter(parsed.filter.matches).map((row) => rowKey(table, row));
}

/** Names of a cluster, as a terminal puts them in rows whose ends an agent knows by address alone. */
function namedByTerminal(rows: readonly Row[]): readonly Row[] {
  const directory = createDirectory(() => 0);
  directory.putService({
    metadata: { uid: 's', name: 'web', namespace: 'shop' },
    spec: { clusterIP: '10.0.0.7' },
  });
  return nameRows(rows, directory);
}

describe('where a terminal knows names that the agent does not', () => {
  for (const table of tables.filter(({ columnIds }) => columnIds.includes('destination'))) {
    test(`${table.id}: nothing that passes there is held back by the agent`, () => {
      let changed = 0;
      fc.assert(
        fc.property(rowsOf(table), filterText(table), (rows, text) => {
          const parsed = parseFilter(table, text);
          if (!parsed.ok) return;
          const { filter } = parsed;
          const named = namedByTerminal(rows);
          rows.forEach((row, i) => {
            const other = named[i] as Row;
            if (other !== row) changed += 1;
            if (filter.matches(other)) assert.ok(filter.mayMatchNamed(row), `${text} ${row.destination}`);
          });
        }),
        { numRuns: 300 },
      );
      assert.ok(changed > 50, `${changed} rows were named`);
    });
  }
});

/** What is told of a pod, of none of which one can say so by its name. */
const facts = fc.record({
  owner: fc.constantFrom(null, 'Deployment/api', 'StatefulSet/shop', 'Fleet/nginx'),
  labels: fc.constantFrom<HeaderList>([], [['app', 'api']], [['a/b.c', 'shop']]),
});
/** Terms on what is told of pods, as far as the table has them. */
function podTerm(table: Table): fc.Arbitrary<string> {
  const fields = ['svc', 'to.svc', 'owner', 'from.owner', 'label.app', 'to.label.a/b.c'];
  const known = fields.filter((field) => parseFilter(table, `${field}=x`).ok);
  const values = ['shop', 'api', 'Deployment/api', 'Fleet', 'shop/shop', 'shop/api', '^shop/', '*', ''];
  return fc
    .tuple(fc.constantFrom(...known), fc.constantFrom('=', '!=', ':', '~', '!~'), fc.constantFrom(...values))
    .map((pieces) => pieces.join(''));
}
const podNames = names.filter((name) => /^\w+\/[\w-]+$/.test(name));

describe('where a terminal knows more of pods than the agent of another node', () => {
  for (const table of tables.filter(({ id }) => id !== 'pod_info')) {
    test(`${table.id}: nothing that passes there is held back by the agent`, () => {
      let asked = 0;
      let apart = 0;
      fc.assert(
        fc.property(
          rowsOf(table),
          filterText(table, fc.oneof({ weight: 3, arbitrary: podTerm(table) }, term(table))),
          fc.array(fc.tuple(facts, fc.boolean()), { minLength: podNames.length, maxLength: podNames.length }),
          (rows, text, known) => {
            const atAgent = createPodRegister();
            const atTerminal = createPodRegister();
            podNames.forEach((pod, i) => {
              const [told, isOfThisNode] = known[i] as (typeof known)[number];
              if (isOfThisNode) atAgent.put({ pod, ...told, time: 1 });
              atTerminal.put({ pod, ...told, time: 1 });
            });
            const agent = parseFilter(table, text, atAgent);
            const terminal = parseFilter(table, text, atTerminal);
            assert.equal(agent.ok, terminal.ok);
            if (!agent.ok || !terminal.ok) return;
            if (agent.filter.asksPods) asked += 1;
            for (const row of rows) {
              const passes = terminal.filter.matches(row);
              if (passes) assert.ok(agent.filter.mayMatchNamed(row), `${text} ${row.source} ${row.destination}`);
              if (passes !== agent.filter.matches(row)) apart += 1;
            }
          },
        ),
        { numRuns: 300 },
      );
      assert.ok(asked > 20 && apart > 5, `${asked} filters asked for pods, of ${apart} rows the agent knew too little`);
    });
  }
});

describe('a call to a Service, which the agent knows by the port of the Service and the terminal by that of the pods', () => {
  for (const id of ['conn_stats', 'edge_stats']) {
    test(`${id}: is found by the port it has in the end`, () => {
      const table = findTable(id);
      assert.ok(table);
      const directory = createDirectory(() => 0);
      directory.putService({
        metadata: { uid: 's', name: 'web', namespace: 'shop' },
        spec: { clusterIP: '10.0.0.7', ports: [{ port: 80, targetPort: 8080 }] },
      });
      const row = { time_: 0n, trace_role: 'client', source: 'shop/a', destination: '10.0.0.7:80', port: 80 };
      const [named] = nameRows([row], directory);
      assert.equal(named?.port, 8080);
      for (const text of ['port=8080', 'port!=80', 'port>1000', '!port=80', '8080', 'dest=shop/web port=8080']) {
        const parsed = parseFilter(table, text);
        assert.ok(parsed.ok && parsed.filter.matches(named), text);
        assert.ok(parsed.filter.mayMatchNamed(row), text);
      }
    });
  }
});

describe('where headers and bodies are not there yet', () => {
  const table = findTable('http_events') as Table;
  const payload = table.columnIds.filter((id) => table.columns[id]?.payload);
  const asking = fc.constantFrom(
    'req_headers.host=shop',
    'resp_headers.x-id!=nginx',
    'req_headers.x-id=',
    'resp_body:shop',
    'req_body!~shop',
    'req_body=',
  );
  const mixed = fc
    .array(fc.tuple(fc.oneof(term(table), asking), fc.constantFrom(' ', ' or '), fc.constantFrom('', '!')), {
      minLength: 1,
      maxLength: 4,
    })
    .map((parts) => parts.map(([each, joint, not], i) => `${i === 0 ? '' : joint}${not}${each}`).join(''));
  const bare = (row: Row): Row => ({ ...row, ...Object.fromEntries(payload.map((id) => [id, null])) });

  test('no row is passed over that would pass with them; without a question about them nothing is in doubt', () => {
    let asked = 0;
    fc.assert(
      fc.property(rowsOf(table), mixed, (rows, text) => {
        const parsed = parseFilter(table, text);
        if (!parsed.ok) return;
        const { matches, mayMatch, needsPayload } = parsed.filter;
        if (needsPayload) asked += 1;
        for (const row of rows) {
          if (matches(row)) assert.ok(mayMatch(bare(row)), text);
          if (!needsPayload) assert.equal(mayMatch(bare(row)), matches(bare(row)), text);
        }
      }),
      { numRuns: 400 },
    );
    assert.ok(asked > 100, `${asked}`);
  });

  test('under an "or" with them names are taken as they are: the reader could not tell which of the two it was', () => {
    const row = { time_: 0n, trace_role: 'client', source: 'shop/a', destination: '10.0.0.7:80' };
    const passes = (text: string) => {
      const parsed = parseFilter(table, text);
      assert.ok(parsed.ok);
      return parsed.filter.mayMatchNamed(row);
    };
    assert.ok(passes('dest=shop/web'));
    assert.ok(!passes('dest=shop/web or resp_body:x'));
    assert.ok(passes('dest=shop/web or resp_status=200'));
    assert.ok(!passes('dest=shop/web resp_body:x'), 'no body, so no');
  });
});

describe('agents and terminals agree on every filter', () => {
  for (const table of tables) {
    test(table.id, (t) => {
      let meant = 0;
      let told = 0;
      fc.assert(
        fc.property(rowsOf(table), filterText(table), (rows, filter) => {
          if (!parseFilter(table, filter).ok) return;
          const atAgent = passedByAgent(table, rows, filter);
          assert.deepEqual(passedByTerminal(table, rows, filter), atAgent, filter);
          meant += 1;
          if (atAgent.length > 0 && atAgent.length < rows.length) told += 1;
        }),
        { numRuns: 400 },
      );
      t.diagnostic(`${meant} filters meant something, ${told} of them told rows apart`);
      assert.ok(meant > 100 && told > 20, `${meant} ${told}`);
    });
  }
});
