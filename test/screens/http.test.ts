import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { AppError } from '../../src/domain/errors.ts';
import { parseFilter } from '../../src/domain/filter/parse.ts';
import { httpEvents } from '../../src/domain/tables/http-events.ts';
import { exchange, exchanges, status, withPayload } from './rows.ts';
import { assertFrame, openScreen, type Screen, type ScreenOptions, selected } from './screen.ts';

const agent = 'unix:/a';
const open: Screen[] = [];
after(() => Promise.all(open.map((screen) => screen.close())));

async function screenWith(rows: ReturnType<typeof exchange>[], options: Partial<ScreenOptions> = {}): Promise<Screen> {
  const screen = await openScreen({ columns: 120, rows: 40, ...options });
  open.push(screen);
  screen.store.apply({ type: 'link', agent, link: { state: 'connected' } });
  screen.store.apply({ type: 'rows', agent, table: 'http_events', rows });
  await screen.tick();
  return screen;
}

async function add(screen: Screen, rows: ReturnType<typeof exchange>[]): Promise<void> {
  screen.store.apply({ type: 'rows', agent, table: 'http_events', rows });
  await screen.tick();
}

describe('the live table', () => {
  for (const [columns, rows] of [
    [80, 24],
    [120, 40],
    [200, 50],
  ] as const) {
    for (const depth of [0, 4, 8] as const) {
      test(`fits ${columns}x${rows} in ${depth === 0 ? 'mono' : `${2 ** depth} colours`}`, async () => {
        const screen = await screenWith(exchanges(1, 100), { columns, rows, depth });
        assertFrame(screen);
        const text = screen.grid().join('\n');
        assert.match(text, /http\(all\)\[100\]/);
        assert.match(text, /TIME.*SOURCE.*DESTINATION.*METHOD.*PATH.*STATUS.*LATENCY/);
        assert.match(text, /<http>/);
        assert.match(selected(screen), /POST|GET/);
      });
    }
  }

  test('at 80 columns a letter tells the two ends of a call apart', async () => {
    const ends = (['client', 'server'] as const).map((side, i) =>
      exchange(i + 1, { trace_role: side, req_path: '/both' }),
    );
    const screen = await screenWith(ends, { columns: 80, rows: 24 });
    const rows = screen.grid().filter((line) => line.includes('/both'));
    assert.match(screen.grid().join('\n'), /TIME↑ +S SOURCE/);
    assert.match(rows[0] ?? '', /:\d\d c /);
    assert.match(rows[1] ?? '', /:\d\d s /);
  });

  test('at 80 columns the outcome stands where there is no status; with room it has a column of its own', async () => {
    const unanswered = [exchange(5, { resp_status: null, latency: null, outcome: 'reset', req_path: '/gone' })];
    const narrow = await screenWith(unanswered, { columns: 80, rows: 24 });
    const line = (screen: Screen) => screen.grid().find((row) => row.includes('/gone')) ?? '';
    assert.match(line(narrow), /\/gone +reset +-/);
    const wide = await screenWith(unanswered, { columns: 200, rows: 50 });
    assert.match(line(wide), /\/gone +- +reset/);
  });

  test('says what is wrong without colour: marks on rows, a mark on the selected one', async () => {
    const screen = await screenWith([exchange(5, { resp_status: 503, outcome: 'error' })], {
      depth: 0,
      glyphs: 'ascii',
    });
    assert.match(selected(screen), /^\|>x/);
    assert.ok(
      screen.grid().every((line) => /^[\x20-\x7e]*$/.test(line)),
      'ASCII glyphs only',
    );
  });

  test('follows the newest row until the cursor leaves the end, then G follows again', async () => {
    const screen = await screenWith(exchanges(1, 100));
    await add(screen, [exchange(101, { req_path: '/newest-101' })]);
    assert.match(selected(screen), /newest-101/);
    await screen.press('k');
    const held = selected(screen);
    await add(screen, exchanges(102, 110));
    assert.equal(selected(screen), held, 'the row under the cursor stays, and stays on its line');
    await screen.press('G');
    await add(screen, [exchange(111, { req_path: '/newest-111' })]);
    assert.match(selected(screen), /newest-111/);
  });

  test('keys that arrive in one chunk all count', async () => {
    const screen = await screenWith(exchanges(1, 10).map((row, i) => ({ ...row, req_path: `/row-${i + 1}` })));
    await screen.press('kkkkjk');
    assert.match(selected(screen), /row-6 /);
  });

  test('pauses with a count of what is new, and goes on where it was', async () => {
    const screen = await screenWith(exchanges(1, 10));
    screen.pass(2_000);
    await screen.press('p');
    await add(screen, exchanges(11, 22));
    assert.match(screen.grid().join('\n'), /http\(all\)\[10\] +PAUSED 12 new/);
    await screen.press('p');
    assert.match(screen.grid().join('\n'), /http\(all\)\[22\]/);
  });

  test('paused while the agents still tell what they hold: that comes in too, and is not counted as new', async () => {
    const screen = await screenWith([]);
    screen.pass(2_000);
    await screen.press('/path~x\r');
    await screen.press('u');
    screen.store.clear('http_events');
    await add(screen, exchanges(40, 43));
    await screen.press('p');
    assert.match(screen.queries.at(-1) ?? '', /^time_<\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    await add(screen, exchanges(1, 39));
    await screen.waitFor(/http\(all\)\[43\] +PAUSED all up to \d\d:\d\d:\d\d/);
    await screen.press('p');
    assert.equal(screen.queries.at(-1), '', 'live again');
  });

  test('a filter loosened while paused asks the agents for the paused stretch, and shows both', async () => {
    const screen = await screenWith([]);
    await screen.press('/status>=500\r');
    const failed = exchanges(1, 48).filter(({ resp_status }) => Number(resp_status) >= 500);
    await add(screen, failed);
    await screen.press('p');
    await add(screen, exchanges(100, 148));
    await screen.press('/');
    await screen.press('\x15\r');
    const asked = screen.queries.at(-1) ?? '';
    assert.match(asked, /^time_<\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    // The agents answer with what they kept of that time.
    const parsed = parseFilter(httpEvents, asked);
    assert.ok(parsed.ok);
    screen.store.clear('http_events');
    await add(
      screen,
      exchanges(1, 148).filter((row) => parsed.filter.matches(row)),
    );
    await screen.waitFor(/http\(all\)\[47\] +PAUSED all up to \d\d:\d\d:\d\d/);
    await screen.press('/status>=500\r');
    await screen.waitFor(new RegExp(`http\\(some\\)\\[${failed.length} of 47\\].*PAUSED all up to`));
    await screen.press('p');
    assert.equal(screen.queries.at(-1), 'status>=500', 'live again, whatever comes');
  });

  test('a filter that looks into payloads shows of a pause what the agents say passes', async () => {
    const screen = await screenWith(exchanges(1, 10));
    await screen.press('p');
    await screen.press('/body:timeout\r');
    assert.match(screen.queries.at(-1) ?? '', /^body:timeout time_</);
    screen.store.clear('http_events');
    await add(screen, exchanges(3, 4));
    await screen.waitFor(/http\(some\)\[2\]/);
  });

  test('filters while one types, counts matches, and asks the agents when done', async () => {
    const screen = await screenWith(exchanges(1, 48));
    await screen.press('/status>=500');
    assert.match(screen.grid().join('\n'), /8 of 48 rows match/);
    assert.deepEqual(screen.queries, ['']);
    await screen.press('\r');
    assert.deepEqual(screen.queries, ['', 'status>=500']);
    assert.match(screen.grid().join('\n'), /http\(some\)\[8 of 48\] <\/status>=500>/);
    await screen.press('\x1b');
    assert.match(screen.grid().join('\n'), /http\(all\)\[48\]/);
    assert.deepEqual(screen.queries, ['', 'status>=500', '']);
  });

  test('points at the wrong word under the prompt and keeps the prompt open', async () => {
    const screen = await screenWith(exchanges(1, 6));
    await screen.press('/method=GET statsu>500\r');
    const grid = screen.grid();
    const typed = grid.findIndex((line) => line.includes('/method=GET statsu>500'));
    const word = grid[typed]?.indexOf('statsu') ?? -1;
    assert.equal(grid[typed + 1]?.indexOf('^^^^^^'), word);
    assert.match(grid[typed + 1] ?? '', /statsu/);
    await screen.press('\x1b');
    assert.match(screen.grid().join('\n'), /http\(all\)\[6\]/);
  });

  test('says why it is empty and what to do', async () => {
    const screen = await screenWith([]);
    assert.match(screen.grid().join('\n'), /No HTTP seen yet/);
    await add(screen, exchanges(1, 4));
    await screen.press('/nowhere\r');
    await screen.waitFor(/No row matches \/nowhere: 0 of 4/);
  });

  test('sorts by shift-letter, the other way round by the same key, and shows the arrow', async () => {
    const screen = await screenWith(exchanges(1, 30));
    await screen.press('L');
    assert.match(screen.grid().join('\n'), /LATENCY↓/);
    const slowest = Math.max(...exchanges(1, 30).map((row) => row.latency ?? 0)) / 1e6;
    assert.ok(selected(screen).includes(`${slowest}ms`), selected(screen));
    await screen.press('L');
    assert.match(screen.grid().join('\n'), /LATENCY↑/);
  });

  test('filters to and excludes the value under the column cursor', async () => {
    const screen = await screenWith([exchange(1, { req_method: 'PUT' }), exchange(2, { req_method: 'GET' })]);
    await screen.press('=');
    assert.match(screen.grid().join('\n'), /choose a column first/);
    for (let i = 0; i < 20 && !/METHOD/.test(currentTitle(screen)); i += 1) await screen.press('\x1b[C');
    await screen.press('=');
    assert.deepEqual(screen.queries.at(-1), 'method=GET');
    await screen.press('u');
    await screen.press('x');
    assert.deepEqual(screen.queries.at(-1), '!method=GET');
    assert.match(selected(screen), /PUT/);
  });

  test('shows hostile rows harmlessly', async () => {
    const evil = '/\x1b[2J\x1b]0;owned\x07\u202e\u0000\r\n\u2028日本語\u0301\u0301';
    const screen = await screenWith(
      exchanges(1, 20).map((row) => ({ ...row, req_path: evil, source: evil, req_method: evil, resp_message: evil })),
    );
    assertFrame(screen);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
    assert.doesNotMatch(screen.grid().join(''), /[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u2028]/);
    await screen.press('w');
    assertFrame(screen);
    await screen.press('\r');
    assertFrame(screen);
  });
});

/** The title the column cursor is on: the only underlined one. */
function currentTitle(screen: Screen): string {
  const at = screen.grid().findIndex((line) => /TIME.*SOURCE/.test(line));
  const line = screen.emulator.buffer.active.getLine(at);
  let title = '';
  for (let x = 0; x < screen.emulator.cols; x += 1) {
    const cell = line?.getCell(x);
    if (cell?.isUnderline()) title += cell.getChars();
  }
  return title;
}

describe('one exchange', () => {
  const fetchRow = async (_agent: string, _table: string, id: string) => {
    const n = Number(id.split('-')[1]);
    if (n === 13) throw new AppError('row-gone', { agent: 'node-a' });
    return withPayload(exchange(n));
  };

  test('opens on enter with headers and pretty body, and esc returns exactly there', async () => {
    const screen = await screenWith(exchanges(1, 30), { fetchRow });
    await screen.press('kkk');
    const before = screen.grid();
    await screen.press('\r');
    await screen.waitFor(/Authorization: \[redacted\]/);
    await screen.press('b');
    await screen.waitFor(/"name": "Tea pot"/);
    await screen.press('\x1b');
    assert.deepEqual(screen.grid(), before);
  });

  test('goes to the neighbours without leaving, and says when the agent let go of one', async () => {
    const screen = await screenWith(exchanges(1, 14), { fetchRow });
    await screen.press('\r');
    await screen.waitFor(/exchange 14 on it|Response body/);
    await screen.press('[');
    await screen.waitFor(/let go of this row/);
    await screen.press(']');
    await screen.waitFor(/Response body/);
  });

  test('y shows all of it as JSON, from the table and from here; c copies that', async () => {
    const screen = await screenWith(exchanges(1, 3), { fetchRow });
    await screen.press('y');
    await screen.waitFor(/json\(1f-3\)/);
    await screen.waitFor(/"req_method": "POST"/);
    await screen.press('c');
    assert.equal((JSON.parse(screen.copied[0] ?? '') as { id: string }).id, '1f-3');
    await screen.press('\x1b');
    await screen.press('\r');
    await screen.waitFor(/Request headers/);
    await screen.press('y');
    await screen.waitFor(/<exchange> +<json>/);
    await screen.press('\x1b\x1b');
    await screen.waitFor(/http\(all\)/);
  });

  test('an answer in one piece gets one bar, a slow transfer its own', async () => {
    const screen = await screenWith(
      [exchange(1, { latency: 5e6, ttfb: 5e6 }), exchange(2, { latency: 9e6, ttfb: 3e6 })],
      { fetchRow },
    );
    await screen.press('k\r');
    await screen.waitFor(/total .* 5(\.00)?ms +until the answer, which came in one piece/);
    assert.doesNotMatch(screen.grid().join('\n'), /transfer|first byte/);
    await screen.press(']');
    await screen.waitFor(/first byte .* 3(\.00)?ms +waiting for the answer/);
    await screen.waitFor(/transfer .* 6(\.00)?ms/);
  });

  test('searches with n and N', async () => {
    const screen = await screenWith(exchanges(1, 3), { fetchRow, rows: 24, columns: 80 });
    await screen.press('\r');
    await screen.waitFor(/Request headers/);
    await screen.press('/name\r');
    await screen.waitFor(/<\/name> 1\//);
    await screen.press('n');
    await screen.waitFor(/<\/name> [12]\//);
  });

  test('follows an exchange in flight', async () => {
    const flying = exchange(7, { outcome: 'in-flight', resp_status: null, latency: null, ttfb: null });
    const screen = await screenWith([flying], { fetchRow });
    await screen.press('\r');
    await screen.waitFor(/no answer: in-flight/);
    await add(screen, [exchange(7, { resp_status: 418, resp_message: 'teapot', outcome: 'error' })]);
    await screen.waitFor(/418 teapot/);
  });

  test('copies body and curl', async () => {
    const screen = await screenWith(exchanges(1, 3), { fetchRow });
    await screen.press('\r');
    await screen.waitFor(/Authorization/);
    await screen.press('c');
    assert.match(screen.copied[0] ?? '', /Tea pot/);
    assert.match(screen.grid().join('\n'), /response body sent to clipboard \(OSC 52\)/);
    await screen.press('C');
    assert.match(screen.copied[1] ?? '', /curl/);
  });
});

describe('around the table', () => {
  test('a lost agent is announced, and keys work on', async () => {
    const screen = await screenWith(exchanges(1, 10));
    screen.store.apply({
      type: 'link',
      agent,
      link: { state: 'retrying', reason: 'connection refused', attempt: 1, retryAt: Date.now() + 3_000 },
    });
    await screen.tick();
    assert.match(screen.grid().join('\n'), /agent unix:\/a gone: connection refused, retrying in [123] s/);
    assertFrame(screen);
    await screen.press('/kuard\r');
    assert.match(screen.grid().join('\n'), /<\/kuard>/);
    screen.store.apply({ type: 'link', agent, link: { state: 'connected' } });
    await screen.tick();
    assert.doesNotMatch(screen.grid().join('\n'), /gone/);
  });

  test('commands with completion, aliases, a filter, and a word for the unknown', async () => {
    const screen = await screenWith(exchanges(1, 10));
    screen.store.apply({ type: 'status', agent, status });
    await screen.tick();
    await screen.press(':ag\t\r');
    await screen.waitFor(/agents\[1\]/);
    assert.match(screen.grid().join('\n'), /ring-full +12/);
    assert.match(screen.grid().join('\n'), /programs +1 attached: cgroup_skb\/ingress/);
    assert.match(screen.grid().join('\n'), /leases +bodies of everything for abc, 12 s left/);
    assert.match(
      screen.grid().join('\n'),
      /nothing was lost for other reasons \(\d+ counters at 0; enter lists them\)/,
    );
    assert.doesNotMatch(screen.grid().join('\n'), /no-storage/);
    await screen.press('\r');
    await screen.waitFor(/agent\(node-a\)/);
    await screen.press('G');
    await screen.waitFor(/bodies/);
    await screen.press(':htpt\r');
    await screen.waitFor(/no command "htpt": did you mean http\?/);
    await screen.press('\x1b');
    await screen.press(':http /kuard\r');
    await screen.waitFor(/http\(some\).*<\/kuard>/);
    await screen.press('-');
    await screen.waitFor(/agent\(node-a\)/);
    await screen.press(':q\r');
    assert.equal(screen.hasQuit(), true);
  });

  test('help lists the keys of the screen below', async () => {
    const screen = await screenWith(exchanges(1, 10));
    await screen.press('?');
    await screen.waitFor(/help\(http\)/);
    assert.match(screen.grid().join('\n'), /follow newest/);
    await screen.press('\x1b');
    await screen.waitFor(/http\(all\)\[10\]/);
  });

  test('letters typed into the prompt are no commands', async () => {
    const screen = await screenWith(exchanges(1, 10));
    await screen.press('/qqjpw');
    assert.equal(screen.hasQuit(), false);
    assert.match(screen.grid().join('\n'), /\/qqjpw/);
  });

  test('what is gone for good is said as long as the screen is open', async () => {
    const screen = await screenWith(exchanges(1, 10), { columns: 80, rows: 24 });
    screen.app.warn('The demo is gone: it was ended by SIGKILL.');
    await screen.waitFor('The demo is gone: it was ended by SIGKILL.');
    assertFrame(screen);
    await screen.press('k');
    await screen.waitFor('The demo is gone: it was ended by SIGKILL.');
  });

  test('help longer than the screen says where one is in it, and scrolls', async () => {
    const screen = await screenWith(exchanges(1, 10), { columns: 80, rows: 24 });
    await screen.press('?');
    await screen.waitFor(/help\(http\) 1-\d+ of \d+/);
    await screen.press('G');
    const [, last, all] = /help\(http\) \d+-(\d+) of (\d+)/.exec(screen.grid().join('\n')) ?? [];
    assert.equal(last, all);
    assert.ok(Number(all) > 20);
    await screen.press('\x1b');
    await screen.waitFor(/http\(all\)/);
  });

  test('the header at 80 columns keeps what matters and the way to help', async () => {
    const screen = await screenWith(exchanges(1, 10), { columns: 80, rows: 24 });
    assert.match(screen.grid()[0] ?? '', /^ kelpie {2}test {2}LIVE {2}.*lost 0 {2}1\/1 up .*<\?>help$/);
  });

  test('rows over the rate are told apart from losses, and the table is called sampled while they rise', async () => {
    const screen = await screenWith(exchanges(1, 10), { columns: 120, rows: 40 });
    const leftOut = async (count: number) => {
      screen.store.apply({ type: 'loss', agent, losses: [{ reason: 'row-limit', count }] });
      await screen.tick();
      return screen.grid().join('\n');
    };
    assert.match(await leftOut(1_000), /Lost: +0 \+1,000 over the rate/);
    assert.match(await leftOut(3_000), /State: +LIVE sampled/);
    assert.doesNotMatch(await leftOut(3_000), /sampled/);
  });

  test('stays alive at 20x5 and comes back', async () => {
    const screen = await screenWith(exchanges(1, 10));
    screen.resize(20, 5);
    await screen.waitFor(/too small/);
    await screen.press('k');
    screen.resize(120, 40);
    await screen.waitFor(/http\(all\)\[10\]/);
    assertFrame(screen);
  });

  test('a storm of resizes ends in the screen of the last size', async () => {
    const screen = await screenWith(exchanges(1, 60));
    let seed = 7;
    for (let i = 0; i < 40; i += 1) {
      seed = (seed * 1103515245 + 12345) % 2 ** 31;
      screen.resize(20 + (seed % 200), 5 + (Math.floor(seed / 256) % 50));
      if (i % 3 === 0) await add(screen, [exchange(100 + i)]);
    }
    screen.resize(100, 33);
    await screen.settled();
    const calm = await screenWith(
      [...exchanges(1, 60), ...[0, 3, 6, 9, 12, 15, 18, 21, 24, 27, 30, 33, 36, 39].map((i) => exchange(100 + i))],
      {
        columns: 100,
        rows: 33,
      },
    );
    assert.deepEqual(screen.grid(), calm.grid());
  });
});

describe('what it costs', () => {
  test('a tick without news writes nothing', async () => {
    const screen = await screenWith(exchanges(1, 100), { columns: 200, rows: 50 });
    const before = screen.bytes();
    await screen.tick();
    screen.store.apply({ type: 'link', agent, link: { state: 'connected' } });
    await screen.tick();
    assert.equal(screen.bytes(), before);
  });

  test('a tick that replaces every row on the screen stays within six kilobytes', async (t) => {
    const screen = await screenWith(exchanges(1, 20_000), { columns: 200, rows: 50 });
    const began = { bytes: screen.bytes(), cpu: process.cpuUsage() };
    const ticks = 10;
    for (let i = 0; i < ticks; i += 1) await add(screen, exchanges(20_001 + i * 10_000, 30_000 + i * 10_000));
    const bytes = (screen.bytes() - began.bytes) / ticks;
    const cpu = process.cpuUsage(began.cpu);
    t.diagnostic(
      `${Math.round(bytes)} bytes and ${Math.round((cpu.user + cpu.system) / 1000 / ticks)} ms CPU a tick with 10,000 new rows, emulator included`,
    );
    assert.ok(bytes < 6_000, `${bytes} bytes a tick`);
  });
});
