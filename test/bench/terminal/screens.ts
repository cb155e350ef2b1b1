/** Each screen of the live demo at 200×50: four ticks a second for CPU, one a second for the bytes of a tick full of new data. */
import type { BenchOptions } from '../flags.ts';
import type { Scope } from '../scope.ts';
import { quantile } from '../stats.ts';
import { renderTable } from '../table.ts';
import type { PaintFigures } from './figures.ts';
import { measureViews, screens } from './views.ts';

export interface ScreensFigures {
  readonly fast: readonly PaintFigures[];
  readonly calm: readonly PaintFigures[];
}

const size = { columns: 200, rows: 50 };

export async function runScreens(
  { smoke }: BenchOptions,
  scope: Scope,
  say: (line: string) => void,
): Promise<ScreensFigures> {
  const run = async (refreshMs: number): Promise<PaintFigures[]> => {
    say(`screens of the demo, a tick every ${refreshMs} ms`);
    const inner = scope.child();
    try {
      const views = smoke ? ['http'] : screens;
      const plan = { size, refreshMs, seconds: smoke ? 1.5 : 12, runInSeconds: smoke ? 1 : 60 };
      return await measureViews(views, plan, inner);
    } finally {
      await inner.close();
    }
  };
  return { fast: await run(250), calm: smoke ? [] : await run(1_000) };
}

export function screensReport({ fast, calm }: ScreensFigures): string {
  const table = (title: string, figures: readonly PaintFigures[]) =>
    renderTable([title, 'ticks', 'bytes p50', 'bytes max', '× ideal', 'CPU %'], figures.map(rowOf));
  return [
    'Screens of the live demo, 200×50, nobody presses a key; CPU is the terminal alone',
    ...(fast.length ? [table('four ticks a second', fast)] : []),
    ...(calm.length ? [table('a tick a second', calm)] : []),
  ].join('\n\n');
}

function rowOf({ what, paints, bytes, cpuShare }: PaintFigures): string[] {
  const sorted = paints.map((paint) => paint.bytes).sort((a, b) => a - b);
  const ideal = paints.reduce((sum, paint) => sum + paint.ideal, 0);
  const cut = (q: number) => quantile(sorted, q)?.toFixed(0) ?? '–';
  return [
    what,
    String(paints.length),
    cut(0.5),
    cut(1),
    ideal > 0 ? (bytes / ideal).toFixed(2) : '–',
    (cpuShare * 100).toFixed(1),
  ];
}
