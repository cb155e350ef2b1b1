/** What a value means for a person on call. One answer, shown as a colour and as a mark, never as colour alone. */
import type { ColumnSpec, Row, Severity, Value } from '../column.ts';
import type { Table } from '../table.ts';

/** Pixie's: yellow from 200 ms, red from 400 ms. */
const latencyThresholds: readonly [warn: number, bad: number] = [200e6, 400e6];

const ranks: readonly Severity[] = ['none', 'ok', 'notice', 'warn', 'bad'];

/** The severity of a value: by the column's own declaration, else by its type (status class, latency). */
export function severityOf(spec: ColumnSpec, value: Value | undefined): Severity {
  if (typeof value === 'string')
    return (spec.severities && Object.hasOwn(spec.severities, value) && spec.severities[value]) || 'none';
  if (typeof value !== 'number') return 'none';
  if (spec.type === 'status') return statusSeverity(value);
  const thresholds = spec.thresholds ?? (spec.type === 'duration' ? latencyThresholds : undefined);
  if (!thresholds) return 'none';
  return value >= thresholds[1] ? 'bad' : value >= thresholds[0] ? 'warn' : 'none';
}

/** The worst severity in a row. */
export function rowSeverity(table: Table, row: Row): Severity {
  let worst = 0;
  for (const id of table.columnIds) {
    const spec = table.columns[id];
    if (spec) worst = Math.max(worst, ranks.indexOf(severityOf(spec, row[id])));
  }
  return ranks[worst] ?? 'none';
}

/** One cell that says the same as the colour; a space where there is nothing to say. */
export function severityMark(severity: Severity, options?: { readonly ascii?: boolean | undefined }): string {
  if (severity === 'bad') return options?.ascii ? 'x' : '✗';
  if (severity === 'warn') return '!';
  if (severity === 'notice') return options?.ascii ? '.' : '·';
  return ' ';
}

/** RFC 9110 §15: 1xx and 3xx are worth a look, 4xx the client's fault, 5xx the server's. */
function statusSeverity(status: number): Severity {
  if (status >= 500) return 'bad';
  if (status >= 400) return 'warn';
  if (status >= 300 || status < 200) return 'notice';
  return 'ok';
}
