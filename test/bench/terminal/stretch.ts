/** A stretch of time of a program at a terminal, nobody pressing a key: what it writes and what it costs. */
import { treeCpuMs } from '../cpu.ts';
import type { PaintFigures } from './figures.ts';
import type { MeteredTerminal } from './metered.ts';
import { collectPaints } from './paints.ts';

export async function measureStretch(terminal: MeteredTerminal, what: string, seconds: number): Promise<PaintFigures> {
  const written = () => terminal.arrivals.reduce((sum, arrival) => sum + arrival.bytes, 0);
  const before = { bytes: written(), cpu: treeCpuMs(terminal.pid), at: performance.now() };
  const paints = await collectPaints(terminal, seconds * 1000);
  const elapsed = performance.now() - before.at;
  return {
    what,
    seconds: elapsed / 1000,
    bytes: written() - before.bytes,
    paints,
    cpuShare: (treeCpuMs(terminal.pid) - before.cpu) / elapsed,
  };
}
