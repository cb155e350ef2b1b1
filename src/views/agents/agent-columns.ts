/** The columns of `:agents`, the most telling first; what does not fit on a narrow screen is on the agent's own page. */
import { formatBytes, formatCount, formatPercent, formatRate } from '../../domain/format/index.ts';
import { sanitizeLine } from '../../domain/sanitize.ts';
import type { AgentState } from '../../store/store.ts';
import type { TableCell, TableColumn } from '../../tui/table-line.ts';
import { lostOf } from '../losses.ts';
import { captureText, leftOutShare } from './captures.ts';
import { linkWord, nameOf, uptimeText } from './facts.ts';

interface AgentColumn extends TableColumn {
  cell(state: AgentState, now: number): TableCell;
}

const text = (value: string): TableCell => ({ text: value, token: 'text' });

const all: readonly AgentColumn[] = [
  {
    title: 'NODE',
    width: 14,
    align: 'left',
    trim: 'middle',
    cell: (state) => ({ text: nameOf(state), token: 'name' }),
  },
  { title: 'LINE', width: 18, align: 'left', cell: (state, now) => linkWord(state, now) },
  { title: 'CAPTURES', width: 16, align: 'left', cell: captureText },
  { title: 'LOST', width: 7, align: 'right', cell: lostCell },
  { title: 'CPU', width: 6, align: 'right', cell: ({ cpu }) => text(cpu === undefined ? '-' : formatPercent(cpu)) },
  { title: 'MEM', width: 6, align: 'right', cell: ({ status }) => text(status ? formatBytes(status.rssBytes) : '-') },
  { title: 'LEFT OUT', width: 8, align: 'right', cell: leftOutCell },
  { title: 'ROWS', width: 8, align: 'right', cell: ({ rates }) => text(rate(rates.rows)) },
  { title: 'UP', width: 7, align: 'right', cell: (state, now) => text(uptimeText(state, now)) },
  { title: 'SEGMENTS', width: 9, align: 'right', cell: ({ rates }) => text(rate(rates.segments)) },
  { title: 'MAPS', width: 6, align: 'right', cell: ({ status }) => text(status ? formatBytes(status.mapBytes) : '-') },
  { title: 'KEPT', width: 7, align: 'right', cell: ({ status }) => text(status ? formatCount(status.ringRows) : '-') },
  {
    title: 'SOURCE',
    width: 26,
    align: 'left',
    cell: ({ status }) => text(status ? `${status.source.kind} ${sanitizeLine(status.source.name)}` : '-'),
  },
  { title: 'KERNEL', width: 24, align: 'left', cell: ({ status }) => text(sanitizeLine(status?.kernel ?? '-')) },
  { title: 'VERSION', width: 14, align: 'left', cell: ({ status }) => text(sanitizeLine(status?.version ?? '-')) },
  { title: 'PROGRAMS', width: 8, align: 'right', cell: ({ status }) => text(String(status?.programs.length ?? '-')) },
];

/** As many of the columns as fit into `width` cells. */
export function agentColumns(width: number): readonly AgentColumn[] {
  let room = width;
  return all.filter((column) => {
    room -= column.width + 1;
    return room >= 0;
  });
}

function lostCell({ losses }: AgentState): TableCell {
  const lost = lostOf(losses);
  return { text: formatCount(lost), token: lost > 0 ? 'error' : 'ok' };
}

function leftOutCell(state: AgentState): TableCell {
  const share = leftOutShare(state);
  return { text: share > 0 ? formatPercent(share) : '0', token: share > 0 ? 'warning' : 'ok' };
}

function rate(perSecond: number | undefined): string {
  return perSecond === undefined ? '-' : formatRate(perSecond);
}
