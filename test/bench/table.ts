/** Text tables and number formats of the report. */
import type { Summary } from './stats.ts';

/** A table with aligned columns; the first column to the left, the others to the right. Reads as Markdown too. */
export function renderTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = header.map((title, column) =>
    Math.max(3, title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]) =>
    `| ${widths.map((width, column) => pad(cells[column] ?? '', width, column === 0)).join(' | ')} |`;
  const rule = `|${widths.map((width, column) => (column === 0 ? '-'.repeat(width + 2) : `${'-'.repeat(width + 1)}:`)).join('|')}|`;
  return [line(header), rule, ...rows.map(line)].join('\n');
}

const pad = (text: string, width: number, left: boolean) => (left ? text.padEnd(width) : text.padStart(width));

/** "2.31 (2.10–2.72)"; a dash when nothing was measured; the range only when there was more than one value. */
export function range(summary: Summary | undefined, digits: number): string {
  if (!summary) return '–';
  const { median, min, max, count } = summary;
  if (count < 2) return median.toFixed(digits);
  return `${median.toFixed(digits)} (${min.toFixed(digits)}–${max.toFixed(digits)})`;
}

const MiB = 2 ** 20;

export const mebibytes = (summary: Summary | undefined) =>
  summary
    ? range({ ...summary, median: summary.median / MiB, min: summary.min / MiB, max: summary.max / MiB }, 0)
    : '–';

/** Six digits, cut and not rounded, so that 1 means all. */
export const share = (value: number | undefined) =>
  value === undefined ? '–' : value === 1 ? '1' : (Math.floor(value * 1e6) / 1e6).toFixed(6);

export const counts = (record: Readonly<Record<string, number>>) =>
  Object.entries(record)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ') || 'none';
