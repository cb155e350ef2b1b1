/** Filter text made by the program, e.g. "filter to the value under the cursor". */
import type { Value } from '../column.ts';
import { formatBytes, formatPercent, formatRate } from '../format/bytes.ts';
import { formatTimestamp } from '../format/time.ts';
import type { Table } from '../table.ts';
import { isPlainWord } from './complete.ts';
import { shortName } from './short-name.ts';
import { quoteText } from './token.ts';

/**
 * A term that keeps (or, with `exclude`, drops) rows that have this value in this column; undefined for headers and bodies.
 * Excluding drops nothing else: rows without a value stay.
 */
export function termFor(table: Table, column: string, value: Value | undefined, exclude = false): string | undefined {
  const spec = table.columns[column];
  if (!spec || ['headers', 'body', 'sketch', 'series'].includes(spec.type)) return undefined;
  const name = shortName(table, column);
  const not = exclude ? '!' : '';
  if (value === null || value === undefined || value === '' || Number.isNaN(value))
    return exclude ? `${name}!=` : `${name}=`;
  return `${not}${name}=${valueText(spec.type, value)}`;
}

/** Filter text with a term added, so that both must hold. */
export function addTerm(text: string, term: string): string {
  const before = text.trim();
  if (before === '' || before === term) return term;
  return /(?:^|\s)(?:or|\|\|)(?:\s|$)/i.test(before) ? `(${before}) ${term}` : `${before} ${term}`;
}

function valueText(type: string, value: NonNullable<Value>): string {
  if (typeof value === 'bigint') return formatTimestamp(value);
  if (typeof value === 'number') {
    // As it is shown: what the eye cannot tell apart is the same.
    if (type === 'percent') return formatPercent(value);
    if (type === 'rate') return formatRate(value);
    if (type === 'byterate') return `${formatBytes(value)}/s`;
    return type === 'duration' ? `${value}ns` : String(value);
  }
  const text = String(value);
  return isPlainWord(text) ? text : quoteText(text);
}
