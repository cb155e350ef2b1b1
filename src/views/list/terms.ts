/** Filter text for drill-downs, written from the values of a row. */
import type { Value } from '../../domain/column.ts';
import { isPlainWord } from '../../domain/filter/complete.ts';
import { quoteText } from '../../domain/filter/token.ts';

/** `field=value`, as the language reads it back. */
export function equals(field: string, value: Value | undefined): string {
  const text = String(value ?? '');
  return `${field}=${isPlainWord(text) ? text : quoteText(text)}`;
}
