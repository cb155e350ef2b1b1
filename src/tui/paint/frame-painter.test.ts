import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Terminal } from '@xterm/headless';
import xterm from '@xterm/headless';
import fc from 'fast-check';
import { createFramePainter, type PaintTarget } from './frame-painter.ts';
import { createStandIns } from './stand-ins.ts';

interface Bench extends PaintTarget {
  columns: number;
  rows: number;
  busy: boolean;
  readonly emulator: Terminal;
  readonly written: string[];
  /** The terminal takes what it was given. */
  drain(): void;
}

function bench(columns: number, rows: number): Bench {
  const emulator = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true, scrollback: 0 });
  let takers: (() => void)[] = [];
  const written: string[] = [];
  return {
    columns,
    rows,
    busy: false,
    emulator,
    written,
    write(bytes) {
      written.push(bytes);
      emulator.write(bytes);
    },
    drained: () => new Promise((resolve) => void takers.push(resolve)),
    drain() {
      this.busy = false;
      for (const taker of takers) taker();
      takers = [];
    },
  };
}

/** What a person sees: characters and looks of every cell, of a blank its background alone unless something is drawn in it. */
async function grid({ emulator }: Bench): Promise<string[]> {
  await new Promise<void>((resolve) => emulator.write('', resolve));
  return Array.from({ length: emulator.rows }, (_, y) =>
    Array.from({ length: emulator.cols }, (_, x) => {
      const cell = emulator.buffer.active.getLine(y)?.getCell(x);
      if (!cell) return '?';
      const text = cell.getChars() || (cell.getWidth() === 0 ? '' : ' ');
      const paper = [cell.getBgColor(), cell.getBgColorMode()];
      if (text === ' ' && !cell.isInverse() && !cell.isUnderline()) return `${text}${paper.join(',')}`;
      const attributes = [cell.isBold(), cell.isDim(), cell.isInverse(), cell.isUnderline()].map(Number);
      return `${text}${[...attributes, cell.getFgColor(), cell.getFgColorMode(), ...paper].join(',')}`;
    }).join('|'),
  );
}

async function whole(frame: string, columns: number, rows: number): Promise<string[]> {
  const fresh = bench(columns, rows);
  createFramePainter(fresh, createStandIns()).show(frame);
  const seen = await grid(fresh);
  fresh.emulator.dispose();
  return seen;
}

const looks = [
  '',
  '\x1b[1m',
  '\x1b[2m',
  '\x1b[7m',
  '\x1b[31m',
  '\x1b[38;5;80m',
  '\x1b[1m\x1b[38;5;203m',
  '\x1b[42m',
  '\x1b[4m',
];
const word = fc.oneof(
  { weight: 6, arbitrary: fc.string({ unit: 'grapheme-ascii', maxLength: 9 }) },
  { weight: 2, arbitrary: fc.constantFrom('│', '…', '     ', '─────', 'GET', '200', '▶', '●──▶│') },
  { weight: 1, arbitrary: fc.constantFrom('日本', '한글', 'é', 'ü', '👍', '⣿') },
);
const piece = fc
  .tuple(fc.constantFrom(...looks), word)
  .map(([look, text]) => (look === '' ? text : `${look}${text}\x1b[0m`));
const line = fc.array(piece, { maxLength: 5 }).map((pieces) => pieces.join(''));

/** What happens to a screen between two frames. */
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('set' as const), at: fc.nat(11), line }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('roll' as const), by: fc.integer({ min: -4, max: 4 }), line }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('slide' as const), at: fc.nat(11), by: fc.integer({ min: 1, max: 4 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('resize' as const),
      columns: fc.integer({ min: 4, max: 30 }),
      rows: fc.integer({ min: 2, max: 12 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('busy' as const), busy: fc.boolean() }) },
);

describe('the painter', () => {
  test('whatever happened before, the screen is what painting the frame alone would show', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(line, { minLength: 12, maxLength: 12 }),
        fc.array(step, { maxLength: 14 }),
        async (first, steps) => {
          const target = bench(24, 10);
          const painter = createFramePainter(target, createStandIns());
          let lines = first;
          painter.show(lines.join('\n'));
          for (const each of steps) {
            if (each.kind === 'set') lines = lines.with(each.at, each.line);
            if (each.kind === 'roll') {
              lines =
                each.by > 0
                  ? [...lines.slice(each.by), ...Array<string>(each.by).fill(each.line)]
                  : [...Array<string>(-each.by).fill(each.line), ...lines.slice(0, lines.length + each.by)];
            }
            if (each.kind === 'slide') {
              const course = Array.from({ length: 20 }, (_, x) => '▁▂▃▄▅▆▇█'[(x * x + each.at) % 8]).join('');
              const slid =
                lines.indexOf(`|${course}|`) === -1 ? course : `${course.slice(each.by)}${'-'.repeat(each.by)}`;
              lines = lines.with(each.at, `|${slid}|`);
            }
            if (each.kind === 'resize') {
              target.emulator.resize(each.columns, each.rows);
              target.columns = each.columns;
              target.rows = each.rows;
              painter.invalidate();
            }
            if (each.kind === 'busy') target.busy = each.busy;
            if (!target.busy) target.drain();
            painter.show(lines.join('\n'));
          }
          target.drain();
          await painter.idle();
          assert.deepEqual(await grid(target), await whole(lines.join('\n'), target.columns, target.rows));
          target.emulator.dispose();
        },
      ),
      { numRuns: 150 },
    );
  });

  test('a frame that is the same costs nothing', () => {
    const target = bench(20, 3);
    const painter = createFramePainter(target, createStandIns());
    painter.show('one\ntwo');
    painter.show('one\ntwo');
    assert.equal(target.written.length, 1);
    target.emulator.dispose();
  });

  test('one changed cell costs a move and the cell', () => {
    const target = bench(20, 3);
    const painter = createFramePainter(target, createStandIns());
    painter.show('latency 10ms');
    painter.show('latency 11ms');
    assert.equal(target.written[1], '\x1b[?2026h\x1b[1;10H1\x1b[?2026l');
    target.emulator.dispose();
  });

  test('a list that rolls is rolled by the terminal, and only its new row is written', async () => {
    const target = bench(40, 10);
    const painter = createFramePainter(target, createStandIns());
    const rows = [
      ...[
        'GET /cart',
        'POST /orders',
        'DELETE /item/7',
        'GET /',
        'PUT /basket',
        'GET /healthy',
        'PATCH /me',
        'HEAD /x',
        'GET /y',
      ],
    ].map((text, n) => `${text} ${n * n} from ${text.slice(-3)}`);
    painter.show(['http', ...rows.slice(0, 8), 'foot'].join('\n'));
    painter.show(['http', ...rows.slice(1, 9), 'foot'].join('\n'));
    assert.equal(target.written[1], `\x1b[?2026h\x1b[2;9r\x1b[2;1H\x1b[1M\x1b[r\x1b[9;1H${rows[8]}\x1b[?2026l`);
    assert.match((await grid(target)).at(-1) ?? '', /^f0/);
    target.emulator.dispose();
  });

  test('a block that moved is painted in place when its rows are much alike', () => {
    const target = bench(60, 10);
    const painter = createFramePainter(target, createStandIns());
    const rows = Array.from(
      { length: 40 },
      (_, n) => `10:00:0${n % 10}  load/generator  shop/frontend  GET /cart  200 ok`,
    );
    painter.show(rows.slice(0, 10).join('\n'));
    painter.show(rows.slice(6, 16).join('\n'));
    assert.ok((target.written[1] ?? '').length < 10 * 10 + 16, target.written[1]);
    target.emulator.dispose();
  });

  test('a chart that moves on is moved by the terminal, what stands beside it stays', async () => {
    const target = bench(60, 3);
    const painter = createFramePainter(target, createStandIns());
    const course = (from: number) =>
      Array.from({ length: 40 }, (_, x) => '▁▂▃▄▅▆▇█'[((from + x) * (from + x + 3)) % 7]).join('');
    painter.show(`p99 │${course(0)}│ 12ms`);
    painter.show(`p99 │${course(2)}│ 12ms`);
    assert.ok((target.written[1] ?? '').length < 60, target.written[1]);
    await grid(target);
    assert.equal(target.emulator.buffer.active.getLine(0)?.translateToString(true), `p99 │${course(2)}│ 12ms`);
    target.emulator.dispose();
  });

  test('symbols that some terminals draw wider cost no more than themselves and their neighbour', () => {
    const target = bench(40, 2);
    const painter = createFramePainter(target, createStandIns());
    painter.show('│ frontend │────▶│ ● catalog │  1.2/s');
    painter.show('│ frontend │────▶│ ● catalog │  1.3/s');
    assert.equal(target.written[1], '\x1b[?2026h\x1b[1;35H3\x1b[?2026l');
    painter.show('│ frontend │────▶│ ▲ catalog │  1.3/s');
    assert.equal(target.written[2], '\x1b[?2026h\x1b[1;20H▲\x1b[21G \x1b[?2026l');
    target.emulator.dispose();
  });

  test('colours are not changed for blanks', () => {
    const target = bench(40, 1);
    const painter = createFramePainter(target, createStandIns());
    painter.show('\x1b[31m200 \x1b[39m \x1b[31mok\x1b[39m');
    assert.equal((target.written[0] ?? '').split('m').length - 1, 2);
    target.emulator.dispose();
  });

  test('rows of many colours are written colour by colour', async () => {
    const target = bench(40, 8);
    const painter = createFramePainter(target, createStandIns());
    const rows = (n: number) =>
      Array.from(
        { length: 8 },
        (_, y) => `\x1b[38;5;80m${n}${y}\x1b[39m GET \x1b[38;5;203m${n + 1}${y}\x1b[39m ok${n}`,
      ).join('\n');
    painter.show(rows(1));
    painter.show(rows(3));
    const changes = target.written.map((bytes) => bytes.split('m').length - 1);
    assert.deepEqual(changes, [32, 3]);
    assert.deepEqual(await grid(target), await whole(rows(3), 40, 8));
    target.emulator.dispose();
  });

  test('while the terminal is busy frames are left out, and the newest is painted after', async () => {
    const target = bench(20, 2);
    const painter = createFramePainter(target, createStandIns());
    painter.show('a');
    target.busy = true;
    for (const text of ['b', 'c', 'd']) painter.show(text);
    assert.equal(target.written.length, 1);
    target.drain();
    await painter.idle();
    assert.equal(target.written.length, 2);
    assert.match(target.written[1] ?? '', /d/);
    target.emulator.dispose();
  });

  test('what stands for a line is put in its place, over blanks only', async () => {
    const target = bench(12, 2);
    const standIns = createStandIns();
    const painter = createFramePainter(target, standIns);
    const side = standIns.claim();
    const body = standIns.claim();
    standIns.set(side, ['\x1b[34m|\x1b[39m', '\x1b[34m|\x1b[39m']);
    standIns.set(body, ['too long for its place', 'second']);
    painter.show(`${side}${body}       ${side}`);
    const { active } = target.emulator.buffer;
    await grid(target);
    assert.equal(active.getLine(0)?.translateToString(true), '|too long|');
    assert.equal(active.getLine(1)?.translateToString(true), '|second  |');
    target.emulator.dispose();
  });

  test('nothing is written between leaving the screen and taking it again', () => {
    const target = bench(12, 2);
    const painter = createFramePainter(target, createStandIns());
    painter.show('a');
    painter.stop();
    painter.show('b');
    assert.equal(target.written.length, 1);
    painter.start();
    painter.show('b');
    assert.equal(target.written.length, 2);
    target.emulator.dispose();
  });
});
