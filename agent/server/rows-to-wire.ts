/** Rows to columns on the wire, driven by the table's declaration alone. */
import { Batch } from '../../proto/gen/kelpie/v1/agent.ts';
import type { ColumnSpec, HeaderList, Row, Value } from '../../src/domain/column.ts';
import type { Table } from '../../src/domain/table.ts';
import { WireWriter } from './wire-writer.ts';

/** Payload bytes above which rows are sent as several batches: half of what a client accepts in one message. */
const splitBytes = 4 << 20;

/** Field numbers of proto/kelpie/v1/agent.proto. */
const responseFields = { node: 1, time: 2, batch: 3 };
const batchFields = { table: 1, rows: 2, columns: 3 };
const columnFields = { name: 1, present: 2, strings: 3, numbers: 4, times: 5, binaries: 6 };
/** Of Strings, and the one of Numbers, Times and Binaries. */
const stringFields = { dictionary: 1, index: 2 };
const value = 1;

/** One writer for all streams: messages are made one after the other. */
const writer = new WireWriter();

/** Rows in groups of a size every client accepts; one group unless bodies are large. */
export function splitRows(table: Table, rows: readonly Row[], payload: boolean): (readonly Row[])[] {
  if (!payload || rows.length < 2 || payloadBytes(table, rows) <= splitBytes) return [rows];
  const half = rows.length >> 1;
  return [...splitRows(table, rows.slice(0, half), true), ...splitRows(table, rows.slice(half), true)];
}

function payloadBytes(table: Table, rows: readonly Row[]): number {
  let bytes = 0;
  for (const id of table.columnIds) {
    if (table.columns[id]?.type !== 'body') continue;
    for (const row of rows) bytes += (row[id] as Uint8Array | null | undefined)?.byteLength ?? 0;
  }
  return bytes;
}

/** An encoded WatchRowsResponse with these rows; `time` is Unix ns. */
export function encodeRows(node: string, time: bigint, table: Table, rows: readonly Row[], payload: boolean): Buffer {
  writer.rewind(0);
  writer.textField(responseFields.node, node);
  writer.fixed64Field(responseFields.time, time);
  const batch = writer.open(responseFields.batch);
  writeBatch(table, rows, payload);
  writer.close(batch);
  return writer.finish();
}

/** Rows as one batch. */
export function batchOf(table: Table, rows: readonly Row[], payload: boolean): Batch {
  writer.rewind(0);
  writeBatch(table, rows, payload);
  return Batch.decode(writer.finish());
}

/**
 * A column nobody has a value in is left out; `present` is empty where every row has one. Payload columns are read (and so
 * decoded) only when asked for.
 */
function writeBatch(table: Table, rows: readonly Row[], payload: boolean): void {
  writer.textField(batchFields.table, table.id);
  writer.tag(batchFields.rows, 0);
  writer.varint(rows.length);
  for (const id of table.columnIds) {
    const spec = table.columns[id];
    if (spec && (!spec.payload || payload)) writeColumn(id, spec, rows, id === table.key);
  }
}

function writeColumn(name: string, spec: ColumnSpec, rows: readonly Row[], isKey: boolean): void {
  const before = writer.length;
  const column = writer.open(batchFields.columns);
  writer.textField(columnFields.name, name);
  const present = writeValues(name, spec, rows, isKey);
  if (present === 'none') {
    writer.rewind(before);
    return;
  }
  if (present !== 'all') writer.bytesField(columnFields.present, present);
  writer.close(column);
}

/** Which rows have a value: all, none, or a bit for each. */
type Present = 'all' | 'none' | Uint8Array;

/** Semantic type to wire form (proto/kelpie/v1/agent.proto, Column.values). */
function writeValues(name: string, spec: ColumnSpec, rows: readonly Row[], isKey: boolean): Present {
  switch (spec.type) {
    case 'time':
      return writePacked(columnFields.times, name, rows, writeTime);
    case 'duration':
    case 'bytes':
    case 'count':
    case 'port':
    case 'status':
    case 'bool':
      return writePacked(columnFields.numbers, name, rows, writeNumber);
    case 'body': {
      const message = writer.open(columnFields.binaries);
      const present = eachValue(name, rows, writeBinary);
      writer.close(message);
      return present;
    }
    case 'headers':
      return writeStrings(name, rows, false, JSON.stringify as (headers: HeaderList) => string);
    default:
      return writeStrings(name, rows, isKey, undefined);
  }
}

const writeTime = (time: Value): void => writer.sfixed64(time as bigint);
const writeNumber = (number: Value): void => writer.double(Number(number));
const writeBinary = (bytes: Value): void => writer.bytesField(value, bytes as Uint8Array);

function writePacked(field: number, name: string, rows: readonly Row[], write: (value: Value) => void): Present {
  const message = writer.open(field);
  const packed = writer.open(value);
  const present = eachValue(name, rows, write);
  writer.close(packed);
  writer.close(message);
  return present;
}

/** Calls `write` for each value of a column. */
function eachValue(name: string, rows: readonly Row[], write: (value: Value) => void): Present {
  let values = 0;
  let present: Uint8Array | undefined;
  for (let i = 0; i < rows.length; i++) {
    const held = rows[i]?.[name];
    if (held !== null && held !== undefined) {
      values++;
      write(held);
      if (present) mark(present, i);
    } else present ??= marksBefore(i, rows.length);
  }
  return values === 0 ? 'none' : (present ?? 'all');
}

function mark(bits: Uint8Array, index: number): void {
  bits[index >> 3] = (bits[index >> 3] ?? 0) | (1 << (index & 7));
}

function marksBefore(index: number, rows: number): Uint8Array {
  const bits = new Uint8Array(Math.ceil(rows / 8));
  for (let before = 0; before < index; before++) mark(bits, before);
  return bits;
}

/** Each text once, and where each row's is. Keys are all different: none is looked for. */
function writeStrings(
  name: string,
  rows: readonly Row[],
  isKey: boolean,
  textOf: ((value: HeaderList) => string) | undefined,
): Present {
  const message = writer.open(columnFields.strings);
  const places = new Map<string, number>();
  const index: number[] = [];
  let size = 0;
  let last: string | undefined;
  let place = 0;
  const present = eachValue(name, rows, (held) => {
    const text = textOf ? textOf(held as HeaderList) : (held as string);
    // Rows of one connection follow each other and share their words.
    if (text !== last) {
      const known = isKey ? undefined : places.get(text);
      place = known ?? size;
      if (known === undefined) {
        size++;
        if (!isKey) places.set(text, place);
        writer.textField(stringFields.dictionary, text);
      }
      last = text;
    }
    index.push(place);
  });
  const packed = writer.open(stringFields.index);
  for (let i = 0; i < index.length; i++) writer.varint(index[i] ?? 0);
  writer.close(packed);
  writer.close(message);
  return present;
}
