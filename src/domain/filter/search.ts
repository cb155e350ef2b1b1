/** Bare words: which columns they search, and how. */
import type { ColumnSpec, Row, SemanticType } from '../column.ts';
import type { Table } from '../table.ts';
import { regexMatcher, textMatcher } from './text-test.ts';
import type { Token } from './token.ts';

/**
 * Names and texts that say who talked and about what. Left out: ids and numbers (any short word would hit by chance),
 * the node (all rows of an agent share it), payload.
 */
const searchedTypes = new Set<SemanticType>([
  'endpoint',
  'pod',
  'service',
  'namespace',
  'process',
  'method',
  'path',
  'text',
  'enum',
  'ip',
  'status',
  'port',
]);

/** Whether bare words look into a column. */
export function isSearched(spec: ColumnSpec): boolean {
  if (spec.payload || !searchedTypes.has(spec.type)) return false;
  if (spec.search !== undefined) return spec.search;
  return (
    spec.priority > 0 ||
    spec.type === 'endpoint' ||
    spec.type === 'pod' ||
    spec.type === 'service' ||
    spec.type === 'process'
  );
}

/** A test of whole rows: any searched column contains the text. */
export function searchTest(table: Table, word: Token): (row: Row) => boolean {
  const byType = (wanted: (type: SemanticType) => boolean) =>
    table.columnIds.filter((id) => {
      const spec = table.columns[id];
      return spec !== undefined && isSearched(spec) && wanted(spec.type);
    });
  const matches = word.kind === 'pattern' ? regexMatcher(word) : textMatcher(word, 'part');
  const texts = byType((type) => type !== 'enum' && type !== 'status' && type !== 'port');
  // A closed set is searched by whole value, so that "client" finds the pod and "err" no outcome.
  const enums = byType((type) => type === 'enum');
  const isMember = word.kind === 'pattern' ? matches : textMatcher(word, 'whole');
  const numberTest = wordAsNumber(word);
  const numbers = numberTest ? byType((type) => type === 'status' || type === 'port') : [];

  return (row) => {
    for (const id of texts) {
      const value = row[id];
      if (typeof value === 'string' && matches(value)) return true;
    }
    for (const id of enums) {
      const value = row[id];
      if (typeof value === 'string' && isMember(value)) return true;
    }
    for (const id of numbers) {
      const value = row[id];
      if (typeof value === 'number' && numberTest?.(value)) return true;
    }
    return false;
  };
}

/** `404` is that status or port, `5xx` that class; other words are no number. */
function wordAsNumber(word: Token): ((value: number) => boolean) | undefined {
  if (word.kind === 'pattern') return undefined;
  if (/^[1-5]xx$/i.test(word.text)) {
    const hundreds = Number(word.text[0]);
    return (value) => Math.floor(value / 100) === hundreds;
  }
  if (!/^\d{1,5}$/.test(word.text)) return undefined;
  const wanted = Number(word.text);
  return (value) => value === wanted;
}
