/** The scale part as text, and what in it cannot be true. */
import { quantile } from '../stats.ts';
import { renderTable } from '../table.ts';
import type { ScaleResult } from './run.ts';

const mib = (bytes: number) => (bytes / 2 ** 20).toFixed(0);

export function scaleReport({ agents, pods, runs, names, complete }: ScaleResult): string {
  const base = runs[0]?.figures;
  const cut = (ms: readonly number[], q: number) =>
    quantile(
      [...ms].sort((a, b) => a - b),
      q,
    ) ?? Number.NaN;
  return [
    `Scale: a terminal at 200×50 on ${agents} agents with ${pods} pods, one tick a second, beside the same on one agent`,
    renderTable(
      [
        'agents',
        'first frame ms',
        'first rows ms',
        'all up ms',
        'resident MiB, start',
        'end',
        'at most',
        'kB/s on the wire',
        '× one',
      ],
      runs.map(({ what, figures }) => [
        what,
        ...[figures.firstFrameMs, figures.firstRowsMs, figures.allUpMs].map((ms) => ms.toFixed(0)),
        ...[figures.rssStart, figures.rssEnd, figures.peakRss].map(mib),
        (figures.bytesPerSecond / 1e3).toFixed(0),
        base ? (figures.bytesPerSecond / base.bytesPerSecond).toFixed(1) : '–',
      ]),
    ),
    renderTable(
      ['screen', 'CPU %', 'key → paint p50 ms', 'p99 ms', '× one, p50', 'unseen', 'resident MiB'],
      runs.flatMap(({ what, figures }) =>
        figures.screens.map(({ what: screen, cpuShare, ms, unseen, rss }) => {
          const one = base?.screens.find((each) => each.what === screen)?.ms ?? [];
          const ratio = (cut(ms, 0.5) / cut(one, 0.5)).toFixed(1);
          const times = [cut(ms, 0.5).toFixed(1), cut(ms, 0.99).toFixed(1)];
          return [`${what}, ${screen}`, (cpuShare * 100).toFixed(0), ...times, ratio, String(unseen), mib(rss)];
        }),
      ),
    ),
    renderTable(
      ['names of the cluster', 'pods', 'CPU s', 'heap MiB', 'KiB a pod', 'resident MiB'],
      names.map(({ pods: known, cpuMs, listMs, heapBytes, rssBytes }, at) => [
        at === 0 ? `listed in ${(listMs / 1e3).toFixed(1)} s` : `after churn ${at}`,
        String(known),
        (cpuMs / 1e3).toFixed(1),
        mib(heapBytes),
        (heapBytes / 1024 / Math.max(1, known)).toFixed(1),
        mib(rssBytes),
      ]),
    ),
    `three agents do harm: ${complete.got} of ${complete.sent} rows of the others came, ${complete.differing} counts differ; ${complete.up} up, ${complete.turnedAway} summaries turned away`,
    complete.unwell.map(({ agent, state, reason }) => `  ${agent}: ${state} ${reason.slice(0, 100)}`).join('\n'),
  ].join('\n\n');
}

export function scaleNonsense({ agents, runs, names, complete }: ScaleResult): string[] {
  const found: string[] = [];
  for (const { what, figures } of runs) {
    if (!(figures.bytesPerSecond > 0)) found.push(`${what}: nothing came`);
    if (figures.screens.some(({ ms }) => ms.length === 0)) found.push(`${what}: no key had an effect`);
  }
  if (!names.every(({ pods }) => pods > 0)) found.push('no names');
  if (complete.got === 0 || complete.got !== complete.sent || complete.differing > 0)
    found.push(`${complete.got} of ${complete.sent} rows came from agents in good health`);
  if (complete.up !== agents - 3) found.push(`${complete.up} of ${agents} agents are up where three do harm`);
  return found.map((each) => `scale: ${each}`);
}
