/** The terminal part as text. */
import { quantile, summarize } from '../stats.ts';
import { mebibytes, range, renderTable } from '../table.ts';
import type { PaintFigures, TerminalFigures } from './figures.ts';

export function terminalReport(figures: TerminalFigures): string {
  const { columns, rows, starts, quiet, busy, keys, underLoad, toScreen, leftOut } = figures;
  const floor = summarize(starts[0]?.ms ?? [])?.median;
  const stretches = [...quiet, ...(busy ? [busy] : [])];
  const sections = [
    `Terminal: ${columns}×${rows} in a pseudo terminal; a full repaint of its cells is ${columns * rows} bytes or more`,
    renderTable(
      ['exec → first rows', 'ms', '× floor'],
      starts.map(({ what, ms }) => {
        const found = summarize(ms);
        return [what, range(found, 0), found && floor ? (found.median / floor).toFixed(1) : '–'];
      }),
    ),
    renderTable(
      ['nobody presses a key', 'bytes/s', 'paints/s', 'bytes/paint', '× ideal', 'CPU %'],
      stretches.map(stretchRow),
    ),
    renderTable(
      ['keypress → painted', 'p50 ms', 'p99 ms', 'max ms', 'keys', 'unseen'],
      [...keys, ...(underLoad ? [underLoad] : [])].map(({ what, ms, unseen }) => [
        what,
        ...tail(ms),
        String(ms.length),
        String(unseen),
      ]),
    ),
  ];
  if (busy) {
    const memory = [busy.rssStart, busy.rssEnd, busy.peakRss].map((bytes) => mebibytes(summarize([bytes])));
    const [start, end, peak] = memory;
    sections.push(
      `busy: ${busy.rowsPerSecond.toFixed(0)} rows/s taken for ${busy.seconds.toFixed(0)} s; resident memory ${start} MiB at the start, ${end} at the end, ${peak} at most`,
    );
  }
  if (underLoad)
    sections.push(
      `${underLoad.answered.toFixed(0)} exchanges/s captured: CPU of the terminal ${(underLoad.cpuShare * 100).toFixed(0)} % of a core, resident memory ${mebibytes(summarize([underLoad.rss]))} MiB after`,
    );
  if (toScreen)
    sections.push(
      renderTable(
        ['request → row on screen', 'p50 ms', 'p99 ms', 'max ms'],
        [['live capture, one request at a time', ...tail(toScreen)]],
      ),
    );
  if (leftOut.length) sections.push(`left out:\n${leftOut.map((each) => `  ${each}`).join('\n')}`);
  return sections.join('\n\n');
}

function stretchRow({ what, seconds, bytes, paints, cpuShare }: PaintFigures): string[] {
  const ideal = paints.reduce((sum, paint) => sum + paint.ideal, 0);
  return [
    what,
    (bytes / seconds).toFixed(0),
    (paints.length / seconds).toFixed(1),
    range(summarize(paints.map((paint) => paint.bytes)), 0),
    ideal > 0 ? (bytes / ideal).toFixed(2) : '–',
    (cpuShare * 100).toFixed(1),
  ];
}

function tail(ms: readonly number[]): string[] {
  const sorted = [...ms].sort((a, b) => a - b);
  return [0.5, 0.99, 1].map((q) => quantile(sorted, q)?.toFixed(1) ?? '–');
}
