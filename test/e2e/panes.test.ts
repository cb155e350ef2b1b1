/**
 * The panes tell the truth: traffic whose counts, delays, bytes and failures its peers tell by their own counters and clocks is compared
 * with what `kelpie get` prints and with what a person reads on the screen, cell by cell; and from every figure there is a way to what it
 * is made of, and back.
 */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { after, before, describe, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import type { Value } from '../../src/domain/column.ts';
import { formatValue } from '../../src/domain/format/index.ts';
import type { Table } from '../../src/domain/table.ts';
import { endpoints as endpointsTable } from '../../src/domain/tables/derived/endpoints.ts';
import { failures as failuresTable } from '../../src/domain/tables/derived/failures.ts';
import { flows as flowsTable } from '../../src/domain/tables/derived/flows.ts';
import { namespaces as namespacesTable } from '../../src/domain/tables/derived/namespaces.ts';
import { pods as podsTable } from '../../src/domain/tables/derived/pods.ts';
import { services as servicesTable } from '../../src/domain/tables/derived/services.ts';
import { httpEvents } from '../../src/domain/tables/http-events.ts';
import { tcpStatsEvents } from '../../src/domain/tables/tcp-stats-events.ts';
import { kelpieCli } from '../peers/kelpie.ts';
import type { PersonAtTerminal } from '../terminal/terminal.ts';
import { assertWhole, openKelpie } from './kelpie-terminal.ts';
import * as expected from './panes/expected.ts';
import { getRows, getText, type JsonRow } from './panes/get.ts';
import { readList, titleOf } from './panes/grid.ts';
import { body, command, enter, esc, listed, putCursor, shownCount } from './panes/person.ts';
import { makeSteadyTraffic, makeTraffic } from './panes/traffic.ts';
import { type Call, hostOf, quantileBounds, type Truth } from './panes/truth.ts';
import { placeAt, places, podOf, ports, serviceOf, startWorld, type World } from './panes/world.ts';

/** What a sketch may be off by, and the float arithmetic on it. */
const sketchError = 1.0101;
/** The pods between which nobody counted: there was traffic before capture was on. */
const warmUp = { source: serviceOf('dns'), destination: serviceOf('db') };

type Cells = Readonly<Record<string, string>>;

let world: World;
let truth: Truth;
/** Open while the traffic is made; 200×50. */
let early: PersonAtTerminal;
/** When the agent was asked to watch, and when it was asked what it saw; Unix ms. */
let watched: number;
let asked: number;
/** How long traffic was made. */
let trafficSeconds: number;
/** Rows of derived tables as `get` gives them once everything is over. */
const got: Record<string, readonly JsonRow[]> = {};

before(async () => {
  watched = Date.now();
  world = await startWorld();
  early = openKelpie(['-c', 'http', '--agents', world.agent.address, '--refresh', '250ms'], { columns: 200, rows: 50 });
  await early.waitFor(/http\(/);
  const began = performance.now();
  truth = await makeTraffic(world);
  trafficSeconds = (performance.now() - began) / 1000;
  await toldInFull();
  for (const table of ['svc', 'pods', 'ns', 'endpoints', 'edges', 'flows']) got[table] = await get(table);
  asked = Date.now();
});

after(async () => {
  early?.kill('SIGKILL');
  await world?.end();
});

const get = (table: string, ...flags: string[]) => getRows(world.agent.address, table, ...flags);
const of = (rows: readonly JsonRow[] | undefined, match: JsonRow): JsonRow[] =>
  (rows ?? []).filter((row) => Object.entries(match).every(([column, value]) => row[column] === value));
const total = (rows: readonly JsonRow[], column: string) =>
  rows.reduce((sum, row) => sum + Number(row[column] ?? 0), 0);

/** Every exchange is in the summaries, the unanswered question and the last connection too. */
async function toldInFull(): Promise<void> {
  const asked = truth.calls.length;
  for (let i = 0; i < 40; i += 1) {
    const rows = await get('edge_stats');
    const http = rows.filter(
      (row) => row.protocol === 'http' && row.trace_role === 'client' && row.port !== ports.warmUp,
    );
    const lost = rows.filter((row) => Number(row.failures) > 0 && row.protocol === 'dns');
    if (total(http, 'requests') >= asked && total(lost, 'failures') >= 2) break;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  await world.lease.until((rows) => rows.some((row) => row.port === ports.held && row.conn_close === 1));
  // A second is summed up once it is over, and what a connection came to is told at most once a second.
  await new Promise((resolve) => setTimeout(resolve, 2_000));
}

describe('kelpie get', () => {
  for (const [table, name, nameOf] of [
    ['svc', 'service', serviceOf],
    ['pods', 'pod', podOf],
    ['ns', 'namespace', (place: (typeof places)[number]) => podOf(place).replace(/\/.*/, '')],
  ] as const) {
    test(`${table}: each of them and no other, requests and shares of errors exactly, quantiles between both ends’ clocks`, () => {
      const rows = got[table] ?? [];
      const wanted = expected.served(truth, nameOf);
      assert.deepEqual(rows.map((row) => row[name]).sort(), [...wanted.keys()].sort());
      for (const [id, figures] of wanted) {
        if (id === nameOf('db')) continue;
        const [row] = of(rows, { [name]: id });
        assertFigures(row, figures, id);
        assertLatency(row, figures.calls, id);
      }
    });
  }

  test('rates are requests by the seconds it was watched', () => {
    const rows = ['svc', 'pods', 'ns', 'endpoints'].flatMap((table) => got[table] ?? []);
    for (const row of rows.filter(({ requests }) => Number(requests) > 0)) {
      const seconds = Number(row.requests) / Number(row.rate);
      assert.ok(Math.abs(seconds - Math.round(seconds)) < 1e-6, `${seconds} s`);
      // From the first request, which came after the world was up, to when it was asked.
      const most = (asked - watched) / 1000 + 1;
      assert.ok(seconds >= trafficSeconds - 1 && seconds <= most, `${trafficSeconds} ≤ ${seconds} ≤ ${most} s`);
    }
  });

  test('pods and services: one pod for one, two for another', () => {
    const counts = (got.svc ?? []).map((row) => [row.service, row.pods]);
    const wanted = [...new Set(places.map(serviceOf))].map((service) => [
      service,
      places.filter((place) => serviceOf(place) === service).length,
    ]);
    assert.deepEqual(counts.sort(), wanted.sort());
  });

  test('endpoints: the routes that were asked for, none else, each with its count', () => {
    const rows = (got.endpoints ?? []).filter((row) => row.protocol === 'http' && row.service !== serviceOf('db'));
    const wanted = expected.endpoints(truth);
    const nameOf = (row: JsonRow) => `${row.service} ${row.method} ${row.route}`;
    assert.deepEqual(rows.map(nameOf).sort(), [...wanted.keys()].sort());
    for (const row of rows) {
      const figures = wanted.get(nameOf(row));
      assert.ok(figures);
      assertFigures(row, figures, nameOf(row));
      assertLatency(row, figures.calls, nameOf(row));
    }
  });

  test('edges: all that were used, none invented; requests, failures, failed connects, retransmits', () => {
    const rows = (got.edges ?? []).filter(
      (row) => !(row.source === warmUp.source && row.destination === warmUp.destination),
    );
    const nameOf = (row: JsonRow) => expected.edgeName(row.source, row.destination, row.port, row.protocol);
    const wanted = expected.edges(truth);
    assert.deepEqual(rows.map(nameOf).sort(), wanted.map(({ name }) => name).sort());
    for (const edge of wanted) {
      const row = rows.find((each) => nameOf(each) === edge.name);
      const errors = edge.requests > 0 ? (edge.serverErrors + edge.failures) / edge.requests : null;
      const isRead = row?.protocol !== 'tcp';
      assert.deepEqual(
        [row?.requests, row?.errors, row?.conn_failed, row?.connections],
        [edge.requests, isRead ? errors : null, edge.failed, 0],
        edge.name,
      );
    }
    const again = rows.filter((row) => row.port === ports.held);
    assert.equal(total(again, 'retransmits'), truth.retransmits);
  });

  test('edges: what the callee saw is no more than what the caller saw, both within what they measured', () => {
    const [row] = of(got.edges, { source: serviceOf('client'), destination: serviceOf('front'), protocol: 'http' });
    const calls = truth.calls.filter(({ to, status }) => placeAt(hostOf(to)) === 'front' && status !== null);
    for (const side of ['client_p50', 'server_p50']) assertWithin(Number(row?.[side]), calls, 0.5, side);
    assert.ok(Number(row?.server_p50) <= Number(row?.client_p50) * sketchError ** 2);
    assert.ok(Number(row?.network_p50) >= 0);
  });

  test('flows: who with whom, bytes exactly, why connects failed, what was sent again', () => {
    const rows = (got.flows ?? []).filter((row) => row.port !== ports.warmUp);
    const nameOf = (row: JsonRow) => expected.flowName(row.source, row.destination, row.port, row.transport);
    const wanted = expected.flows(truth);
    assert.deepEqual(rows.map(nameOf).sort(), wanted.map(({ name }) => name).sort());
    for (const flow of wanted) {
      const row = rows.find((each) => nameOf(each) === flow.name);
      for (const [column, value] of [
        ['bytes_sent', flow.sent],
        ['bytes_recv', flow.received],
        ['conn_failed', flow.failed],
        ['reasons', flow.reasons],
        ['retransmits', flow.retransmits],
        ['connections', 0],
      ] as const) {
        if (value !== undefined) assert.equal(row?.[column], value, `${flow.name}: ${column}`);
      }
    }
    const torn = truth.calls.filter(({ path }) => path === '/torn').length;
    assert.equal(total(of(rows, { port: ports.http }), 'resets'), torn);
  });

  test('summaries of each second add up to the same, from either end', async () => {
    for (const [table, column] of [
      ['edge_stats', 'destination'],
      ['pod_stats', 'pod'],
    ] as const) {
      const rows = (await get(table)).filter((row) => row.protocol === 'http' && row.port !== ports.warmUp);
      const calls = truth.calls.filter(({ to }) => placeAt(hostOf(to)) === 'front');
      const name = column === 'pod' ? 'server' : podOf('front');
      for (const trace_role of ['client', 'server']) {
        const mine =
          column === 'pod'
            ? of(rows, { trace_role, pod: podOf(trace_role === 'server' ? 'front' : 'client') })
            : of(rows, { trace_role, destination: name });
        const wanted =
          column === 'pod' && trace_role === 'client' ? truth.calls.filter(({ from }) => from === 'client') : calls;
        const failed = wanted.filter(({ status }) => status === null).length;
        assert.deepEqual(
          ['requests', 'failures', 'sampled_out', 'req_bytes'].map((each) => total(mine, each)),
          [wanted.length, failed, 0, wanted.reduce((sum, { sent }) => sum + sent, 0)],
          `${table} ${trace_role}`,
        );
      }
    }
  });

  test('http: every request once at each end that is watched, with the client’s status and sizes, between both clocks', async () => {
    const rows = await get('http', '--filter', 'path!=/');
    const bySeq = Map.groupBy(rows, (row) => String((row.req_headers as Record<string, string>)['x-seq']));
    assert.deepEqual([...bySeq.keys()].sort(), truth.calls.map(({ seq }) => seq).sort());
    for (const call of truth.calls) {
      const isWatched = placeAt(hostOf(call.to)) !== undefined;
      const ends = (bySeq.get(call.seq) ?? []).toSorted((a) => (a.trace_role === 'server' ? -1 : 1));
      assert.deepEqual(
        ends.map((row) => row.trace_role),
        isWatched ? ['server', 'client'] : ['client'],
        call.seq,
      );
      let least = truth.served.get(call.seq) ?? 0;
      for (const row of ends) {
        assert.deepEqual(
          [row.req_method, row.req_path, row.resp_status, row.req_body_size, row.resp_body_size, row.source],
          [call.method, call.path, call.status, call.sent, call.received, podOf(call.from)],
          call.seq,
        );
        if (call.status === null) {
          assert.equal(row.outcome, call.path === '/torn' ? 'reset' : 'unanswered');
          continue;
        }
        // Server's own clock ≤ what its socket saw ≤ what the client's saw ≤ the client's own clock.
        assert.ok(Number(row.latency) >= least, `${call.seq} ${row.trace_role}: ${row.latency} < ${least}`);
        least = Number(row.latency);
      }
      if (call.status !== null) assert.ok(least <= call.nanos, `${call.seq}: ${least} > the client's ${call.nanos}`);
    }
  });

  test('dns: each question at each end, its answer, how long dig waited', async () => {
    const rows = await get('dns');
    const wanted = truth.digs.flatMap((dig) => {
      const ends = placeAt(dig.at) === undefined ? ['client'] : ['client', 'server'];
      return Array.from({ length: dig.tries }, () => ends)
        .flat()
        .map((end) => `${end} ${dig.transport} ${dig.name} ${dig.rcode}`);
    });
    const shown = rows.map((row) => `${row.trace_role} ${row.transport} ${row.query_name} ${row.rcode}`);
    assert.deepEqual(shown.sort(), wanted.sort());
    const most = Math.max(...truth.digs.map(({ nanos }) => nanos ?? 0));
    for (const row of rows) {
      if (row.rcode === null) assert.deepEqual([row.outcome, row.latency], ['unanswered', null]);
      else
        assert.ok(
          Number(row.latency) > 0 && Number(row.latency) <= most,
          `${row.query_name}: ${row.latency} of ${most}`,
        );
    }
  });

  test('conns: what failed and why, what was reset, the one that sent again', async () => {
    const rows = (await get('conns')).filter((row) => row.trace_role === 'client');
    const states = (list: readonly JsonRow[]) => list.map((row) => row.state).sort();
    assert.deepEqual(states(of(rows, { remote_port: ports.refused })), ['refused', 'refused', 'refused']);
    assert.deepEqual(states(of(rows, { remote_port: ports.silent })), ['timeout', 'unreachable']);
    assert.equal(of(rows, { state: 'reset' }).length, truth.calls.filter(({ path }) => path === '/torn').length);
    const [held] = of(rows, { remote_port: ports.held });
    assert.deepEqual([held?.state, held?.retransmits, held?.rx], ['closed', truth.retransmits, 40]);
  });

  test('process_stats and network_stats: every pod and nobody else; bytes of a device as the kernel counts them', async () => {
    const pods = places.map(podOf).sort();
    const names = async (table: string) => [...new Set((await get(table)).map((row) => String(row.pod)))].sort();
    assert.deepEqual(await names('process_stats'), pods);
    assert.deepEqual(await names('network_stats'), pods);
    const counters = () => {
      const text = world.pods.lookIn('front', 'cat', '/proc/net/dev');
      const [, received, sent] = /eth0:\s*(\d+)(?:\s+\d+){7}\s+(\d+)/.exec(text) ?? [];
      return [Number(received), Number(sent)];
    };
    // A neighbour solicits routers by itself now and then: a packet newer than the row is in the next second's.
    for (let asked = 1; ; asked += 1) {
      const before = counters();
      const [row] = of(await get('network_stats'), { pod: podOf('front') });
      const shown = [row?.rx_bytes, row?.tx_bytes];
      if (asked < 8 && !isDeepStrictEqual(shown, before)) continue;
      assert.deepEqual(shown, before);
      break;
    }
  });

  test('every form of output says the same', async () => {
    const sorted = ['--sort', 'route', '--once'];
    const rows = await get('endpoints', '--sort', 'route');
    const columns = ['service', 'method', 'route', 'requests', 'errors', 'p99'];
    const values = (list: readonly JsonRow[]) => list.map((row) => columns.map((column) => row[column]));
    const lines = (await getText(world.agent.address, 'endpoints', '-o', 'jsonl', ...sorted)).trim().split('\n');
    assert.deepEqual(values(lines.map((line) => JSON.parse(line))), values(rows));
    const [head = '', ...records] = (await getText(world.agent.address, 'endpoints', '-o', 'csv', ...sorted))
      .trim()
      .split('\r\n');
    const ids = head.split(',');
    const cells = records.map((line) => line.replaceAll(/"(?:[^"]|"")*"/g, '').split(','));
    assert.deepEqual(
      cells.map((cell) => columns.map((column) => cell[ids.indexOf(column)])),
      values(rows).map((row) => row.map((value) => (value === null ? '' : String(value)))),
    );
    const text = await getText(world.agent.address, 'endpoints', '-o', 'wide', ...sorted);
    for (const [i, line] of text.trimEnd().split('\n').slice(1).entries()) {
      for (const column of ['service', 'method', 'route', 'errors', 'p99']) {
        const cell = cellText(endpointsTable, column, rows[i]?.[column]);
        assert.ok(line.includes(cell), `${column} ${cell} in ${line} of ${JSON.stringify(values(rows))}`);
      }
    }
  });

  test('nothing was lost on the way', () => {
    assert.deepEqual(
      world.lease.losses().filter(({ count }) => count > 0),
      [],
    );
  });
});

/** Counts and shares of a derived row, exactly. */
function assertFigures(row: JsonRow | undefined, figures: expected.ExpectedFigures, what: string): void {
  const { requests, errors, client_errors } = figures;
  assert.deepEqual(
    { requests: row?.requests, errors: row?.errors, client_errors: row?.client_errors },
    { requests, errors, client_errors },
    what,
  );
}

/** Quantiles of a derived row, which are the callee's wherever it is watched. */
function assertLatency(row: JsonRow | undefined, calls: readonly Call[], what: string): void {
  if (calls.length === 0) return;
  for (const [column, share] of [
    ['p50', 0.5],
    ['p90', 0.9],
    ['p99', 0.99],
  ] as const) {
    assertWithin(Number(row?.[column]), calls, share, `${what} ${column}`);
  }
}

/** No less than the servers worked by their own clocks, no more than the clients waited by theirs, but for what a sketch may be off by. */
function assertWithin(shown: number, calls: readonly Call[], share: number, what: string): void {
  const [least] = quantileBounds(
    calls.map(({ seq }) => truth.served.get(seq) ?? 0),
    share,
  );
  const [, most] = quantileBounds(
    calls.map(({ nanos }) => nanos),
    share,
  );
  assert.ok(shown >= least / sketchError && shown <= most * sketchError, `${what}: ${least} ≤ ${shown} ≤ ${most}`);
}

/** A value as a cell of the table shows it. */
function cellText(table: Table, column: string, value: unknown): string {
  const spec = table.columns[column];
  assert.ok(spec, column);
  return formatValue(spec, value as Value);
}

/** Everything there is, however long ago it was. */
async function openWhole(terminal: PersonAtTerminal, view: string): Promise<void> {
  await command(terminal, view);
  terminal.press(`:last 10m${enter}`);
  await terminal.waitFor((screen) => /last 10m|PAST|\[\d+ edges/.test(titleOf(screen)));
}

/** A cell may lack the namespace, and the middle. */
function stands(cell: string, text: string): boolean {
  const [head = '', tail] = cell.split('…');
  return [text, text.replace(/^[^/]*\//, '')].some((each) =>
    tail === undefined ? cell === each : each.startsWith(head) && each.endsWith(tail),
  );
}

/** All rows of a list, page by page. */
async function wholeList(terminal: PersonAtTerminal, table: Table): Promise<readonly Cells[]> {
  const rows = new Map<string, Cells>();
  const textOf = (row: Cells) => JSON.stringify(row);
  terminal.press('g');
  await listed(terminal, table, ({ cursor }) => cursor === 0);
  // Where rates are shown they fall while one reads.
  terminal.press('p');
  await terminal.waitFor((screen) => titleOf(screen).includes('PAUSED'));
  for (;;) {
    for (const row of readList(terminal.screen(), table)?.rows ?? []) rows.set(textOf(row), row);
    if (rows.size >= shownCount(terminal.screen())) break;
    terminal.press('\x06');
    await listed(terminal, table, (next) => next.rows.some((row) => !rows.has(textOf(row))));
  }
  terminal.press('p');
  await terminal.waitFor((screen) => !titleOf(screen).includes('PAUSED'));
  return [...rows.values()];
}

for (const [columns, lines] of [
  [200, 50],
  [80, 24],
] as const) {
  describe(`the screen, ${columns}×${lines}`, () => {
    let terminal: PersonAtTerminal;
    before(async () => {
      if (columns === 200) terminal = early;
      // This one comes when all is over, and must know as much.
      else
        terminal = openKelpie(['-c', 'http', '--agents', world.agent.address, '--refresh', '250ms'], {
          columns,
          rows: lines,
        });
      await terminal.waitFor(/http\(/);
    });
    after(() => {
      if (terminal !== early) terminal?.kill('SIGKILL');
    });

    for (const [view, table, names, figures] of [
      ['svc', servicesTable, ['service'], ['errors', 'client_errors', 'p50', 'p90', 'p99', 'requests', 'pods']],
      ['pods', podsTable, ['pod'], ['errors', 'client_errors', 'p50', 'p90', 'p99', 'requests']],
      ['ns', namespacesTable, ['namespace'], ['errors', 'client_errors', 'p50', 'p90', 'p99', 'requests']],
      [
        'endpoints',
        endpointsTable,
        ['method', 'service', 'route'],
        ['errors', 'client_errors', 'p50', 'p90', 'p99', 'requests'],
      ],
      [
        'flows',
        flowsTable,
        ['source', 'destination', 'port'],
        ['bytes_sent', 'bytes_recv', 'conn_failed', 'reasons', 'resets', 'retransmits', 'connections'],
      ],
    ] as const) {
      test(`${view}: every row, every figure as get prints it`, async () => {
        await openWhole(terminal, view);
        const wanted = got[view] ?? [];
        await terminal.waitFor((screen) => shownCount(screen) === wanted.length);
        const rows = await wholeList(terminal, table);
        assert.equal(rows.length, wanted.length);
        for (const row of wanted) {
          const what = names.map((name) => row[name]).join(' ');
          const columns = [...names, ...figures];
          const isMine = (cells: Cells) =>
            columns.every(
              (column) => cells[column] === undefined || stands(cells[column], cellText(table, column, row[column])),
            );
          assert.ok(
            rows.some(isMine),
            `${what}: ${columns.map((column) => cellText(table, column, row[column]))} in\n${terminal.screen().join('\n')}`,
          );
        }
        assertWhole(terminal);
      });
    }

    test('rates are within the tick of what was asked', async () => {
      await openWhole(terminal, 'svc');
      const list = await listed(terminal, servicesTable, ({ rows }) => rows.length === 5);
      for (const row of list.rows) {
        const wanted = of(got.svc, {}).find(({ service }) => stands(row.service ?? '', String(service)));
        // The stretch has grown by some seconds since: the rate has fallen, by no more than that.
        const rate = Number.parseFloat(row.rate ?? '');
        if (wanted?.rate === null) assert.equal(row.rate, '-');
        else
          assert.ok(
            rate <= Number(wanted?.rate) * 1.01 && rate >= Number(wanted?.rate) * 0.1,
            `${row.service}: ${row.rate} of ${wanted?.rate}`,
          );
      }
    });

    test('map: every edge and no other', async () => {
      await openWhole(terminal, 'map');
      const pairs = new Set((got.edges ?? []).map((row) => `${row.source} ${row.destination}`));
      await terminal.waitFor((screen) => titleOf(screen).includes(`[${pairs.size} edges`));
      if (columns === 200) terminal.press('v');
      const short = (name: string) => name.replace(/^[^/]*\//, '');
      const screen = await terminal.waitFor(/ [─┬├╰]─▶ /);
      let source = '';
      const shown = screen.flatMap((line) => {
        const [, from = '', to = ''] = /^│(.{2,}?) [─┬├╰]─▶ . (\S+)/.exec(line) ?? [];
        source = /(\S+)\s*$/.exec(from.slice(3))?.[1] ?? source;
        return to === '' ? [] : [`${source} ${to}`];
      });
      const wanted = (got.edges ?? []).map((row) => `${short(String(row.source))} ${short(String(row.destination))}`);
      assert.deepEqual(shown.sort(), [...new Set(wanted)].sort());
      if (columns === 200) terminal.press('v');
    });

    test('errors: what failed, all of it, once', async () => {
      const classes = { '4xx': 0, '5xx': 0, 'no-answer': 0, connection: 0 };
      for (const { status } of truth.calls) {
        if (status === null) classes['no-answer'] += 1;
        else if (status >= 500) classes['5xx'] += 1;
        else if (status >= 400) classes['4xx'] += 1;
      }
      for (const { rcode, tries } of truth.digs) {
        if (rcode === null) classes['no-answer'] += tries;
        else if (rcode === 'NXDOMAIN') classes['4xx'] += 1;
        else if (rcode !== 'NOERROR') classes['5xx'] += 1;
      }
      classes.connection = truth.failed.length + truth.calls.filter(({ path }) => path === '/torn').length;
      for (const [name, count] of Object.entries(classes)) {
        await command(terminal, `errors class=${name}`);
        await terminal.waitFor((screen) => shownCount(screen) === count && titleOf(screen).includes(name));
        if (columns < 200) continue;
        const { rows } = await listed(terminal, failuresTable, (list) => list.rows.length === count);
        const why = rows.map((row) => `${row.kind} ${row.what} ${row.why}`).sort();
        const calls = truth.calls.filter(({ status }) => {
          if (name === 'no-answer') return status === null;
          return status !== null && (name === '4xx' ? status >= 400 && status < 500 : name === '5xx' && status >= 500);
        });
        assert.deepEqual(
          why.filter((each) => each.startsWith('http')).map((each) => each.split(' ')[2]),
          calls
            .map(({ method, path }) => `http ${method} ${path}`)
            .sort()
            .map((each) => each.split(' ')[2]),
        );
        if (name === 'connection') {
          const reasons = [
            ...truth.failed.map(
              ({ reason }) =>
                ({ ECONNREFUSED: 'refused', EHOSTUNREACH: 'unreachable', 'gave up': 'timed out' })[reason],
            ),
            ...Array.from({ length: 5 }, () => 'reset'),
          ];
          assert.deepEqual(rows.map((row) => row.why).sort(), reasons.sort());
        }
      }
    });
  });
}

describe('from every figure to what it is made of, and back', () => {
  const t = () => early;
  const cursorRow = (table: Table): Cells | undefined => {
    const list = readList(t().screen(), table);
    return list?.rows[list.cursor];
  };

  test('namespace, its services, a service’s pods, a pod’s requests, one exchange, its connection; esc comes back to each as it was', async () => {
    const pod = podOf('api1');
    const made = truth.calls.filter(({ to }) => placeAt(hostOf(to)) === 'api1');
    await openWhole(t(), 'ns');
    t().press('N');
    await t().waitFor(/NAMESPACE↑/);
    await putCursor(t(), namespacesTable, ({ namespace }) => namespace === 'shop');
    t().press(enter);
    await t().waitFor((screen) => titleOf(screen).startsWith('svc(shop)[2'));
    await putCursor(t(), servicesTable, ({ service }) => service === 'shop/api');
    t().press(enter);
    await t().waitFor((screen) => titleOf(screen).startsWith('pods(shop/api)[2'));
    await putCursor(t(), podsTable, (row) => row.pod === pod);
    t().press(enter);
    await t().waitFor((screen) => titleOf(screen).startsWith(`http(${pod})[${made.length}`));
    // As a person works: by path, only what failed, held still.
    t().press(`/status=503${enter}`);
    const failed = made.filter(({ status }) => status === 503);
    await t().waitFor((screen) => shownCount(screen) === failed.length);
    t().press('P');
    await t().waitFor(/PATH↑/);
    t().press('p');
    await t().waitFor((screen) => titleOf(screen).includes('PAUSED'));
    t().press('gj');
    await listed(t(), httpEvents, ({ cursor }) => cursor === 1);
    const list = body(t().screen());
    t().press(enter);
    const screen = await t().waitFor(/Request headers \d+/);
    assert.ok(screen.some((line) => line.includes('GET /v1/checkout HTTP/1.1')));
    assert.ok(screen.some((line) => line.includes('HTTP/1.1 503')));
    t().press('o');
    const { rows } = await listed(t(), tcpStatsEvents, (each) => each.rows.length > 0);
    assert.ok(rows.every(({ destination, state }) => destination === pod && state === 'closed'));
    t().press(esc);
    await t().waitFor(/Request headers \d+/);
    t().press(esc);
    await t().waitFor((now) => body(now) === list);
    // What was typed goes first.
    t().press(esc);
    await t().waitFor((now) => !titleOf(now).includes('status=503'));
    t().press(esc);
    await t().waitFor((now) => titleOf(now).startsWith('pods(shop/api)[2'));
    assert.equal(cursorRow(podsTable)?.pod, pod);
    t().press(esc);
    await t().waitFor((now) => titleOf(now).startsWith('svc(shop)[2'));
    assert.equal(cursorRow(servicesTable)?.service, 'shop/api');
    t().press(esc);
    await t().waitFor((now) => titleOf(now).startsWith('ns(all)[4'));
    assert.equal(cursorRow(namespacesTable)?.namespace, 'shop');
    await t().waitFor(/NAMESPACE↑/);
  });

  test('an edge of the map: its requests and no others', async () => {
    await openWhole(t(), 'map');
    t().press('v');
    await t().waitFor(/ [─┬├╰]─▶ /);
    t().press('g');
    const isMeant = (line: string) => /^│>.*frontend +──▶ . api /.test(line);
    const cursorLine = (screen: readonly string[]) => screen.findIndex((line) => line.startsWith('│>'));
    const target = t()
      .screen()
      .findIndex((line) => /frontend +──▶ . api /.test(line));
    for (let i = 0; i < 15 && !t().screen().some(isMeant); i += 1) {
      const before = cursorLine(t().screen());
      t().press(before > target ? 'k' : 'j');
      await t()
        .waitFor((screen) => cursorLine(screen) !== before, 1_000)
        .catch(() => undefined);
    }
    assert.ok(t().screen().some(isMeant), t().screen().join('\n'));
    t().press(enter);
    const asked = truth.calls.filter(({ from }) => from === 'front').length;
    await t().waitFor(
      (screen) => titleOf(screen).startsWith('http(shop/frontend > shop/api)') && shownCount(screen) === 2 * asked,
    );
    const { rows } = await listed(t(), httpEvents, (list) => list.rows.length > 10);
    for (const row of rows) {
      assert.ok(stands(row.source ?? '', podOf('front')), row.source);
      assert.ok(
        [podOf('api1'), podOf('api2')].some((pod) => stands(row.destination ?? '', pod)),
        row.destination,
      );
    }
    t().press(esc);
    await t().waitFor((screen) => screen.some(isMeant));
    t().press('v');
  });

  test('a failure: the exchange it is about', async () => {
    await command(t(), 'errors class=5xx kind=http');
    await t().waitFor(
      (screen) => shownCount(screen) === truth.calls.filter(({ status }) => Number(status) >= 500).length,
    );
    t().press('gj');
    await listed(t(), failuresTable, ({ cursor }) => cursor === 1);
    const row = cursorRow(failuresTable);
    const before = body(t().screen());
    t().press(enter);
    const screen = await t().waitFor(/Request headers \d+/);
    assert.ok(
      screen.some((line) => line.includes(`${row?.what} HTTP/1.1`)),
      `${row?.what} in\n${screen.join('\n')}`,
    );
    assert.ok(screen.some((line) => line.includes(`HTTP/1.1 ${row?.why}`)));
    t().press(esc);
    await t().waitFor((now) => body(now) === before);
  });

  test('a point of the latency chart: the rows of that time', async () => {
    await command(t(), 'latency');
    t().press('h');
    const line = / (\d\d:\d\d:\d\d) \+(\d+)s +(━ p99|no request|nothing)/;
    await t().waitFor(line);
    for (let i = 0; i < 60; i += 1) {
      const [at = '', , , what] = line.exec(t().screen().join('\n')) ?? [];
      // The traffic was made in a few seconds: the step with failures in it.
      if (
        what === '━ p99' &&
        /✗ \d+ failed/.test(
          t()
            .screen()
            .findLast((each) => each.includes(at)) ?? '',
        )
      )
        break;
      t().press('h');
      await t().waitFor((screen) => (line.exec(screen.join('\n')) ?? [at])[0] !== at);
    }
    const [, clock = '', seconds = ''] = line.exec(t().screen().join('\n')) ?? [];
    t().press(enter);
    const screen = await t().waitFor((now) => /^http\(.*PAST/.test(titleOf(now)) && shownCount(now) > 0);
    const from = momentOf(clock);
    const to = from + Number(seconds) * 1000;
    assert.ok(titleOf(screen).includes(`PAST ${clock}-`), titleOf(screen));
    const rows = (calls: readonly Call[]) =>
      calls.reduce((sum, { to: asked }) => sum + (placeAt(hostOf(asked)) === undefined ? 1 : 2), 0);
    const { least, most } = between(truth.calls, ({ began }) => began, from, to, rows);
    await t().waitFor((now) => shownCount(now) >= least && shownCount(now) <= most);
    const { rows: shown } = await listed(t(), httpEvents, (list) => list.rows.length > 0);
    for (const { time_ = '' } of shown) assert.ok(momentOf(time_) >= from && momentOf(time_) < to, time_);
    t().press(esc);
    await t().waitFor((now) => titleOf(now).startsWith('latency(') && line.exec(now.join('\n'))?.[1] === clock);
  });
});

describe('while it happens', () => {
  const everyMs = 40;
  const count = 400;
  let steady: Promise<readonly Call[]>;
  /** Blocks of `get --follow`, by the end of the stretch they are of. */
  const blocks = new Map<string, JsonRow>();
  let following: ChildProcess;
  const frontRow = () =>
    readList(early.screen(), servicesTable)?.rows.find(({ service }) => service === serviceOf('front'));
  const ofFront = ({ to }: Call) => placeAt(hostOf(to)) === 'front';

  before(async () => {
    const flags = ['--agents', world.agent.address, '--follow', '--since', '5s', '-o', 'jsonl', '-q'];
    following = spawn(process.execPath, [kelpieCli, 'get', 'svc', ...flags], { stdio: ['ignore', 'pipe', 'inherit'] });
    assert.ok(following.stdout);
    createInterface(following.stdout).on('line', (line) => {
      const row = JSON.parse(line) as JsonRow;
      if (row.service === serviceOf('front')) blocks.set(String(row.at), row);
    });
    await command(early, 'svc');
    early.press(`:live${enter}:last 5s${enter}w`);
    await early.waitFor((screen) => titleOf(screen).includes('last 5s'));
    steady = makeSteadyTraffic(world, count, everyMs);
  });
  after(async () => {
    following.kill('SIGINT');
    await once(following, 'exit');
  });

  /** The stretch in the title, Unix ms. */
  const stretch = () => {
    const [, from = '', to = ''] = /(?:PAUSED|PAST) (\S+)-(\S+)/.exec(titleOf(early.screen())) ?? [];
    return { from: momentOf(from), to: momentOf(to) };
  };
  let held: { from: number; to: number; row: Cells | undefined };

  test('the rate is what is asked, within the tick', async () => {
    // One tick's worth more or less: whole seconds begin and end between two requests.
    const tick = 1000 / everyMs / 5;
    await listed(early, servicesTable, () => {
      const rate = Number.parseFloat(frontRow()?.rate ?? '');
      return Math.abs(rate - 1000 / everyMs) <= tick;
    });
  });

  test('p holds the screen still while traffic goes on', async () => {
    early.press('p');
    await early.waitFor((screen) => titleOf(screen).includes('PAUSED'));
    const before = body(early.screen());
    held = { ...stretch(), row: frontRow() };
    // The agent goes on telling: later stretches than this one come.
    const later = () => [...blocks.keys()].some((at) => Date.parse(at) >= held.to + 2_000);
    for (let i = 0; i < 100 && !later(); i += 1) await new Promise((resolve) => setTimeout(resolve, 100));
    assert.ok(later());
    assert.equal(body(early.screen()), before);
  });

  test('what stands on the screen is what get says of the same stretch', () => {
    const row = blocks.get(new Date(held.to).toISOString());
    assert.ok(row, `a block of ${new Date(held.to).toISOString()} among ${[...blocks.keys()]}`);
    // Not the bytes: a connection's totals are told once a second, to each reader at a moment of its own.
    for (const column of ['rate', 'errors', 'client_errors', 'p50', 'p90', 'p99', 'requests']) {
      assert.equal(held.row?.[column], cellText(servicesTable, column, row[column]), column);
    }
  });

  test('[ shows what was, ] comes back, p lets it run on', async () => {
    early.press('[');
    await early.waitFor((screen) => titleOf(screen).includes('PAST'));
    const past = stretch();
    assert.equal(past.to, held.to - 3_000);
    const calls = (await steady).filter(ofFront);
    for (const [what, { from, to }, row] of [
      ['paused', held, held.row],
      ['past', past, frontRow()],
    ] as const) {
      const { least, most } = between(
        calls,
        ({ ended }) => ended,
        from,
        to,
        (list) => list.length,
      );
      const shown = Number(row?.requests?.replaceAll(',', ''));
      assert.ok(shown >= least && shown <= most, `${what}: ${least} ≤ ${row?.requests} ≤ ${most}`);
    }
    early.press(`:live${enter}`);
    await early.waitFor((screen) => titleOf(screen).includes('last 5s'));
    await listed(
      early,
      servicesTable,
      () => frontRow()?.requests === '0' || frontRow() === undefined || Number.parseFloat(frontRow()?.rate ?? '') === 0,
    );
  });

  test('all in all: every one of them', async () => {
    const calls = (await steady).filter(ofFront);
    assert.equal(calls.length, count);
    const [row] = of(await get('endpoints', '--filter', 'route=/tick'), { service: serviceOf('front') });
    assert.deepEqual([row?.requests, row?.errors], [count, 0]);
  });
});

/** hh:mm:ss of today on this machine's clock, Unix ms. */
function momentOf(clock: string): number {
  const [hours = 0, minutes = 0, seconds = 0] = clock.split(':').map(Number);
  const day = new Date();
  if (day.getHours() < hours) day.setDate(day.getDate() - 1);
  return day.setHours(hours, minutes, 0, 0) + Math.round(seconds * 1000);
}

/** How many of them lie in the stretch, but for those so near its ends that their client's clock cannot tell. */
function between(
  calls: readonly Call[],
  momentOfCall: (call: Call) => number,
  from: number,
  to: number,
  number: (calls: readonly Call[]) => number,
): { readonly least: number; readonly most: number } {
  const unsure = 150;
  const within = (margin: number) => (call: Call) =>
    momentOfCall(call) >= from - margin && momentOfCall(call) < to + margin;
  return { least: number(calls.filter(within(-unsure))), most: number(calls.filter(within(unsure))) };
}
