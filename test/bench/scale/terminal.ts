/** The built terminal on the simulated cluster, in a pseudo terminal: start, screens, keys, memory. */
import { processCpuMs, processMemory } from '../cpu.ts';
import { product } from '../kelpie/product.ts';
import { type Scope, sleep } from '../scope.ts';
import type { KeyFigures } from '../terminal/figures.ts';
import { measureKeys } from '../terminal/keys.ts';
import { linesOf, type MeteredTerminal, openMetered } from '../terminal/metered.ts';
import type { Simulated } from './processes.ts';

export interface TerminalPlan {
  readonly agents: number;
  /** Agents that shall be up. */
  readonly up: number;
  readonly screens: readonly string[];
  readonly secondsOfScreen: number;
  readonly keysOfScreen: number;
}

export interface ScaleFigures {
  /** From before the fork, ms. */
  readonly firstFrameMs: number;
  readonly firstRowsMs: number;
  readonly allUpMs: number;
  readonly screens: readonly ScreenFigures[];
  /** Resident memory: when all were up, at the end, at most. */
  readonly rssStart: number;
  readonly rssEnd: number;
  readonly peakRss: number;
  /** What the agents' lines carried to the terminal, bytes a second. */
  readonly bytesPerSecond: number;
}

export interface ScreenFigures extends KeyFigures {
  /** Share of a core, nobody pressing a key. */
  readonly cpuShare: number;
  readonly rss: number;
}

const size = { columns: 200, rows: 50 };

export async function measureTerminal(cluster: Simulated, plan: TerminalPlan, scope: Scope): Promise<ScaleFigures> {
  const command = [process.execPath, ...profileFlags(), product.cli, '--kubeconfig', cluster.kubeconfig, '-c', 'pods'];
  const terminal = openMetered([...command, '--refresh', '1s'], size);
  scope.defer('terminal', async () => {
    // A profile takes a while to be written.
    if (profileFlags().length > 0) {
      terminal.press('\x03');
      await Promise.race([terminal.exited, sleep(20_000)]);
    }
    await terminal.close();
  });
  const shown = async (what: RegExp, ms: number) =>
    (await terminal.whenShown((screen) => screen.some((line) => what.test(line)), ms)) - terminal.started;
  const firstFrameMs = await shown(/Agents|\d+\/\d+ up/, 60_000);
  const firstRowsMs = await shown(/(shop|load)-\d+\/\S+-/, 60_000);
  const allUpMs = await shown(new RegExp(`\\b${plan.up}/${plan.agents} up`), 60_000);
  const rssStart = processMemory(terminal.pid).rss;
  // Names and what the agents kept come in meanwhile.
  await sleep(plan.secondsOfScreen * 1_000);
  const from = { at: performance.now(), bytes: await forwarded(cluster) };
  const screens: ScreenFigures[] = [];
  for (const screen of plan.screens) screens.push(await measureScreen(terminal, screen, plan));
  const bytesPerSecond = ((await forwarded(cluster)) - from.bytes) / ((performance.now() - from.at) / 1_000);
  const { rss, peak } = processMemory(terminal.pid);
  return { firstFrameMs, firstRowsMs, allUpMs, screens, rssStart, rssEnd: rss, peakRss: peak, bytesPerSecond };
}

async function measureScreen(terminal: MeteredTerminal, screen: string, plan: TerminalPlan): Promise<ScreenFigures> {
  terminal.press(':');
  await sleep(200);
  terminal.press(`${screen}\r`);
  await sleep(3_000);
  const from = { cpu: processCpuMs(terminal.pid), at: performance.now() };
  await sleep(plan.secondsOfScreen * 1_000);
  const cpuShare = (processCpuMs(terminal.pid) - from.cpu) / (performance.now() - from.at);
  if (process.env.KELPIE_BENCH_SCREENS) process.stderr.write(`${linesOf(terminal.emulator).join('\n')}\n`);
  const keys = await measureKeys(terminal, `:${screen}`, { count: plan.keysOfScreen, open: ':', shut: '\x1b' });
  return { ...keys, cpuShare, rss: processMemory(terminal.pid).rss };
}

async function forwarded({ api }: Simulated): Promise<number> {
  return (JSON.parse(await api.ask('count')) as { readonly forwarded: { readonly out: number } }).forwarded.out;
}

/** KELPIE_BENCH_PROFILE: a folder for CPU profiles of the terminal; figures of such a run are to be left out. */
function profileFlags(): readonly string[] {
  const folder = process.env.KELPIE_BENCH_PROFILE;
  return folder ? ['--cpu-prof', '--cpu-prof-dir', folder] : [];
}
