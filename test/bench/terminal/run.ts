/** Part 2: what the terminal costs and how fast it answers, at 200×50 in a pseudo terminal. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installed } from '../contenders/installed.ts';
import { processMemory } from '../cpu.ts';
import type { BenchOptions } from '../flags.ts';
import { product } from '../kelpie/product.ts';
import type { Lab } from '../lab/lab.ts';
import { type Scope, sleep } from '../scope.ts';
import type { BusyFigures, KeyFigures, PaintFigures, StartFigures, TerminalFigures } from './figures.ts';
import { measureKeys } from './keys.ts';
import { type MeteredTerminal, openMetered } from './metered.ts';
import { makeRecording } from './recording.ts';
import { type RowServer, startRowServer } from './start-row-server.ts';
import { measureStretch } from './stretch.ts';
import { pathMark } from './synthetic-rows.ts';
import { measureToScreen } from './to-screen.ts';
import { measureUnderLoad } from './under-load.ts';

const size = { columns: 200, rows: 50 };
const rowsShow = (mark: string) => (screen: readonly string[]) => screen.some((line) => line.includes(mark));

export async function runTerminal(
  lab: Lab | undefined,
  options: BenchOptions,
  scope: Scope,
  say: (line: string) => void,
): Promise<TerminalFigures> {
  const folder = mkdtempSync(join(tmpdir(), 'kelpie-bench-rows-'));
  scope.defer('terminal folder', () => rmSync(folder, { recursive: true, force: true }));
  const leftOut: string[] = [];
  /** Runs one measurement; its failure is noted and the others go on. */
  const attempt = async <Result>(
    what: string,
    measure: (inner: Scope) => Promise<Result>,
  ): Promise<Result | undefined> => {
    say(`terminal: ${what}`);
    const inner = scope.child();
    try {
      return await measure(inner);
    } catch (error) {
      leftOut.push(`${what}: ${error instanceof Error ? error.message : String(error)}`);
      return undefined;
    } finally {
      await inner.close();
    }
  };

  const server = await startRowServer(folder, scope);
  const kelpie = [process.execPath, product.cli, '-c', 'http', '--agents', server.address];
  const starts = await measureStarts(kelpie, server, lab, options.smoke ? 1 : 7, attempt);
  const quiet: PaintFigures[] = [];
  const keys: KeyFigures[] = [];
  const quietSeconds = options.smoke ? 2 : 15;
  const watching = await attempt('kelpie, quiet and busy', async (inner) => {
    const terminal = openMetered(kelpie, size);
    inner.defer('terminal', terminal.close);
    server.setRate(20);
    await terminal.whenShown(rowsShow(pathMark));
    server.setRate(0);
    await sleep(options.smoke ? 1_500 : 4_000);
    quiet.push(await measureStretch(terminal, 'kelpie, no row arrives', quietSeconds));
    return measureBusy(terminal, server, options, keys);
  });
  await attempt('top', async (inner) => {
    if (!installed('top')) throw new Error('not installed');
    const terminal = openMetered(['top', '-d', '1'], size);
    inner.defer('top', terminal.close);
    await sleep(2_000);
    quiet.push(await measureStretch(terminal, 'top -d 1', quietSeconds));
  });
  await attempt('the floor of key to paint', async (inner) => {
    const terminal = openMetered(['cat'], size);
    inner.defer('cat', terminal.close);
    await sleep(200);
    const plan = { count: options.smoke ? 8 : 80, open: '', shut: '\r' };
    keys.push(await measureKeys(terminal, 'echo of the pseudo terminal (floor)', plan));
  });
  const toScreen =
    lab && (await attempt('request to screen', (inner) => measureToScreen(lab, options.smoke ? 2 : 20, size, inner)));
  const heavy = options.smoke ? { rate: 2_000, keys: 8 } : { rate: 40_000, keys: 200 };
  const underLoad = lab && (await attempt('keys under load', (inner) => measureUnderLoad(lab, heavy, size, inner)));
  if (!lab) leftOut.push('request to screen, keys under load, replay of a recording: need live capture');
  say(server.asked().trim());
  return { ...size, starts, quiet, busy: watching, keys, underLoad, toScreen, leftOut };
}

type Attempt = <Result>(what: string, measure: (inner: Scope) => Promise<Result>) => Promise<Result | undefined>;

async function measureStarts(
  kelpie: readonly string[],
  server: RowServer,
  lab: Lab | undefined,
  times: number,
  attempt: Attempt,
): Promise<StartFigures[]> {
  const recording = lab && (await attempt('a recording', (inner) => makeRecording(lab, inner)));
  const subjects: { what: string; command: readonly string[]; mark: string }[] = [
    { what: 'node, printing a word (floor)', command: [process.execPath, '-e', 'console.log("floor")'], mark: 'floor' },
    { what: 'kelpie --agents', command: kelpie, mark: pathMark },
  ];
  if (recording) {
    const command = [process.execPath, product.cli, 'replay', '-c', 'http', recording];
    subjects.push({ what: 'kelpie replay', command, mark: '/item/' });
  }
  server.setRate(20);
  const found = new Map<string, number[]>();
  for (let round = 0; round < times; round += 1) {
    for (const { what, command, mark } of subjects) {
      const ms = await attempt(`${what}, start ${round + 1}`, async (inner) => {
        const terminal = openMetered(command, size);
        inner.defer(what, terminal.close);
        return (await terminal.whenShown(rowsShow(mark))) - terminal.started;
      });
      if (ms !== undefined) found.set(what, [...(found.get(what) ?? []), ms]);
    }
  }
  return [...found].map(([what, ms]) => ({ what, ms }));
}

async function measureBusy(
  terminal: MeteredTerminal,
  server: RowServer,
  { rows, terminalSeconds, smoke }: BenchOptions,
  keys: KeyFigures[],
): Promise<BusyFigures> {
  server.setRate(rows);
  await sleep(smoke ? 500 : 3_000);
  const before = { rows: await server.sent(), at: performance.now(), rss: processMemory(terminal.pid).rss };
  const stretch = await measureStretch(terminal, `kelpie, ${rows} rows/s arrive`, terminalSeconds);
  const rowsPerSecond = ((await server.sent()) - before.rows) / ((performance.now() - before.at) / 1000);
  const memory = processMemory(terminal.pid);
  const plan = { count: smoke ? 8 : 200, open: ':', shut: '\x1b' };
  keys.push(await measureKeys(terminal, `kelpie, prompt, ${Math.round(rowsPerSecond)} rows/s arrive`, plan));
  server.setRate(0);
  await sleep(smoke ? 300 : 2_000);
  keys.push(await measureKeys(terminal, 'kelpie, prompt, no row arrives', plan));
  return { ...stretch, rowsPerSecond, rssStart: before.rss, rssEnd: memory.rss, peakRss: memory.peak };
}
