/** What could stand at the cursor of a filter line: columns, operators, values. */
import type { ColumnSpec, SemanticType } from '../column.ts';
import { namesAlone, type PodFacts } from '../pods/pod-facts.ts';
import { sanitizeLine } from '../sanitize.ts';
import { findColumn, type Table } from '../table.ts';
import { isOrdered, isTextual } from './compare.ts';
import { labelNames, labelPrefix, labelValues, owners } from './complete-labels.ts';
import { isSearched } from './search.ts';
import { shortName } from './short-name.ts';
import { quoteText } from './token.ts';
import { comparisonAt } from './tokenize.ts';
import { podColumns, virtualField, virtualFields } from './virtual-field.ts';

export interface Suggestion {
  /** Replaces the text from `from` to `to` (offsets into the filter text, `to` exclusive). */
  readonly text: string;
  readonly from: number;
  readonly to: number;
  /** A few words on what it is. */
  readonly hint: string;
}

/** Values met lately in a column, the commonest first. */
export type ValuesOf = (column: string) => readonly string[];

const most = 20;

/** Values worth offering where nobody has seen the data. */
const usualValues: Partial<Record<SemanticType, readonly string[]>> = {
  status: ['2xx', '3xx', '4xx', '5xx'],
  method: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'],
  bool: ['true', 'false'],
  duration: ['10ms', '100ms', '1s'],
  bytes: ['1k', '100k', '1M'],
  byterate: ['1k/s', '100k/s', '1M/s'],
  rate: ['1/s', '10/s', '100/s'],
  percent: ['0%', '1%', '5%'],
};

/** At most 20 suggestions for the word under the cursor, best first. Never throws. `pods`: whose labels and owners there are. */
export function completeFilter(
  table: Table,
  text: string,
  cursor: number,
  valuesOf?: ValuesOf,
  pods: PodFacts = namesAlone,
): readonly Suggestion[] {
  const to = Math.max(0, Math.min(text.length, cursor));
  const from = wordStart(text.slice(0, to));
  const word = text.slice(from, to);
  const head = comparisonAt(word, 0);
  if (head) {
    const name = word.slice(0, head.nameEnd);
    const column = findColumn(table, name) ?? virtualField(table, name, pods);
    if (!column) return [];
    const seen = 'read' in column ? valuesOfField(table, column.id, valuesOf, pods) : (valuesOf?.(column.id) ?? []);
    const listStart = from + Math.max(head.operatorAt + head.operator.length, lastComma(word) + 1);
    return values(column.spec, seen, text.slice(listStart, to), listStart, to);
  }
  const prefix = labelPrefix(word);
  if (prefix !== undefined) return labelSuggestions(table, prefix, word, from, to, pods);
  const exact = word === '' ? undefined : findColumn(table, word);
  const columns = columnSuggestions(table, word, from, to);
  const names = exact ? [...operatorSuggestions(exact.spec, word, from, to), ...columns] : columns;
  return [...names, ...wordSuggestions(table, word, from, to, valuesOf)].slice(0, most);
}

/** Values on the screen that begin like a bare word, or whose name behind the namespace does. */
function wordSuggestions(
  table: Table,
  word: string,
  from: number,
  to: number,
  valuesOf: ValuesOf | undefined,
): Suggestion[] {
  if (word.length < 2 || !valuesOf) return [];
  const wanted = word.toLowerCase();
  const found = new Set<string>();
  for (const id of table.columnIds) {
    const spec = table.columns[id];
    if (!spec || !isSearched(spec)) continue;
    for (const value of valuesOf(id)) {
      const name = value.slice(value.indexOf('/') + 1);
      const match = [value, name].find((text) => text.toLowerCase().startsWith(wanted) && isPlainWord(text));
      // Numbers and long texts are no words one would type.
      if (match !== undefined && match.length <= 60 && /[a-z]/i.test(match)) found.add(match);
    }
  }
  return [...found]
    .filter((text) => text.toLowerCase() !== wanted)
    .map((text) => ({ text, from, to, hint: 'seen here' }));
}

/** Names of labels there are, behind `label.` or `to.label.`. */
function labelSuggestions(
  table: Table,
  prefix: string,
  word: string,
  from: number,
  to: number,
  pods: PodFacts,
): Suggestion[] {
  if (podColumns(table).length === 0) return [];
  const wanted = word.slice(prefix.length).toLowerCase();
  return labelNames(pods)
    .filter((name) => name.toLowerCase().startsWith(wanted) && /^[\w./-]+$/.test(name))
    .slice(0, most)
    .map((name) => ({ text: `${prefix}${name}=`, from, to, hint: 'label' }));
}

/** Values of a field that is worked out from columns, or of what is known of pods. */
function valuesOfField(table: Table, name: string, valuesOf: ValuesOf | undefined, pods: PodFacts): readonly string[] {
  const prefix = labelPrefix(name);
  if (prefix !== undefined) return labelValues(pods, name.slice(prefix.length)).map((text) => sanitizeLine(text));
  if (/(?:^|\.)owner$/.test(name)) return owners(pods).map((text) => sanitizeLine(text));
  const field = virtualField(table, name, pods);
  if (!field || !valuesOf) return [];
  const ends = table.columnIds.filter((id) => ['source', 'destination'].includes(id));
  const found = ends.flatMap((id) => valuesOf(id).flatMap((value) => field.read({ [id]: value })));
  return [...new Set(found.map(String))];
}

function columnSuggestions(table: Table, word: string, from: number, to: number): Suggestion[] {
  const wanted = word.toLowerCase();
  const found: Suggestion[] = [];
  for (const id of table.columnIds) {
    const spec = table.columns[id];
    if (!spec) continue;
    const names = [shortName(table, id), ...(spec.aliases ?? []), id];
    const name = names.find((candidate) => candidate.startsWith(wanted) && candidate !== wanted);
    if (name !== undefined && (word !== '' || spec.priority > 0)) {
      found.push({ text: name + openingOperator(spec.type), from, to, hint: spec.doc });
    }
  }
  const isLabel = word !== '' && 'label.'.startsWith(wanted) && podColumns(table).length > 0;
  if (isLabel) found.push({ text: 'label.', from, to, hint: 'A label of either end.' });
  for (const { id, spec } of virtualFields(table)) {
    const isMeant = word !== '' && id.startsWith(wanted) && id !== wanted;
    if (isMeant) found.push({ text: `${id}:`, from, to, hint: spec.doc });
  }
  return found;
}

/** What is most often asked of a type. */
function openingOperator(type: SemanticType): string {
  if (type === 'headers') return '.';
  if (['duration', 'bytes', 'byterate', 'rate', 'percent', 'time'].includes(type)) return '>';
  return ':';
}

function operatorSuggestions(spec: ColumnSpec, name: string, from: number, to: number): Suggestion[] {
  const all: readonly (readonly [operator: string, hint: string])[] = [
    [':', 'is, contains or begins with, as suits the column'],
    ['=', 'is exactly (without regard to case)'],
    ['!=', 'is something else'],
    ['~', 'matches a regular expression'],
    ['!~', 'does not match a regular expression'],
    ['>', 'is more than'],
    ['>=', 'is at least'],
    ['<', 'is less than'],
    ['<=', 'is at most'],
  ];
  return all
    .filter(([operator]) =>
      /[<>]/.test(operator) ? isOrdered(spec.type) : !operator.includes('~') || isTextual(spec.type),
    )
    .map(([operator, hint]) => ({ text: name + operator, from, to, hint }));
}

function values(spec: ColumnSpec, seen: readonly string[], typed: string, from: number, to: number): Suggestion[] {
  const wanted = typed.replace(/^"/, '').toLowerCase();
  const known = new Set([...(spec.values ?? []), ...seen, ...(usualValues[spec.type] ?? [])]);
  const matching = [...known].filter((value) => value.toLowerCase().includes(wanted) && value.toLowerCase() !== wanted);
  const starts = (value: string) => (value.toLowerCase().startsWith(wanted) ? 0 : 1);
  return matching
    .sort((a, b) => starts(a) - starts(b))
    .slice(0, most)
    .map((value) => ({
      text: isPlainWord(value) ? value : quoteText(value),
      from,
      to,
      hint: spec.title.toLowerCase(),
    }));
}

/** Whether a value can stand behind an operator as it is. */
export function isPlainWord(value: string): boolean {
  return value !== '' && !/[\s,()[\]{}"*\\]/.test(value);
}

/** Where the word that ends here begins: behind a space, bracket or `!` outside quotes; a comma list stays with its column. */
function wordStart(before: string): number {
  let start = 0;
  let inQuotes = false;
  for (let at = 0; at < before.length; at += 1) {
    const char = before.charAt(at);
    if (char === '\\') at += 1;
    else if (char === '"') inQuotes = !inQuotes;
    else if (inQuotes) continue;
    else if (/[\s()]/.test(char) || (char === '!' && at === start)) start = at + 1;
    else if (char === ',' && !comparisonAt(before.slice(start), 0)) start = at + 1;
  }
  return start;
}

function lastComma(word: string): number {
  return word.lastIndexOf('"') > word.lastIndexOf(',') ? -1 : word.lastIndexOf(',');
}
