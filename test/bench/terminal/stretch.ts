/** A stretch of time of a program at a terminal, nobody pressing a key: what it writes and what it costs. */
import { treeCpuMs } from '../cpu.ts';
import type { PaintFigures } from './figures.ts';
import type { MeteredTerminal } from './metered.ts';
import { collectPaints } from './paints.ts';

/** @param cpuMs CPU time so far that counts; default: the program's and that of all below it */
export async function measureStretch(
  terminal: MeteredTerminal,
  what: string,
  seconds: number,
  cpuMs = () => treeCpuMs(terminal.pid),
): Promise<PaintFigures> {
  const written = () => terminal.arrivals.reduce((sum, arrival) => sum + arrival.bytes, 0);
  const before = { bytes: written(), cpu: cpuMs(), at: performance.now() };
  const paints = await collectPaints(terminal, seconds * 1000);
  const elapsed = performance.now() - before.at;
  return {
    what,
    seconds: elapsed / 1000,
    bytes: written() - before.bytes,
    paints,
    cpuShare: (cpuMs() - before.cpu) / elapsed,
  };
}
