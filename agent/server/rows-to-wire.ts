/** Rows to columns, driven by the table's declaration alone. */
import type { Batch, Column } from '../../proto/gen/kelpie/v1/agent.ts';
import type { ColumnSpec, Row, Value } from '../../src/domain/column.ts';
import type { Table } from '../../src/domain/table.ts';

/** Payload bytes above which rows are sent as several batches: half of what a client accepts in one message. */
const splitBytes = 4 << 20;

/** Rows as batches of a size every client accepts; one batch unless bodies are large. */
export function batchesOf(table: Table, rows: readonly Row[], payload: boolean): Batch[] {
  if (!payload || rows.length < 2 || payloadBytes(table, rows) <= splitBytes) return [batchOf(table, rows, payload)];
  const half = rows.length >> 1;
  return [...batchesOf(table, rows.slice(0, half), true), ...batchesOf(table, rows.slice(half), true)];
}

function payloadBytes(table: Table, rows: readonly Row[]): number {
  let bytes = 0;
  for (const id of table.columnIds) {
    if (table.columns[id]?.type !== 'body') continue;
    for (const row of rows) bytes += (row[id] as Uint8Array | null | undefined)?.byteLength ?? 0;
  }
  return bytes;
}

/**
 * Rows as one batch. A column nobody has a value in is left out; `present` is empty where every row has one. Payload columns
 * are read (and so decoded) only when asked for.
 */
export function batchOf(table: Table, rows: readonly Row[], payload: boolean): Batch {
  const columns: Column[] = [];
  for (const id of table.columnIds) {
    const spec = table.columns[id];
    if (!spec || (spec.payload && !payload)) continue;
    const column = columnOf(id, spec, rows, id === table.key);
    if (column) columns.push(column);
  }
  return { table: table.id, rows: rows.length, columns };
}

function columnOf(name: string, spec: ColumnSpec, rows: readonly Row[], isKey: boolean): Column | undefined {
  const values: NonNullable<Value>[] = [];
  let present: Uint8Array | undefined;
  for (let i = 0; i < rows.length; i++) {
    const value = rows[i]?.[name];
    if (value !== null && value !== undefined) {
      values.push(value);
      if (present) mark(present, i);
    } else if (!present) {
      present = new Uint8Array(Math.ceil(rows.length / 8));
      for (let before = 0; before < i; before++) mark(present, before);
    }
  }
  if (values.length === 0) return undefined;
  return { name, present: present ?? new Uint8Array(0), values: encoded(spec, values, isKey) };
}

function mark(bits: Uint8Array, index: number): void {
  bits[index >> 3] = (bits[index >> 3] ?? 0) | (1 << (index & 7));
}

/** Semantic type to wire form (proto/kelpie/v1/agent.proto, Column.values). */
function encoded(
  spec: ColumnSpec,
  values: readonly NonNullable<Value>[],
  isKey: boolean,
): NonNullable<Column['values']> {
  switch (spec.type) {
    case 'time':
      return { $case: 'times', value: { value: values.map((value) => BigInt.asIntN(64, value as bigint)) } };
    case 'duration':
    case 'bytes':
    case 'count':
    case 'port':
    case 'status':
    case 'bool':
      return { $case: 'numbers', value: { value: values.map(Number) } };
    case 'body':
      return { $case: 'binaries', value: { value: values as Uint8Array[] } };
    case 'headers':
      return { $case: 'strings', value: dictionaryOf(values.map((value) => JSON.stringify(value))) };
    default:
      return { $case: 'strings', value: (isKey ? listOf : dictionaryOf)(values as readonly string[]) };
  }
}

function dictionaryOf(texts: readonly string[]): { dictionary: string[]; index: number[] } {
  const places = new Map<string, number>();
  const index: number[] = new Array(texts.length);
  let last: string | undefined;
  let place: number | undefined = 0;
  for (let i = 0; i < texts.length; i++) {
    const text = texts[i] ?? '';
    // Rows of one connection follow each other and share their words.
    if (text !== last) {
      place = places.get(text);
      if (place === undefined) {
        place = places.size;
        places.set(text, place);
      }
      last = text;
    }
    index[i] = place;
  }
  return { dictionary: [...places.keys()], index };
}

/** Keys are all different: a dictionary in the order of the rows. */
function listOf(texts: readonly string[]): { dictionary: string[]; index: number[] } {
  return { dictionary: [...texts], index: Array.from(texts, (_, i) => i) };
}
