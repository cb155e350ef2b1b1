/** The lists as a person sees them: services, pods, flows, DNS, errors … over the same shop. */
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { AppError } from '../../src/domain/errors.ts';
import { type ShopCall, shopCalls, shopEnd, shopEvents, shopPods } from '../../src/store/series/testing/shop.ts';
import { connection, numbered, query } from './records.ts';
import { exchange } from './rows.ts';
import { assertFrame, openScreen, type Screen, type ScreenOptions, selected } from './screen.ts';

const agent = 'node-a';
const lists = ['ns', 'svc', 'pods', 'endpoints', 'flows', 'conns', 'dns', 'errors', 'slow'] as const;
const open: Screen[] = [];
after(() => Promise.all(open.map((screen) => screen.close())));

/** Requests of the last second of the shop's story: every fifth fails, every tenth without an answer. */
const requests = numbered(40, (n) =>
  exchange(n, {
    time_: BigInt(shopEnd - 1_000) * 1_000_000n + BigInt(n),
    source: shopPods.frontend,
    destination: shopPods.api,
    pod: shopPods.api,
    trace_role: 'server',
    ...(n % 5 === 0 ? { resp_status: 503, outcome: 'error', resp_message: 'Service Unavailable' } : {}),
    ...(n % 10 === 0 ? { resp_status: null, outcome: 'reset', latency: null, error: 'connection reset' } : {}),
  }),
);

async function shopOn(command: string, options: Partial<ScreenOptions> = {}): Promise<Screen> {
  const screen = await openScreen({ columns: 120, rows: 40, command, ...options });
  open.push(screen);
  for (const event of shopEvents()) screen.store.apply(event);
  screen.store.apply({ type: 'rows', agent, table: 'http_events', rows: requests });
  screen.store.apply({ type: 'rows', agent, table: 'dns_events', rows: numbered(28, query) });
  screen.store.apply({ type: 'rows', agent, table: 'tcp_stats_events', rows: numbered(21, connection) });
  await screen.tick();
  return screen;
}

/** The story goes on for so many seconds. */
async function goOn(screen: Screen, from: number, seconds: number, calls: readonly ShopCall[] = shopCalls) {
  const end = shopEnd + (from + seconds) * 1_000;
  for (const event of shopEvents({ seconds, end, calls })) screen.store.apply(event);
  await screen.tick();
}

const text = (screen: Screen) => screen.grid().join('\n');
const rowOf = (screen: Screen, name: string) => screen.grid().find((line) => line.includes(name)) ?? '';
const lineOf = (screen: Screen, name: string) => screen.grid().findIndex((line) => line.includes(name));

describe('every list', () => {
  for (const list of lists) {
    test(`:${list} fits every size, in colour and without`, async () => {
      for (const depth of [0, 8] as const) {
        const screen = await shopOn(list, { columns: 80, rows: 24, depth });
        for (const [columns, rows] of [
          [80, 24],
          [120, 40],
          [200, 50],
        ] as const) {
          screen.resize(columns, rows);
          await screen.waitFor(new RegExp(`${list}\\((all|some)\\)\\[\\d`));
          assertFrame(screen);
          assert.notEqual(selected(screen), '');
        }
      }
    });
  }

  test('is drawn in ASCII where there is nothing else', async () => {
    for (const list of lists) {
      const screen = await shopOn(list, { depth: 0, glyphs: 'ascii' });
      for (const line of screen.grid()) assert.match(line, /^[\x20-\x7e]*$/, `:${list}`);
    }
  });

  test('says what it means where nothing was seen', async () => {
    for (const [list, words] of [
      ['svc', /No services seen yet/],
      ['flows', /No flows seen yet/],
      ['errors', /Nothing failed/],
      ['dns', /No DNS queries seen yet/],
    ] as const) {
      const screen = await openScreen({ columns: 80, rows: 24, command: list });
      open.push(screen);
      screen.store.apply({ type: 'link', agent, link: { state: 'connected' } });
      await screen.tick();
      assert.match(text(screen), words);
    }
  });

  test('asks of the agents what it shows, and no more', async () => {
    const wanted = async (list: string) => (await shopOn(list)).wants.at(-1);
    assert.deepEqual(await wanted('svc'), { tables: [], level: 'heads', scopes: [] });
    assert.deepEqual((await wanted('flows'))?.level, 'flows');
    const errors = (await wanted('errors'))?.tables ?? [];
    assert.deepEqual(
      errors.map(({ table, filter }) => `${table}: ${filter}`),
      [
        'http_events: outcome=error,unanswered,reset',
        'dns_events: (outcome=error search_of=) or outcome=unanswered',
        'tcp_stats_events: state=reset,refused,timeout,unreachable,aborted',
      ],
    );
  });
});

describe(':svc', () => {
  test('shows on 80 columns what one asks first', async () => {
    const screen = await shopOn('svc', { columns: 80, rows: 24 });
    assert.match(text(screen), /SERVICE +PODS +RATE↓ +ERR% +P50 +P99 +P99 TREND/);
    assert.match(rowOf(screen, 'shop/frontend'), /shop\/frontend +2 +46\/s +0% +\d+\.\dms +\d+\.\dms [▁▂▃▄▅▆▇█]{10}/);
    assert.match(rowOf(screen, 'shop/payments'), /^│ ✗shop\/payments +1 +5\/s +20\.0%/);
  });

  test('has everything on 200', async () => {
    const screen = await shopOn('svc', { columns: 200, rows: 50 });
    assert.match(text(screen), /RATE TREND +ERR% +4XX% +P50 +P90 +P99 P99 TREND +IN\/s +OUT\/s +CPU +MEM/);
  });

  test('leads to the pods of a service, their requests and back, each screen as it was', async () => {
    const screen = await shopOn('svc');
    await screen.press('N');
    await screen.press('/shop\r');
    await screen.press('jjj');
    assert.match(selected(screen), /shop\/frontend/);
    const services = screen.grid();
    await screen.press('\r');
    await screen.waitFor(/pods\(shop\/frontend\)\[2 of 7\] <\/svc=shop\/frontend>/);
    const pods = screen.grid();
    await screen.press('\r');
    await screen.waitFor(/http\(shop\/frontend-7d9c8b6f5-\w+\)/);
    const pod = /pod=(\S+)>/.exec(text(screen))?.[1] ?? '';
    assert.deepEqual(screen.wants.at(-1)?.scopes, [pod], 'only that pod is captured with its bodies');
    assert.match(text(screen), /<svc> +<pods shop\/frontend> +<http shop\/frontend/);
    await screen.press('\x1b');
    await screen.waitFor(/pods\(shop\/frontend\)/);
    assert.deepEqual(screen.grid(), pods);
    await screen.press('\x1b');
    await screen.waitFor(/svc\(some\)/);
    assert.deepEqual(screen.grid(), services);
  });

  test('h goes to its requests, l to its latency over time', async () => {
    const screen = await shopOn('svc');
    await screen.press('/shop/api\r');
    await screen.press('h');
    await screen.waitFor(/http\(shop\/api\)\[40\] <\/svc=shop\/api>/);
    await screen.press('\x1b');
    await screen.press('l');
    await screen.waitFor(/latency.*shop\/api/);
  });

  test('the chosen row stays under the cursor and on its line while others pass it by', async () => {
    const screen = await shopOn('svc');
    await screen.press('jj');
    assert.match(selected(screen), /shop\/catalog/);
    const line = lineOf(screen, 'shop/catalog');
    const busier = shopCalls.map((call) => (call.destination === shopPods.payments ? { ...call, rate: 900 } : call));
    await goOn(screen, 0, 30, busier);
    assert.ok(lineOf(screen, 'shop/payments') < line, 'payments is busiest now');
    assert.equal(lineOf(screen, 'shop/catalog'), line);
    assert.match(selected(screen), /shop\/catalog/);
    await screen.press('f');
    assert.match(selected(screen), /shop\/payments/, 'f lets go and shows the first');
  });

  test('marks what moved, and takes the mark back', async () => {
    const screen = await shopOn('svc');
    await screen.press('N');
    assert.doesNotMatch(rowOf(screen, 'shop/payments'), /[↑↓]/);
    const slower = shopCalls.map((call) =>
      call.destination === shopPods.payments ? { ...call, rate: 60, latencyMs: 600 } : call,
    );
    await goOn(screen, 0, 5, slower);
    assert.match(rowOf(screen, 'shop/payments'), /\d\/s↑/);
    assert.doesNotMatch(rowOf(screen, 'shop/frontend'), /[↑↓]/, 'a little up and down is none');
    for (let second = 5; second < 30; second += 1) await goOn(screen, second, 1, shopCalls);
    assert.doesNotMatch(rowOf(screen, 'shop/frontend'), /[↑↓]/);
  });

  test('stands still when paused, steps back in time, and f is now again', async () => {
    const screen = await shopOn('svc');
    await screen.press('p');
    await screen.waitFor(/svc\(all\)\[6\] +PAUSED \d\d:\d\d:\d\d-\d\d:\d\d:\d\d/);
    const still = rowOf(screen, 'shop/payments');
    await goOn(
      screen,
      0,
      20,
      shopCalls.map((call) => ({ ...call, rate: call.rate * 3 })),
    );
    assert.equal(rowOf(screen, 'shop/payments'), still);
    await screen.press('p');
    assert.notEqual(rowOf(screen, 'shop/payments'), still);
    await screen.press('[');
    await screen.waitFor(/PAST \d\d:\d\d:\d\d-\d\d:\d\d:\d\d/);
    await screen.press('f');
    await screen.waitFor(/svc\(all\)\[6\] last 1m/);
  });

  test('filters by rates and shares, and says who looks', async () => {
    const screen = await shopOn('svc');
    await screen.press('/errors>5%');
    await screen.waitFor(/1 of 6 rows match · looked up in this terminal/);
    await screen.press('\x15rate>=30/s !frontend');
    await screen.waitFor(/2 of 6 rows match/);
    await screen.press('\x15p99_series>1');
    await screen.waitFor(/'p99_series' holds a course over time/);
    await screen.press('\x15-l app=api');
    await screen.waitFor(/written label\.NAME=VALUE/);
    await screen.press('\x15svc:shop/c\t\r');
    await screen.waitFor(/<\/svc:shop\/ca\w+>/);
  });

  test('ticks that change every figure stay within six kilobytes, and a quiet one costs nothing', async (t) => {
    const screen = await shopOn('svc', { columns: 200, rows: 50 });
    /** Sixty services, each busier or slower than the second before by up to a third. */
    const services = (second: number): ShopCall[] =>
      numbered(60, (n) => ({
        source: shopPods.generator,
        destination: `shop/s${n}-7d9c8b6f5-x2x9z`,
        port: 80,
        protocol: 'http',
        method: 'GET',
        route: '/',
        rate: (100 - n) * (1 + ((n * 7 + second * 13) % 30) / 100),
        latencyMs: n * (1 + ((n * 11 + second * 17) % 30) / 100),
      }));
    for (let second = 0; second < 60; second += 1) {
      const end = shopEnd + (second + 1) * 1_000;
      for (const event of shopEvents({ seconds: 1, end, calls: services(second) })) screen.store.apply(event);
    }
    await screen.tick();
    const ticks = 9;
    const before = screen.bytes();
    for (let second = 60; second < 60 + ticks; second += 1) await goOn(screen, second, 1, services(second));
    const bytes = (screen.bytes() - before) / ticks;
    t.diagnostic(`${Math.round(bytes)} bytes a tick`);
    assert.ok(bytes < 6_000, `${bytes} bytes a tick`);
    const after = screen.bytes();
    await screen.tick();
    assert.equal(screen.bytes(), after);
  });
});

describe('namespaces', () => {
  test(':ns leads to the services of one', async () => {
    const screen = await shopOn('ns');
    assert.match(text(screen), /│[ >] shop +5 +6 +129\/s/);
    await screen.press('\r');
    await screen.waitFor(/svc\(shop\)\[5 of 6\] <\/ns=shop>/);
  });

  test('chosen with digits, restrict every list by either end, here and at the agents', async () => {
    const screen = await shopOn('pods');
    const digit = /<(\d)> load/.exec(text(screen))?.[1] ?? '';
    await screen.press(digit);
    await screen.waitFor(/pods\(load\)\[1 of 7\]/);
    await screen.press(':flows\r');
    await screen.waitFor(/flows\(load\)\[2 of 10\]/);
    await screen.press(':dns\r');
    await screen.waitFor(/No DNS queries in load|Asking the agents/);
    assert.match(
      screen.wants.at(-1)?.tables[0]?.filter ?? '',
      /namespace=load or source=load\/\* or destination=load\/\*/,
    );
  });
});

describe(':flows, :conns and :dns', () => {
  test('a flow leads to its connections, a connection to its requests', async () => {
    const screen = await shopOn('flows');
    await screen.press('/to:catalog\r\r');
    await screen.waitFor(/conns\(shop\/api-\S+ > shop\/catalog-\S+\)\[7 of 21\]/);
    await screen.press('F\r');
    await screen.waitFor(/http\(connection c\w+\)/);
    assert.match(screen.wants.at(-1)?.tables[0]?.filter ?? '', /^conn=c\w+$/);
  });

  test('an exchange whose connection has no row of its own says why, and leads to the flow it is part of', async () => {
    const gone = new AppError('row-gone', { agent });
    const screen = await shopOn('http', { fetchRow: () => Promise.reject(gone), columns: 200, rows: 50 });
    await screen.press('\r');
    await screen.press('d');
    await screen.waitFor(/its row +none: it ended within a second, or the agent has let go of its row; enter shows/);
    await screen.press('\r');
    await screen.waitFor(/flows\(shop\/frontend-\S+ > shop\/api-\S+\)\[1 of \d+\].* last 1m/);
    assert.match(text(screen), /no row of its own: it ended within a second/);
    assert.match(rowOf(screen, 'shop/api'), /8080/);
    await screen.press('\x1b');
    await screen.waitFor(/<exchange/);
  });

  test('of an exchange whose connection has a row leads to that row', async () => {
    const screen = await shopOn('http', { fetchRow: async () => connection(3, { conn_id: '1f' }) });
    await screen.press('\r');
    await screen.press('\r');
    await screen.waitFor(/conns\(1f\)/);
  });

  test('! leaves the connections that failed', async () => {
    const screen = await shopOn('conns');
    await screen.press('!');
    await screen.waitFor(/conns\(some\)\[9 of 21\] failed or reset/);
    assert.doesNotMatch(text(screen), / open /);
  });

  test('a query that failed is told apart, and opens', async () => {
    const screen = await shopOn('dns', { columns: 80, rows: 24 });
    assert.match(text(screen), /^│ ✗.*unanswered/m);
    assert.match(text(screen), /^│[ >]!.*NXDOMAIN/m);
    await screen.press('/rcode=NXDOMAIN\r\r');
    await screen.waitFor(/ghost\.shop\.svc/);
    assert.match(text(screen), /<dns> +<query/);
  });

  test('a query that both ends saw is there once; s goes round the sides', async () => {
    const screen = await shopOn('dns');
    const seen = query(1);
    const twin = query(29, {
      ...seen,
      id: 'd-29',
      trace_role: 'server',
      local_addr: seen.remote_addr,
      local_port: 53,
      remote_addr: seen.local_addr,
      remote_port: seen.local_port,
    });
    screen.store.apply({ type: 'rows', agent, table: 'dns_events', rows: [twin] });
    await screen.tick();
    await screen.waitFor(/dns\(all\)\[28\] each once/);
    await screen.press('s');
    await screen.waitFor(/dns\(all\)\[1\] server side/);
    assert.equal(screen.wants.at(-1)?.tables[0]?.filter, '', 'an exchange is told from both ends all the same');
    await screen.press('ss');
    await screen.waitFor(/dns\(all\)\[29\] ─/);
    assert.equal(screen.wants.at(-1)?.tables[0]?.filter, '');
  });

  test('the past is asked of the agents', async () => {
    const screen = await shopOn('dns');
    await screen.press('[');
    await screen.waitFor(/PAST/);
    assert.match(
      screen.wants.at(-1)?.tables[0]?.filter ?? '',
      /^time_>=2026-09-21T\d\d:\d\d:\d\d\.0{9}Z time_<2026-09-21T\d\d:\d\d:\d\d\.0{9}Z$/,
    );
    await screen.press('f');
    assert.equal(screen.wants.at(-1)?.tables[0]?.filter, '');
  });
});

describe(':errors', () => {
  test('has everything that failed, in order of time, with the reason', async () => {
    const screen = await shopOn('errors', { columns: 200, rows: 50 });
    assert.match(text(screen), /http .* POST?|http .*GET/);
    assert.match(text(screen), /✗.* http .* 503 Service Unavailable +5xx/);
    assert.match(text(screen), /✗.* http .* connection reset +no-answer/);
    assert.match(text(screen), /✗.* dns .*A{1,4} \S+ +unanswered in 3 tries/);
    assert.match(text(screen), /!.* dns .* NXDOMAIN +4xx/);
    assert.match(text(screen), /✗.* tcp .* connect :443 +(refused|timed out)/);
    const times = screen.grid().flatMap((line) => /\d\d:\d\d:\d\d\.\d{3}/.exec(line)?.[0] ?? []);
    assert.deepEqual(times, times.toSorted());
  });

  test('! leaves out what is the client’s doing', async () => {
    const screen = await shopOn('errors', { columns: 200, rows: 50 });
    await screen.press('!');
    await screen.waitFor(/errors\(some\).* without 4xx/);
    assert.doesNotMatch(text(screen), /NXDOMAIN/);
  });

  test('enter opens what failed, whatever it is', async () => {
    const screen = await shopOn('errors');
    await screen.press('/kind=tcp\r\r');
    await screen.waitFor(/<errors> +<connection/);
    await screen.press('\x1b');
    await screen.press('/\x15kind=http why:503\r\r');
    await screen.waitFor(/<errors> +<exchange/);
  });
});

describe(':slow', () => {
  test('has the slowest first, and asks the agents for slow ones only', async () => {
    const screen = await shopOn('slow');
    await screen.waitFor(/slow\(all\)\[\d+\] 1ms or longer each once last 1m/);
    const shown = screen.grid().flatMap((line) => Number(/(\d+)ms +\S+│$/.exec(line)?.[1] ?? Number.NaN) || []);
    assert.ok(shown.length > 5);
    assert.deepEqual(
      shown,
      shown.toSorted((a, b) => b - a),
    );
    assert.equal(
      screen.wants.at(-1)?.tables[0]?.filter,
      '(latency>=1ms or outcome=in-flight,unanswered,reset,partial)',
    );
  });

  test('has what hangs on top, with its age, though it began before the minute shown', async () => {
    const screen = await shopOn('slow');
    const hanging = exchange(99, {
      time_: BigInt(shopEnd - 90_000) * 1_000_000n,
      req_path: '/hangs',
      resp_status: null,
      outcome: 'in-flight',
      latency: null,
    });
    screen.store.apply({ type: 'rows', agent, table: 'http_events', rows: [hanging] });
    await screen.tick();
    await screen.waitFor(/\/hangs/);
    await screen.press('g');
    assert.match(selected(screen), /\/hangs .*in-fli\S+ +1m\d\ds/);
  });
});
