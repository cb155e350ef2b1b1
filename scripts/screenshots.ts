/**
 * Takes the pictures of README.md and docs from the running product on live captured traffic: one run of the demo, its terminal
 * resized for each picture. Needs root and eBPF; takes about four minutes.
 *
 *     node --import tsx scripts/screenshots.ts [name…]     writes docs/screenshots/<name>.svg
 */
import { writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { toSvg } from '../test/terminal/picture.ts';
import { openTerminal, type PersonAtTerminal } from '../test/terminal/terminal.ts';

interface Shot {
  readonly name: string;
  readonly columns: number;
  readonly rows: number;
  /** What is typed, with what must be on the screen before the next; ends with what the picture is about. */
  readonly steps: readonly (readonly [keys: string, shown: RegExp])[];
  /** So long, ms, it is left to fill before the picture is taken. */
  readonly settleMs?: number;
}

const enter = '\r';
const leave = '\x1b';
const tab = '\t';
const down = '\x1b[B';
const [wide, small] = [
  { columns: 140, rows: 36 },
  { columns: 80, rows: 24 },
];
const command = (text: string) => `:${text}${enter}`;

const shots: readonly Shot[] = [
  {
    name: 'map',
    columns: 200,
    rows: 50,
    steps: [[command('map'), /map\(all\)\[\d+ edges\]/]],
    settleMs: 4_000,
  },
  { name: 'svc', ...wide, rows: 18, steps: [[command('svc'), /svc\(all\)\[\d+\]/]] },
  { name: 'pods', ...wide, rows: 18, steps: [[command('pods'), /pods\(all\)\[\d+\]/]] },
  { name: 'http', ...wide, steps: [[command('http'), /http\(all\).*/]], settleMs: 3_000 },
  {
    name: 'exchange',
    columns: 140,
    rows: 48,
    steps: [
      [command('http /path=/checkout status=201'), /POST +\/checkout/],
      [enter, /content-type/i],
    ],
  },
  {
    name: 'latency',
    ...wide,
    steps: [
      [command('http /'), /http\(/],
      [command('svc'), /svc\(all\)\[\d+\]/],
      ['gt', /latency\(.*\).*\n/],
    ],
  },
  { name: 'heatmap', ...wide, steps: [[`${tab}${tab}`, /heatmap/]] },
  { name: 'endpoints', ...wide, steps: [[command('endpoints'), /endpoints\(all\)\[\d+\]/]] },
  { name: 'flows', ...wide, rows: 32, steps: [[command('flows'), /flows\(all\)\[\d+\]/]] },
  { name: 'dns', ...wide, rows: 32, steps: [[command('dns'), /dns\(all\)\[[\d,]+\]/]], settleMs: 3_000 },
  { name: 'errors', ...wide, rows: 32, steps: [[command('errors'), /errors\(all\)\[[\d,]+\]/]], settleMs: 2_000 },
  { name: 'pulse', columns: 190, rows: 46, steps: [[command('pulse'), /pulse\(all\)\[.*against/]], settleMs: 3_000 },
  { name: 'agents', ...wide, rows: 32, steps: [[command('agents'), /agents\[\d+\]/]] },
  {
    name: 'help',
    ...wide,
    steps: [
      [command('http'), /http\(/],
      ['?', /help\(http\)/],
    ],
  },
  { name: 'http-80x24', ...small, steps: [[`${leave}${command('http')}f`, /http\(all\)/]], settleMs: 2_000 },
  { name: 'svc-80x24', ...small, steps: [[command('svc'), /svc\(all\)\[\d+\]/]] },
  { name: 'map-80x24', ...small, steps: [[`${command('map')}${down}`, /map\(all\)/]] },
];

/** The demo’s troubles have all happened once by then, and there are two minutes to compare. */
const warmUpMs = 125_000;

async function main(wanted: readonly string[]): Promise<void> {
  const person = openTerminal(process.execPath, ['dist/kelpie.js', 'demo', '-c', 'http'], {
    ...wide,
    env: { COLORTERM: 'truecolor' },
  });
  try {
    await person.waitFor(/GET/);
    await pause(warmUpMs);
    for (const shot of shots) {
      if (wanted.length === 0 || wanted.includes(shot.name)) await take(person, shot);
    }
  } finally {
    person.press('\x03');
    await Promise.race([person.exited, pause(5_000)]);
    person.kill('SIGKILL');
  }
}

async function take(person: PersonAtTerminal, shot: Shot): Promise<void> {
  person.resize(shot.columns, shot.rows);
  await pause(300);
  for (const [keys, shown] of shot.steps) {
    person.press(keys);
    await person.waitFor(shown, 20_000);
  }
  await pause(shot.settleMs ?? 1_500);
  // Between two updates, not in the middle of one.
  await person.waitFor(() => !person.emulator.modes.synchronizedOutputMode);
  const file = `docs/screenshots/${shot.name}.svg`;
  writeFileSync(file, toSvg(person.emulator, 'kelpie'));
  console.log(file);
}

await main(process.argv.slice(2));
