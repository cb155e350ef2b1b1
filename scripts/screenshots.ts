/**
 * Takes the pictures of README.md and docs from the running product on live captured traffic.
 * Needs root and eBPF. `npm run screenshots [name…]` writes docs/screenshots/<name>.svg.
 */
import { writeFileSync } from 'node:fs';
import { toSvg } from '../test/terminal/picture.ts';
import { openTerminal, type PersonAtTerminal } from '../test/terminal/terminal.ts';

interface Shot {
  readonly name: string;
  readonly columns: number;
  readonly rows: number;
  /** Keys to press and what to wait for before the picture is taken. */
  readonly take: (person: PersonAtTerminal) => Promise<void>;
}

const rowsOnScreen = /HTTP\/1\.1|GET/;

const shots: readonly Shot[] = [
  {
    name: 'http',
    columns: 140,
    rows: 36,
    take: async (person) => {
      await person.waitFor(rowsOnScreen);
      await pause(9_000);
    },
  },
  {
    name: 'http-80x24',
    columns: 80,
    rows: 24,
    take: async (person) => {
      await person.waitFor(rowsOnScreen);
      await pause(5_000);
    },
  },
  {
    name: 'exchange',
    columns: 140,
    rows: 44,
    take: async (person) => {
      await person.waitFor(rowsOnScreen);
      await pause(4_000);
      person.press('/method=POST resp_body_size>0\r');
      await pause(3_000);
      person.press('\r');
      await person.waitFor(/content-type/i);
      await pause(1_000);
    },
  },
  {
    name: 'agents',
    columns: 140,
    rows: 36,
    take: async (person) => {
      await person.waitFor(rowsOnScreen);
      await pause(3_000);
      person.press(':agents\r');
      await pause(2_500);
    },
  },
  {
    name: 'help',
    columns: 140,
    rows: 44,
    take: async (person) => {
      await person.waitFor(rowsOnScreen);
      person.press('?');
      await pause(1_500);
    },
  },
];

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function main(wanted: readonly string[]): Promise<void> {
  for (const shot of shots) {
    if (wanted.length > 0 && !wanted.includes(shot.name)) continue;
    const person = openTerminal(process.execPath, ['dist/kelpie.js', 'demo'], {
      columns: shot.columns,
      rows: shot.rows,
      env: { COLORTERM: 'truecolor' },
    });
    try {
      await shot.take(person);
      writeFileSync(`docs/screenshots/${shot.name}.svg`, toSvg(person.emulator, 'kelpie'));
      console.log(`docs/screenshots/${shot.name}.svg`);
    } finally {
      person.press('\x03');
      await Promise.race([person.exited, pause(5_000)]);
      person.kill('SIGKILL');
    }
  }
}

await main(process.argv.slice(2));
