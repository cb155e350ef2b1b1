/** `kelpie demo` as a person uses it: in a pseudo terminal, on the real kernel, key by key. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { kelpieCli } from '../peers/kelpie.ts';
import { openTerminal, type PersonAtTerminal } from '../terminal/terminal.ts';
import { tracesOf, until } from './demo-process.ts';
import {
  agentBelow,
  assertRestored,
  assertWhole,
  bpfHeldBy,
  clipboardOf,
  cursorLine,
  descendants,
  openKelpie,
  processState,
  type ShownRow,
  shownRows,
  titleCount,
} from './kelpie-terminal.ts';

before(() => {
  execFileSync('sh', ['scripts/build.sh', '--quiet'], { stdio: 'inherit' });
});

const esc = '\x1b';
const enter = '\r';

/** Leaves prompts and views until the live table shows everything, newest last. */
async function home(terminal: PersonAtTerminal): Promise<void> {
  terminal.press(`${esc}`);
  await delay(60);
  terminal.press(`:http${enter}`);
  await terminal.waitFor(/http\(/);
  terminal.press('uf');
  const screen = await terminal.waitFor((lines) => {
    const text = lines.join('\n');
    return /http\(all\)/.test(text) && !text.includes('PAUSED') && shownRows(lines).length > 5;
  });
  if (!screen.some((line) => line.includes('TIME↑'))) terminal.press('T');
  await terminal.waitFor(/TIME↑/);
  terminal.press('f');
}

/** Pauses a list that has all its rows: while the agents are still telling what they hold, it says so. */
async function heldStill(terminal: PersonAtTerminal): Promise<readonly string[]> {
  for (;;) {
    terminal.press('p');
    const screen = await terminal.waitFor(/PAUSED ([\d,]+ new|all up to)/);
    if (!screen.join('\n').includes('all up to')) return screen;
    terminal.press('p');
    await terminal.waitFor((lines) => !lines.join('\n').includes('PAUSED'));
    // What is live again was asked for anew.
    await delay(2_000);
  }
}

/** Types a filter and resolves with the rows once there are some and all match. */
async function filtered(
  terminal: PersonAtTerminal,
  text: string,
  matches: (row: ShownRow) => boolean,
): Promise<ShownRow[]> {
  terminal.press('/');
  await terminal.waitFor((screen) => screen.some((line) => /^[ │]*\//.test(line)));
  // The prompt begins with the filter that is set: ctrl-u empties it.
  terminal.press(`\x15${text}${enter}`);
  await terminal.waitFor(`</${text}>`);
  const screen = await terminal.waitFor((lines) => shownRows(lines).length > 0, 12_000);
  const rows = shownRows(screen);
  for (const row of rows) assert.ok(matches(row), `${text} lets pass: ${row.line}`);
  return rows;
}

for (const [columns, rows] of [
  [80, 24],
  [200, 50],
] as const) {
  describe(`the demo on ${columns}x${rows}`, () => {
    let terminal: PersonAtTerminal;

    before(async () => {
      terminal = openKelpie(['demo', '-c', 'http', '--refresh', '250ms'], { columns, rows });
      await terminal.waitFor((screen) => shownRows(screen).length > 3, 15_000);
    });
    after(async () => {
      terminal.press('\x03');
      await terminal.exited;
    });

    test('rows stream in', async () => {
      const before = titleCount(terminal.screen());
      await terminal.waitFor((screen) => titleCount(screen) > before + 10);
      assertWhole(terminal);
      // A connection that was open before capture began has its peer's name once that end was seen too.
      const isNamed = (row: ShownRow) => /\S\/\S|…/.test(row.source);
      await terminal.waitFor((screen) => shownRows(screen).length > 3 && shownRows(screen).every(isNamed));
    });

    const isKuard = (row: ShownRow) => /kuard/.test(row.source) || /kuard/.test(row.destination);
    const filters: readonly (readonly [string, (row: ShownRow) => boolean])[] = [
      ['kuard', isKuard],
      ['status>=500', (row) => row.status >= 500],
      // At 50.0 ms and a little the figure is rounded.
      ['latency>50ms', (row) => row.latency >= 50],
      ['method=POST', (row) => row.method === 'POST'],
      ['path~^/v1/', (row) => row.path.startsWith('/v1/')],
      ['kuard method=POST', (row) => isKuard(row) && row.method === 'POST'],
      ['!kuard latency>20ms status<400', (row) => !isKuard(row) && row.latency >= 20 && row.status < 400],
      ['status:4xx,status:5xx', (row) => row.status >= 400],
    ];
    test('a filter leaves what matches, in every row that is shown', async () => {
      await home(terminal);
      for (const [text, matches] of filters) {
        await filtered(terminal, text, matches);
        // And what comes later, too.
        await delay(350);
        for (const row of shownRows(terminal.screen())) assert.ok(matches(row), `${text} lets pass: ${row.line}`);
        assertWhole(terminal);
      }
    });

    test('a filter that means nothing is explained under the word, and can be mended', async () => {
      await home(terminal);
      terminal.press('/kuard statu>=500');
      const screen = await terminal.waitFor(/status/);
      const typed = screen.findIndex((line) => line.includes('statu>=500'));
      const column = (screen[typed] ?? '').indexOf('statu>=500');
      const below = screen.slice(typed + 1, typed + 3).join('\n');
      assert.match(below, /status/, 'it suggests the word that was meant');
      const caret = screen.slice(typed + 1, typed + 3).find((line) => line.includes('^'));
      if (caret) assert.equal(caret.indexOf('^'), column, 'the mark is under the word');
      terminal.press(enter);
      await delay(100);
      assert.ok(
        terminal.screen().some((line) => line.includes('statu>=500')),
        'enter keeps what is wrong open',
      );
      terminal.press(`${'\x7f'.repeat('>=500'.length)}s>=200${enter}`);
      await terminal.waitFor('</kuard status>=200>');
      await terminal.waitFor((now) => shownRows(now).length > 0 && shownRows(now).every(isKuard));
    });

    test('shift and a letter sorts by a column, once more the other way round', async () => {
      await home(terminal);
      const order = async (key: string, mark: string, of: (row: ShownRow) => number | string, isUp: boolean) => {
        terminal.press(key);
        const values = shownRows(await terminal.waitFor(mark)).map(of);
        assert.ok(values.length > 5);
        const known = values.filter((value) => typeof value === 'string' || !Number.isNaN(value));
        for (let i = 1; i < known.length; i += 1) {
          const [a, b] = [known[i - 1] as number, known[i] as number];
          assert.ok(isUp ? a <= b : a >= b, `${mark}: ${a} then ${b}`);
        }
      };
      await order('L', 'LATENCY↓', (row) => row.latency, false);
      await order('L', 'LATENCY↑', (row) => row.latency, true);
      await order('S', 'STATUS↓', (row) => row.status, false);
      await order('M', 'METHOD↑', (row) => row.method, true);
      terminal.press('T');
      await terminal.waitFor('TIME↑');
    });

    test('p stands still and counts what comes; again goes on', async () => {
      await home(terminal);
      const still = shownRows(await heldStill(terminal)).map(({ line }) => line);
      const fresh = (screen: readonly string[]) => /PAUSED ([\d,]+) new/.exec(screen.join('\n'))?.[1] ?? '';
      await terminal.waitFor((screen) => Number(fresh(screen).replaceAll(',', '')) > 20);
      assert.deepEqual(
        shownRows(terminal.screen()).map(({ line }) => line),
        still,
      );
      terminal.press('p');
      await terminal.waitFor((screen) => !screen.join('\n').includes('PAUSED'));
      await terminal.waitFor((screen) => !shownRows(screen).some(({ line }) => still.includes(line)));
    });

    test('a cursor that left the end stays on its row; G follows again', async () => {
      await home(terminal);
      terminal.press('kkk');
      // All three keys have been painted, on a busy machine too.
      await delay(500);
      const chosen = cursorLine(terminal.screen());
      assert.match(chosen, /\d\d:\d\d:\d\d/);
      const count = titleCount(terminal.screen());
      await terminal.waitFor((screen) => titleCount(screen) > count + 60);
      assert.equal(cursorLine(terminal.screen()), chosen);
      terminal.press('G');
      await terminal.waitFor((screen) => cursorLine(screen) !== chosen && cursorLine(screen) !== '');
    });

    test('enter shows headers and pretty JSON, esc leads back to the same row and filter', async () => {
      await home(terminal);
      const filter = 'path~^/v1/products status=200 resp_body_size>100';
      // On 80 columns the middle of a path is left out.
      await filtered(terminal, filter, (row) => '/v1/products'.startsWith(row.path.replace(/….*/, '').slice(0, 12)));
      terminal.press('kk');
      await delay(100);
      const chosen = cursorLine(terminal.screen());
      terminal.press(enter);
      const screen = await terminal.waitFor(/Request headers \d+/);
      assert.match(screen.join('\n'), /GET \/v1\/products\S* HTTP\/1\.1/);
      assert.match(screen.join('\n'), /HTTP\/1\.1 200/);
      terminal.press('h');
      await terminal.waitFor(/Host: api/i);
      terminal.press('b');
      await terminal.waitFor(/Response body [\d,]+ bytes, application\/json/);
      // Its heading may have been on the screen before the key: the body is what the key brings.
      const body = await terminal.waitFor(/│ {3}[{[]\s*│/);
      assert.match(body.join('\n'), /│ {5,}"\w+": /, 'members are indented');
      assertWhole(terminal);
      terminal.press(esc);
      const back = await terminal.waitFor(`</${filter}>`);
      assert.equal(cursorLine(back), chosen);
    });

    test(':agents shows programs, rates and losses', async () => {
      await home(terminal);
      terminal.press(':agents');
      await terminal.waitFor(':agents');
      terminal.press(enter);
      const list = (await terminal.waitFor(/agents\[1\]/)).join('\n');
      assert.match(list, /\d+(\.\d+)?\/s/);
      assert.match(list, /CPU/);
      assert.match(list, /kernel +\d+\.\d+/);
      terminal.press(enter);
      await terminal.waitFor(/agent\(/);
      await terminal.waitFor(/ring-full +0/);
      terminal.press('G');
      const page = (await terminal.waitFor(/CLIENT/)).join('\n');
      assert.match(
        page,
        /heads|bodies/,
        'the lease of this very terminal: what the screen before it wanted, or what summaries need',
      );
      assertWhole(terminal);
      for (let i = 0; i < 150 && !/Attached programs \(\d+\)/.test(terminal.screen().join('\n')); i += 1) {
        terminal.press('k');
        await delay(30);
      }
      await terminal.waitFor(/Attached programs \([4-9]\)/);
    });
  });
}

describe('the rest of the keys, on 100x30', () => {
  let terminal: PersonAtTerminal;

  before(async () => {
    terminal = openKelpie(['demo', '-c', 'http', '--refresh', '250ms'], { columns: 100, rows: 30 });
    await terminal.waitFor((screen) => shownRows(screen).length > 3, 15_000);
  });
  after(async () => {
    terminal.press('\x03');
    await terminal.exited;
  });

  test('a gzip body is readable', async () => {
    await home(terminal);
    const all = titleCount(terminal.screen());
    await filtered(terminal, 'resp_header.content-encoding~gzip', () => true);
    // Only the agents can tell: until they have, the rows of before stand.
    await terminal.waitFor((screen) => titleCount(screen) < all && shownRows(screen).length > 0);
    terminal.press(enter);
    await terminal.waitFor(/Request headers \d+/);
    terminal.press('b');
    const screen = await terminal.waitFor(/Response body [\d,]+ bytes, \S+( charset=\S+)?, gzip/);
    const body = screen.slice(screen.findIndex((line) => line.includes('Response body')) + 1);
    assert.match(body.join('\n'), /"\w+"|<\w+/);
    assert.doesNotMatch(body.join('\n'), /00000000 /);
  });

  test('a binary body is a hex dump', async () => {
    await home(terminal);
    await filtered(terminal, 'path~^/v1/uploads/photo', ({ method }) => method === 'PUT');
    terminal.press(enter);
    await terminal.waitFor(/Request headers \d+/);
    terminal.press('bb');
    await terminal.waitFor(/Request body [\d,]+ bytes, application\/octet-stream/);
    const [line = ''] = (await terminal.waitFor(/│ {3}00000000: /)).filter((it) => it.includes('00000000: '));
    assert.match(line, /00000000: ([0-9a-f]{4} ){8}/);
  });

  test('the command line completes, the help lists the keys', async () => {
    await home(terminal);
    terminal.press(':ag');
    await terminal.waitFor(':agents');
    terminal.press(`\t${enter}`);
    await terminal.waitFor(/agents\[1\]/);
    terminal.press(':nonsense');
    await delay(50);
    terminal.press(enter);
    await terminal.waitFor(/nonsense/);
    await home(terminal);
    terminal.press('?');
    const help = (await terminal.waitFor(/help\(http\)/)).join('\n');
    for (const key of ['enter', 'follow newest', 'errors only', 'copy as curl']) assert.ok(help.includes(key), key);
    terminal.press(esc);
    await terminal.waitFor(/http\(all\)/);
  });

  test('c and C put a cell and a curl command on the clipboard', async () => {
    await home(terminal);
    await filtered(terminal, 'path~^/v1/products/p- method=GET', () => true);
    terminal.press('kkp');
    await terminal.waitFor(/PAUSED/);
    const { path = '' } = shownRows([...terminal.screen()]).find(({ line }) => /^│ ?[>❯]/.test(line)) ?? {};
    const mark = terminal.written();
    const copied = (ordinal: number) =>
      until('the clipboard sequence', () => clipboardOf(terminal.output(mark))[ordinal], 5000);
    terminal.press('c');
    const cell = await copied(0);
    assert.match(cell, /^\/v1\/products\/p-\d+$/);
    assert.ok(cell.startsWith(path.replace(/….*/, '')), `${cell} is the path ${path}`);
    await terminal.waitFor(/clipboard/);
    terminal.press('C');
    const command = await copied(1);
    assert.match(command, /^curl /);
    assert.ok(command.includes(cell));
    assert.equal(spawnSync('sh', ['-n', '-c', command]).status, 0, `a shell can read ${command}`);
    terminal.press(enter);
    await terminal.waitFor(/Request headers \d+/);
    terminal.press('c');
    JSON.parse(await copied(2));
  });

  test('20x5 stays alive, and recovers', async () => {
    await home(terminal);
    terminal.resize(20, 5);
    await terminal.waitFor('too small');
    terminal.press('jjkk');
    terminal.resize(1, 1);
    await delay(100);
    terminal.resize(20, 5);
    await terminal.waitFor('too small');
    terminal.resize(100, 30);
    await terminal.waitFor((screen) => shownRows(screen).length > 10);
    assertWhole(terminal);
  });

  test('a storm of resizes ends with a whole screen', async () => {
    await home(terminal);
    // A fixed sequence that looks random: the story is the same each time.
    let seed = 7;
    const next = (from: number, to: number) => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      return from + (seed % (to - from + 1));
    };
    for (let i = 0; i < 50; i += 1) {
      terminal.resize(next(10, 220), next(3, 60));
      if (i % 5 === 0) terminal.press('jk');
      await delay(next(0, 20));
    }
    terminal.resize(120, 40);
    await terminal.waitFor((screen) => shownRows(screen).length > 10);
    await until('a whole screen', () => {
      try {
        assertWhole(terminal);
        return true;
      } catch {
        return false;
      }
    }).catch(() => assertWhole(terminal));
    terminal.resize(100, 30);
    await terminal.waitFor((screen) => shownRows(screen).length > 10);
  });
});

describe('leaving', () => {
  const isCall = (line: string) => /▶ ● api .*\d\/s/.test(line);

  for (const [what, keys, code] of [
    ['q', 'q', 0],
    ['ctrl-c', '\x03', 0],
    [':q', ':q\r', 0],
    ['SIGTERM', 'SIGTERM', 143],
  ] as const) {
    test(`${what} restores the terminal and leaves nothing`, async (t) => {
      const terminal = openKelpie(['demo']);
      t.after(() => terminal.kill('SIGTERM'));
      // What it opens with: who calls whom.
      await terminal.waitFor((screen) => /map\(all\)/.test(screen.join('')) && screen.some(isCall), 15_000);
      const agent = agentBelow(terminal.pid);
      assert.ok(agent, 'the agent is a child');
      const held = bpfHeldBy(agent);
      assert.ok(held.length >= 4, `programs are loaded: ${held}`);
      const children = descendants(terminal.pid);
      const demo = await until('the demo', () => /kelpie-demo-\d+/.exec(commandLine(agent))?.[0]);
      if (keys === 'SIGTERM') terminal.kill('SIGTERM');
      else terminal.press(keys);
      assert.equal(await terminal.exited, code);
      assertRestored(terminal);
      await until('no child', () => children.every((pid) => [undefined, 'Z'].includes(processState(pid))));
      await until('no trace', () => tracesOf(demo).length === 0);
      await until('nothing in the kernel', () => held.every((id) => !isInKernel(id)));
    });
  }

  test('ctrl-z hands the terminal to the shell, fg takes it back', async (t) => {
    const terminal = openTerminal('bash', ['--norc', '--noediting', '-i'], {
      columns: 80,
      rows: 24,
      record: true,
      env: { TMUX: '', PS1: 'shell> ' },
    });
    t.after(() => terminal.kill('SIGKILL'));
    await terminal.waitFor('shell>');
    terminal.press(`${process.execPath} ${kelpieCli} demo -c http${enter}`);
    await terminal.waitFor((screen) => shownRows(screen).length > 3, 15_000);
    const [kelpie = 0] = descendants(terminal.pid);
    terminal.press('\x1a');
    await terminal.waitFor(/Stopped/);
    assert.equal(processState(kelpie), 'T');
    assert.equal(terminal.emulator.buffer.active.type, 'normal');
    terminal.press(`echo still-a-shell${enter}`);
    await terminal.waitFor((screen) => screen.includes('still-a-shell'));
    terminal.press(`fg${enter}`);
    await terminal.waitFor((screen) => shownRows(screen).length > 3);
    assert.equal(terminal.emulator.buffer.active.type, 'alternate');
    const count = titleCount(terminal.screen());
    await terminal.waitFor((screen) => titleCount(screen) > count, 20_000);
    assertWhole(terminal);
    terminal.press('q');
    await terminal.waitFor(/shell> $|shell>$/m);
    assertRestored(terminal);
    terminal.press(`exit${enter}`);
    assert.equal(await terminal.exited, 0);
  });
});

function commandLine(pid: number): string {
  return execFileSync('ps', ['-o', 'args=', '-p', String(pid)], { encoding: 'utf8' });
}

/** `id` as bpftool names it: "prog 12", "link 3". */
function isInKernel(id: string): boolean {
  const [kind = '', number = ''] = id.split(' ');
  return spawnSync('bpftool', [kind, 'show', 'id', number]).status === 0;
}
