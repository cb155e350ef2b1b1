/**
 * Wire batches to rows, driven by the table's declaration. An agent is another machine's program: whatever it sends
 * becomes rows of exactly the declared types, or an AppError that names what was wrong.
 */

import type { Batch, Column } from '../../proto/gen/kelpie/v1/agent.ts';
import type { ColumnSpec, HeaderList, Row, Value } from '../domain/column.ts';
import { AppError } from '../domain/errors.ts';
import type { Table } from '../domain/table.ts';
import { findTable } from '../domain/tables/index.ts';

/** Rows one batch may claim, twice what an agent puts into one: what a hostile one can make us do at once is bounded. */
export const maxBatchRows = 4_096;

export interface DecodedBatch {
  readonly table: Table;
  readonly rows: readonly Row[];
}

/**
 * Rows of a batch. Every declared column is set on every row, `null` where the agent sent nothing; columns this terminal does not
 * know (a newer agent's) are skipped.
 *
 * @throws AppError `agent-protocol` with the column at fault
 */
export function decodeBatch(agent: string, batch: Batch): DecodedBatch {
  const fail: Fail = (reason) => {
    throw new AppError('agent-protocol', { address: agent, reason });
  };
  const table = findTable(batch.table) ?? fail(`unknown table "${batch.table.slice(0, 64)}"`);
  if (batch.rows > maxBatchRows) fail(`a batch of ${batch.rows} rows, more than ${maxBatchRows}`);
  const rows = blankRows(table, batch.rows);
  const seen = new Set<string>();
  for (const column of batch.columns) {
    if (!Object.hasOwn(table.columns, column.name)) continue;
    if (seen.has(column.name)) fail(`column ${column.name} came twice`);
    seen.add(column.name);
    const spec = table.columns[column.name];
    if (spec) fillColumn(rows, column, spec, (reason) => fail(`column ${column.name}: ${reason}`));
  }
  if (batch.rows > 0) checkRequired(table, seen, fail);
  return { table, rows };
}

type Fail = (reason: string) => never;
type MutableRow = Record<string, Value>;

const blanks = new Map<Table, Row>();

/** Rows with every column null; copies of one object share its hidden class, which keeps rows small and fast. */
function blankRows(table: Table, count: number): MutableRow[] {
  let blank = blanks.get(table);
  if (!blank) {
    blank = Object.fromEntries(table.columnIds.map((id) => [id, null]));
    blanks.set(table, blank);
  }
  const rows: MutableRow[] = new Array(count);
  for (let i = 0; i < count; i += 1) rows[i] = { ...blank };
  return rows;
}

function checkRequired(table: Table, seen: ReadonlySet<string>, fail: Fail): void {
  for (const id of table.columnIds) {
    if (table.columns[id]?.required && !seen.has(id)) fail(`column ${id} is missing`);
  }
}

/** Puts a column's values into the rows that have one. */
function fillColumn(rows: MutableRow[], column: Column, spec: ColumnSpec, fail: Fail): void {
  const { present, name } = column;
  const all = present.length === 0;
  if (!all && present.length !== Math.ceil(rows.length / 8)) {
    fail(`${present.length} bytes of presence for ${rows.length} rows`);
  }
  const values = valuesOf(column, spec, fail);
  let next = 0;
  for (let i = 0; i < rows.length; i += 1) {
    if (!all && (((present[i >> 3] ?? 0) >> (i & 7)) & 1) === 0) {
      if (spec.required) fail(`row ${i} has no value`);
      continue;
    }
    const value = values[next];
    if (value === undefined) fail(`${values.length} values are too few`);
    const row = rows[i];
    if (row) row[name] = value;
    next += 1;
  }
  if (next !== values.length) fail(`${values.length} values for ${next} rows`);
}

/** The values of a column as its semantic type stores them (StorageOf in src/domain/column.ts), each of them checked. */
function valuesOf(column: Column, spec: ColumnSpec, fail: Fail): readonly Value[] {
  const { values } = column;
  if (!values) return [];
  const expected = wireKind(spec);
  if (values.$case !== expected) fail(`${values.$case} where ${expected} belong`);
  switch (values.$case) {
    case 'times':
      return values.value.value;
    case 'binaries':
      // Copied: the decoder's slices would keep the whole message alive.
      return values.value.value.map((bytes) => new Uint8Array(bytes));
    case 'numbers':
      return numbers(values.value.value, spec, fail);
    case 'strings':
      return strings(values.value.dictionary, values.value.index, spec, fail);
  }
}

type WireKind = NonNullable<Column['values']>['$case'];

function wireKind(spec: ColumnSpec): WireKind {
  switch (spec.type) {
    case 'time':
      return 'times';
    case 'duration':
    case 'bytes':
    case 'count':
    case 'rate':
    case 'byterate':
    case 'percent':
    case 'port':
    case 'status':
    case 'bool':
      return 'numbers';
    case 'body':
    case 'sketch':
      return 'binaries';
    default:
      return 'strings';
  }
}

function numbers(values: readonly number[], spec: ColumnSpec, fail: Fail): readonly Value[] {
  if (spec.type === 'bool') {
    return values.map((value) => (value === 1 ? true : value === 0 ? false : fail(`${value} is neither 0 nor 1`)));
  }
  for (const value of values) if (!Number.isFinite(value)) fail(`${value} is not a number`);
  return values;
}

function strings(
  dictionary: readonly string[],
  index: readonly number[],
  spec: ColumnSpec,
  fail: Fail,
): readonly Value[] {
  const words: readonly Value[] = spec.type === 'headers' ? headerLists(dictionary, index, fail) : dictionary;
  return index.map((at) => words[at] ?? fail(`index ${at} in a dictionary of ${dictionary.length}`));
}

/** The dictionary's entries that are used, parsed once each. */
function headerLists(dictionary: readonly string[], index: readonly number[], fail: Fail): readonly Value[] {
  const used = new Set(index);
  return dictionary.map((text, at) => {
    if (!used.has(at)) return null;
    return parseHeaders(text) ?? fail('headers that are not [[name, value], …]');
  });
}

/** Header fields from their JSON text `[[name, value], …]`, or undefined. */
function parseHeaders(text: string): HeaderList | undefined {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return undefined;
  }
  return Array.isArray(json) && json.every(isField) ? json : undefined;
}

const isField = (field: unknown): field is readonly [string, string] =>
  Array.isArray(field) && field.length === 2 && typeof field[0] === 'string' && typeof field[1] === 'string';
