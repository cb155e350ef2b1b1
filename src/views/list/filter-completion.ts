/** Whole filter lines the text could become: columns, operators, and values on the screen. */
import { completeFilter as suggestions } from '../../domain/filter/complete.ts';
import type { PodFacts } from '../../domain/pods/pod-facts.ts';
import { sanitizeLine } from '../../domain/sanitize.ts';
import type { Table } from '../../domain/table.ts';
import type { StoredRow } from '../../store/store.ts';

/** Newest rows looked through for values. */
const looked = 400;

export function completeFilter(
  table: Table,
  text: string,
  rows: readonly StoredRow[],
  pods: PodFacts,
): readonly string[] {
  // Where a word has not begun, any guess would only look as if it had been typed.
  if (text === '' || text.endsWith(' ')) return [];
  return suggestions(table, text, text.length, (column) => commonest(rows, column), pods).map((suggestion) => {
    return text.slice(0, suggestion.from) + suggestion.text;
  });
}

function commonest(rows: readonly StoredRow[], column: string): readonly string[] {
  const counts = new Map<string, number>();
  for (const { row } of rows.slice(-looked)) {
    const value = row[column];
    if (typeof value !== 'string' && typeof value !== 'number') continue;
    const text = sanitizeLine(String(value));
    counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  return [...counts].sort(([, a], [, b]) => b - a).map(([value]) => value);
}
