/** The capture part as text. */
import type { CaptureResult } from './capture.ts';
import { figuresOf } from './capture-figures.ts';
import { contenders } from './contenders/all.ts';
import { counts, mebibytes, range, renderTable, share } from './table.ts';
import type { Turn } from './turn.ts';

const header = [
  'contender',
  'captured/sent',
  'CPU ms/1k',
  '× kelpie',
  'idle CPU %',
  'server CPU ×',
  'both ends ×',
  'MiB',
  'lost',
];

export function captureReport(
  { turns, saturation, leftOut }: CaptureResult,
  title = 'Capture: median (min–max) over the rounds',
): string {
  const figures = figuresOf(turns, contenders);
  const rates = [...new Set(figures.map((each) => each.rate))];
  const tables = rates.map((rate) => {
    const own = figures.filter((each) => each.rate === rate);
    const rows = own.map((each) => [
      each.title,
      share(each.share),
      range(each.cpuPer1k, 2),
      range(each.cpuToKelpie, 2),
      range(each.idlePercent, 1),
      range(each.serverRatio, 2),
      range(each.bothEndsRatio, 2),
      mebibytes(each.memory),
      each.failures.length
        ? `failed ${each.failures.length}×: ${each.failures[0]?.split('\n')[0]}`
        : counts(each.losses),
    ]);
    const reached = range(own.find((each) => each.contender === 'nothing')?.achieved, 0);
    return `${rate} requests/s asked for, ${reached} reached with nothing attached\n\n${renderTable(header, rows)}`;
  });
  return [
    title,
    ...tables,
    ...(saturation.length ? [saturationReport(saturation)] : []),
    ...(leftOut.length ? [`left out: ${leftOut.join('; ')}`] : []),
  ].join('\n\n');
}

function saturationReport(turns: readonly Turn[]): string {
  const rows = turns.map((turn) => [
    turn.contender,
    turn.rate ? String(turn.rate) : 'no limit',
    turn.failure ? 'failed' : turn.achieved.toFixed(0),
    share(turn.completeness?.share),
    turn.failure ?? counts(turn.losses),
  ]);
  const best = [...new Set(turns.map((turn) => turn.contender))].map((name) => `${name} ${highest(turns, name)}`);
  return [
    'Highest rate',
    renderTable(['contender', 'asked/s', 'answered/s', 'captured/sent', 'lost'], rows.sort(byName)),
    `captured without loss up to (exchanges/s): ${best.join(', ')}`,
  ].join('\n\n');
}

const byName = (a: readonly string[], b: readonly string[]) => (a[0] ?? '').localeCompare(b[0] ?? '');

function highest(turns: readonly Turn[], name: string): string {
  const complete = turns.filter((turn) => turn.contender === name && turn.completeness?.share === 1);
  return complete.length ? Math.max(...complete.map((turn) => turn.achieved)).toFixed(0) : 'none';
}
