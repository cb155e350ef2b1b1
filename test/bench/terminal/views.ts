/** What each screen costs while data flows: the demo captured live, four ticks a second, nobody pressing a key. */
import { processCpuMs } from '../cpu.ts';
import { product } from '../kelpie/product.ts';
import { type Scope, sleep } from '../scope.ts';
import type { PaintFigures } from './figures.ts';
import { type MeteredOptions, openMetered } from './metered.ts';
import { measureStretch } from './stretch.ts';

/** Commands of the screens, as typed after `:`. */
export const screens = ['pulse', 'svc', 'pods', 'map', 'flows', 'http', 'latency', 'endpoints', 'dns', 'conns'];

/** Seconds of traffic before the first screen is measured: sparklines have their points, services their columns. */
const runInSeconds = 20;

export interface ViewPlan {
  readonly size: MeteredOptions;
  /** Of each screen. */
  readonly seconds: number;
  readonly refreshMs: number;
  readonly runInSeconds?: number;
}

/**
 * Bytes, paints and CPU of each screen of `kelpie demo`. The CPU is the terminal's alone: the agent and the demo's pods are
 * processes of their own below it.
 */
export async function measureViews(views: readonly string[], plan: ViewPlan, scope: Scope): Promise<PaintFigures[]> {
  const command = [process.execPath, product.cli, 'demo', '-c', 'http', '--refresh', `${plan.refreshMs}ms`];
  const terminal = openMetered(command, plan.size);
  scope.defer('demo', terminal.close);
  await terminal.whenShown((screen) => screen.some((line) => /\b(GET|POST)\b/.test(line)), 30_000);
  await sleep((plan.runInSeconds ?? runInSeconds) * 1_000);
  const figures: PaintFigures[] = [];
  for (const view of views) {
    terminal.press(':');
    await sleep(150);
    terminal.press(`${view}\r`);
    // The first frame of a screen is not a tick, and the map takes a moment to be laid out.
    await sleep(2_500);
    const cpuMs = () => processCpuMs(terminal.pid);
    figures.push(await measureStretch(terminal, `:${view}`, plan.seconds, cpuMs));
  }
  return figures;
}
