import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { exchange, exchanges, status, withPayload } from './rows.ts';
import { openScreen, type Screen, type ScreenOptions } from './screen.ts';

const agent = 'unix:/a';
const open: Screen[] = [];
after(() => Promise.all(open.map((screen) => screen.close())));

/** One GET as its client and its server saw it, a service address in between. */
const ends = {
  source: 'shop/web-1',
  destination: 'shop/api-1',
  req_method: 'GET',
  req_path: '/orders',
  resp_status: 200,
  outcome: 'ok',
  conn_exchange: 3,
} as const;
const client = exchange(60, {
  ...ends,
  id: '1f-60',
  trace_role: 'client',
  local_addr: '10.1.0.7',
  local_port: 41_000,
  remote_addr: '10.96.0.10',
  remote_port: 80,
  latency: 12e6,
  ttfb: 11e6,
});
const server = exchange(61, {
  ...ends,
  id: '1f-61',
  trace_role: 'server',
  local_addr: '10.1.0.3',
  remote_addr: '10.1.0.7',
  remote_port: 41_000,
  latency: 9e6,
  ttfb: 9e6,
});

async function screenOf(options: Partial<ScreenOptions> = {}): Promise<Screen> {
  const rows = [...exchanges(1, 30), client, server];
  const fetchRow: ScreenOptions['fetchRow'] = async (_agent, _table, id) =>
    withPayload(rows.find((row) => row.id === id) ?? exchange(1));
  const screen = await openScreen({ columns: 120, rows: 40, fetchRow, ...options });
  open.push(screen);
  screen.store.apply({ type: 'link', agent, link: { state: 'connected' } });
  screen.store.apply({ type: 'status', agent, status });
  screen.store.apply({ type: 'rows', agent, table: 'http_events', rows });
  await screen.tick();
  return screen;
}

const text = (screen: Screen) => screen.grid().join('\n');

describe('the exchange, seen from both sides', () => {
  for (const [columns, rows] of [
    [80, 24],
    [200, 50],
  ] as const) {
    test(`at ${columns}x${rows} divides the time between network and server`, async () => {
      const screen = await screenOf({ columns, rows });
      await screen.press('\r');
      await screen.waitFor(/client waited +█+ +12\.0ms/);
      assert.match(text(screen), /network there +█+░+ +1\.00ms/);
      assert.match(text(screen), /server worked +░+█+░+ +9\.00ms/);
      assert.match(text(screen), /network back +░+█+ +2\.00ms/);
      assert.match(text(screen), /the server worked 9\.00ms \(75\.0%\), the network took 3\.00ms \(25\.0%\)/);
    });
  }

  test('s goes to the other side', async () => {
    const screen = await screenOf({ rows: 60 });
    await screen.press('\r');
    await screen.waitFor(/seen at +the server's socket/);
    await screen.press('s');
    await screen.waitFor(/seen at +the client's socket/);
  });

  test('x shows bodies as bytes, v copies the section jumped to', async () => {
    const screen = await screenOf();
    await screen.press('\r');
    await screen.waitFor(/"name": "Tea pot"/);
    await screen.press('x');
    await screen.waitFor(/00000000: 7b22 6974 656d 7322/);
    await screen.press('x');
    await screen.press('h');
    await screen.press('v');
    assert.equal(screen.copied.at(-1), 'Host: api\nAuthorization: [redacted]');
  });

  test('f takes the whole screen, esc gives it back; the foot has the title and the matches', async () => {
    const screen = await screenOf({ columns: 80, rows: 24 });
    await screen.press('\r');
    await screen.waitFor(/Authorization/);
    await screen.press('f');
    await screen.waitFor(/^ GET \/orders/);
    assert.doesNotMatch(text(screen), /[╭╰│]/);
    await screen.press('/tea\r');
    await screen.waitFor(/<\/tea> 1\/1/);
    await screen.press('\x1b');
    await screen.press('\x1b');
    await screen.waitFor(/╭/);
    await screen.press('\x1b');
    await screen.waitFor(/http\(/);
  });
});

describe('the command prompt', () => {
  test('offers what begins differently behind an arrow; tab takes it', async () => {
    const screen = await screenOf();
    await screen.press(':gents');
    await screen.waitFor(/:gents {2}→ agents/);
    await screen.press('\t\r');
    await screen.waitFor(/agents\[1\]/);
  });

  test('down chooses among several', async () => {
    const screen = await screenOf();
    await screen.press(':a');
    const first = /:a(\w+)/.exec(text(screen))?.[1];
    await screen.press('\x1b[B');
    const second = /:a(\w+)/.exec(text(screen))?.[1];
    assert.notEqual(first, second);
  });

  test('points at the word that is wrong', async () => {
    const screen = await screenOf({ columns: 80, rows: 24 });
    await screen.press(':at 25:00');
    const grid = screen.grid();
    const typed = grid.findIndex((line) => line.includes(':at 25:00'));
    assert.equal(grid[typed + 1]?.indexOf('^^^^^'), grid[typed]?.indexOf('25:00'));
    assert.match(grid[typed + 1] ?? '', /there is no 25:00 on a clock/);
  });
});

describe('the header', () => {
  test('says what is captured, at 80 columns in a word', async () => {
    const narrow = await screenOf({ columns: 80, rows: 24 });
    assert.match(narrow.grid()[0] ?? '', /^ kelpie {2}test {2}LIVE {2}bodies\/all {2}/);
    const wide = await screenOf({ columns: 200, rows: 50 });
    assert.match(text(wide), /Capture: +bodies of all/);
  });

  test('says so while no agent has granted it', async () => {
    const screen = await screenOf({ columns: 200, rows: 50 });
    screen.store.apply({ type: 'status', agent, status: { ...status, leases: [] } });
    await screen.tick();
    assert.match(text(screen), /Capture: +bodies of all \(asked for\)/);
  });
});
