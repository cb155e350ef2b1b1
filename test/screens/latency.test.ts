import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { openScreen, type Screen, type ScreenOptions } from './screen.ts';
import { type Past, snapshotOf, spread } from './summaries.ts';

process.env.TZ = 'UTC';
const to = Date.UTC(2026, 10, 22, 12, 3, 30);
const open: Screen[] = [];
after(() => Promise.all(open.map((screen) => screen.close())));

/** Ten minutes of 60 requests a second in 2 to 50 ms; 12:03:10 is slow and fails, from 12:02:50 on nobody asked for 3 s. */
const past: Past = {
  to,
  seconds: 600,
  second: (n) => {
    if (n > 37 && n <= 40) return undefined;
    const isSlow = n === 20;
    return { requests: 60, errors: isSlow ? 30 : 0, latencies: spread(n, 60, 2e6, isSlow ? 1.5e9 : 50e6) };
  },
  derived: (table) =>
    table === 'services'
      ? [{ key: 'shop/api', agent: 'a', row: { service: 'shop/api', namespace: 'shop' } }]
      : table === 'pods'
        ? [{ key: 'shop/api-1', agent: 'a', row: { pod: 'shop/api-7d9f8b5c6-x2k4l', namespace: 'shop' } }]
        : [],
};

async function charts(options: Partial<ScreenOptions> = {}, what: Past = past): Promise<Screen> {
  const screen = await openScreen({ columns: 80, rows: 24, command: 'latency', ...options });
  open.push(screen);
  screen.app.show(snapshotOf(what));
  await screen.settled();
  return screen;
}

const text = (screen: Screen) => screen.grid().join('\n');
const left = '\x1b[D';
const up = '\x1b[A';
/** Column of a character on its line. */
const columnOf = (screen: Screen, what: RegExp) =>
  screen
    .grid()
    .find((line) => what.test(line))
    ?.search(what) ?? -1;

describe('the latency chart', () => {
  for (const [columns, rows] of [
    [80, 24],
    [120, 40],
    [200, 50],
  ] as const) {
    for (const [depth, glyphs] of [
      [8, 'unicode'],
      [0, 'ascii'],
    ] as const) {
      test(`shows three lines, rate and errors at ${columns}x${rows}, ${glyphs}`, async () => {
        const screen = await charts({ columns, rows, depth, glyphs });
        for (const line of screen.grid()) assert.ok(line.length <= columns);
        for (const name of ['p50', 'p90', 'p99']) assert.ok(screen.grid().some((line) => line.includes(` ${name}`)));
        assert.match(text(screen), /rate [│|]/);
        assert.match(text(screen), /errors [│|]/);
        assert.match(text(screen), /12:03:00/);
        if (glyphs === 'ascii') assert.match(text(screen), /^[\n -~]*$/);
      });
    }
  }

  test('says in words how slow the slowest was and when', async () => {
    const screen = await charts();
    assert.match(text(screen), /slowest 1\.\d+s at 12:03:10/);
    assert.match(text(screen), /0\.88% failed \(30\)/);
  });

  test('draws the peak where the clock says it was, and a gap where nobody asked', async () => {
    const screen = await charts();
    const peak = columnOf(screen, /┏┓\d+ms/);
    const label = columnOf(screen, /┴12:03:00/);
    // A cell a second.
    assert.equal(peak - label, 10, text(screen));
    const rate = screen.grid().find((line) => line.includes('rate │')) ?? '';
    assert.match(rate, /█▁▁▁█/);
  });

  test('the cursor goes from moment to moment and says what happened then', async () => {
    const screen = await charts();
    await screen.press(left);
    assert.match(text(screen), /12:03:29 \+1s/);
    for (let i = 0; i < 19; i += 1) await screen.press(left);
    assert.match(text(screen), /12:03:10 \+1s .*60\/s +✗ 30 failed/);
    // It stays with its moment while time goes on.
    screen.app.show(snapshotOf({ ...past, to: to + 3000, second: (n, scope) => past.second(n - 3, scope) }));
    await screen.settled();
    assert.match(text(screen), /12:03:10 \+1s .*30 failed/);
    await screen.press('\x1b');
    assert.doesNotMatch(text(screen), /12:03:10 \+1s/);
  });

  test('enter shows the requests of that moment, esc comes back to it', async () => {
    const screen = await charts();
    for (let i = 0; i < 20; i += 1) await screen.press(left);
    await screen.press('\r');
    assert.match(text(screen), /<latency> +<http>/);
    assert.match(text(screen), /12:03:10.*12:03:11/);
    await screen.press('\x1b');
    assert.match(text(screen), /12:03:10 \+1s/);
  });

  test('s shows only the slow ones', async () => {
    const screen = await charts();
    for (let i = 0; i < 20; i += 1) await screen.press(left);
    await screen.press('s');
    assert.match(text(screen), /http.*latency>=\d+/);
  });

  test('L changes between a logarithmic and a linear scale', async () => {
    const screen = await charts();
    assert.match(text(screen), /latency\(all\)\[1m\] log/);
    await screen.press('L');
    assert.match(text(screen), /linear/);
    assert.match(text(screen), / 0ns ┤/);
  });

  test('_ shows longer stretches in steps of more seconds, + shorter ones', async () => {
    const screen = await charts();
    await screen.press('_');
    assert.match(text(screen), /\[5m\]/);
    await screen.press(left);
    assert.match(text(screen), /\+5s|\+10s/);
    await screen.press('_');
    assert.match(text(screen), /\[15m\]/);
    await screen.press('++');
    assert.match(text(screen), /\[1m\]/);
  });

  test('what is older than what is held is empty, not zero', async () => {
    const screen = await charts({}, { ...past, seconds: 20 });
    const rate = screen.grid().find((line) => line.includes('rate │')) ?? '';
    assert.match(rate, /rate │ {30,}█/);
  });

  test('p stops the picture, and the state says so', async () => {
    const screen = await charts();
    await screen.press('p');
    const before = screen.grid().slice(2);
    screen.app.show(snapshotOf({ ...past, to: to + 5000 }));
    await screen.settled();
    assert.match(text(screen), /PAUSED 12:03:30/);
    assert.equal(
      screen.grid().find((line) => line.includes('┴12:03:00')),
      before.find((line) => line.includes('┴12:03:00')),
    );
    await screen.press('p');
    assert.match(text(screen), /LIVE/);
  });
});

describe('what it is about', () => {
  test('a name chooses a service or pod; a wrong one is told with a suggestion', async () => {
    const screen = await charts();
    await screen.press(':latency shop/api\r');
    assert.match(text(screen), /latency\(shop\/api\)/);
    await screen.press(':latency shop/apy\r');
    assert.match(text(screen), /apy.*did you mean/);
    await screen.press('\x1b');
    await screen.press('u');
    assert.match(text(screen), /latency\(all\)/);
  });

  test('the requests behind it are those of the service', async () => {
    const screen = await charts();
    await screen.press(':latency shop/api\r');
    await screen.press('\r');
    assert.match(text(screen), /http.*to\.svc=shop\/api/);
  });
});

describe('the histogram', () => {
  test('has a bar for each bucket, with counts that add up and marks at the percentiles', async () => {
    const screen = await charts();
    await screen.press('\t');
    const bars = screen.grid().filter((line) => /\d(ms|s) - +\d/.test(line));
    const counts = bars.map((line) =>
      Number(/ ([\d,]+)(?: +[\d.]+%)?[ ◂p\d│]*$/.exec(line)?.[1]?.replace(',', '') ?? 0),
    );
    assert.equal(
      counts.reduce((sum, count) => sum + count, 0),
      57 * 60,
      text(screen),
    );
    for (const name of ['◂p50', '◂p90', '◂p99']) assert.equal(text(screen).split(name).length, 2, name);
  });

  test('enter shows the requests of a bucket', async () => {
    const screen = await charts();
    await screen.press('\t');
    await screen.press('G');
    await screen.press('\r');
    assert.match(text(screen), /http.*latency>=1s latency<1\.5s/);
  });
});

describe('the heatmap', () => {
  test('shows the slow second as a column that others have not, marked without colour', async () => {
    const screen = await charts({ depth: 0, glyphs: 'ascii' });
    await screen.press('\t');
    await screen.press('\t');
    const slow = screen.grid().filter((line) => /x\|/.test(line));
    assert.ok(slow.length > 0, text(screen));
    const column = slow.map((line) => line.search(/[.+*#]/)).filter((at) => at >= 0);
    assert.ok(column.length > 0 && column.every((at) => at === column[0]), text(screen));
    assert.match(text(screen), /requests a cell: 1 \. \+ \* #/);
  });

  test('the cursor moves both ways; enter shows the requests of the cell', async () => {
    const screen = await charts();
    await screen.press('\t\t');
    for (let i = 0; i < 20; i += 1) await screen.press(left);
    for (let i = 0; i < 9; i += 1) await screen.press(up);
    assert.match(text(screen), /12:03:10 1\.00s to 2\.00s +\d+ requests?, enter/);
    await screen.press('\r');
    assert.match(text(screen), /http.*latency>=1s latency<2s/);
    assert.match(text(screen), /12:03:10.*12:03:11/);
  });
});

test('without any figures it says when they come', async () => {
  const screen = await charts({}, { ...past, seconds: 0 });
  assert.match(text(screen), /No figures yet/);
});
