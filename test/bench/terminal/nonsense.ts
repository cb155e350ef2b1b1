/** What in the terminal's figures cannot be true, in words; empty = nothing. Speed is never judged here. */
import type { TerminalFigures } from './figures.ts';

export function terminalNonsense({ starts, quiet, busy, keys, leftOut }: TerminalFigures): string[] {
  const found = leftOut.filter((each) => !each.includes('need live capture') && !each.startsWith('top'));
  if (!starts.some(({ what, ms }) => what.startsWith('kelpie') && ms.length > 0))
    found.push('the terminal never started');
  for (const { what, ms } of starts) {
    if (ms.some((each) => !(each > 1))) found.push(`${what}: up within a millisecond`);
  }
  if (quiet.length === 0) found.push('nothing was measured while quiet');
  for (const { what, cpuShare } of [...quiet, ...(busy ? [busy] : [])]) {
    if (!(cpuShare >= 0)) found.push(`${what}: no CPU figure`);
  }
  if (busy && !(busy.rowsPerSecond > 0)) found.push('no row reached the busy terminal');
  if (busy && busy.bytes === 0) found.push('the busy terminal painted nothing');
  if (busy && !(busy.peakRss > 0)) found.push('the terminal used no memory');
  for (const { what, ms, unseen } of keys) {
    if (ms.length === 0) found.push(`${what}: no key had an effect (${unseen} pressed)`);
  }
  return found.map((each) => `terminal: ${each}`);
}
