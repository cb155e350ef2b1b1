/** Rows to columns on the wire, driven by the table's declaration alone. */
import { Batch } from '../../proto/gen/kelpie/v1/agent.ts';
import type { ColumnSpec, Row, Value } from '../../src/domain/column.ts';
import type { Table } from '../../src/domain/table.ts';
import { type ColumnCells, createCells, type SharedOf } from './column-cells.ts';
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
export function encodeRows(
  node: string,
  time: bigint,
  table: Table,
  rows: readonly Row[],
  payload: boolean,
  sharedOf?: SharedOf,
): Buffer {
  writer.rewind(0);
  writer.textField(responseFields.node, node);
  writer.fixed64Field(responseFields.time, time);
  const batch = writer.open(responseFields.batch);
  writeBatch(table, rows, payload, sharedOf);
  writer.close(batch);
  return writer.finish();
}

/** Rows as one batch. */
export function batchOf(table: Table, rows: readonly Row[], payload: boolean): Batch {
  writer.rewind(0);
  writeBatch(table, rows, payload, undefined);
  return Batch.decode(writer.finish());
}

/**
 * A column nobody has a value in is left out; `present` is empty where every row has one. Payload columns are read (and so
 * decoded) only when asked for.
 */
function writeBatch(table: Table, rows: readonly Row[], payload: boolean, sharedOf: SharedOf | undefined): void {
  writer.textField(batchFields.table, table.id);
  writer.tag(batchFields.rows, 0);
  writer.varint(rows.length);
  const cellsOf = createCells(rows, sharedOf);
  for (const id of table.columnIds) {
    const spec = table.columns[id];
    if (spec && (!spec.payload || payload)) writeColumn(id, spec, cellsOf(id), id === table.key);
  }
}

function writeColumn(name: string, spec: ColumnSpec, cells: ColumnCells, isKey: boolean): void {
  const before = writer.length;
  const column = writer.open(batchFields.columns);
  writer.textField(columnFields.name, name);
  const present = writeValues(spec, cells, isKey);
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
function writeValues(spec: ColumnSpec, cells: ColumnCells, isKey: boolean): Present {
  switch (spec.type) {
    case 'time':
      return writePacked(columnFields.times, cells, writeTime);
    case 'duration':
    case 'bytes':
    case 'count':
    case 'rate':
    case 'byterate':
    case 'percent':
    case 'port':
    case 'status':
    case 'bool':
      return writePacked(columnFields.numbers, cells, writeNumber);
    case 'body':
    case 'sketch': {
      const message = writer.open(columnFields.binaries);
      for (const held of cells.distinct)
        if (held !== null && held !== undefined) writer.bytesField(value, held as Uint8Array);
      writer.close(message);
      return presenceOf(cells);
    }
    case 'headers':
      return writeStrings(cells, false, JSON.stringify as (headers: Value) => string);
    default:
      return writeStrings(cells, isKey, undefined);
  }
}

const writeTime = (time: Value): void => writer.sfixed64(time as bigint);
const writeNumber = (number: Value): void => writer.double(Number(number));

function writePacked(field: number, cells: ColumnCells, write: (value: Value) => void): Present {
  const { distinct, index } = cells;
  const message = writer.open(field);
  const packed = writer.open(value);
  for (let i = 0; i < index.length; i++) {
    const held = distinct[index[i] ?? 0];
    if (held !== null && held !== undefined) write(held);
  }
  writer.close(packed);
  writer.close(message);
  return presenceOf(cells);
}

function presenceOf({ distinct, index }: ColumnCells): Present {
  let values = 0;
  for (let i = 0; i < distinct.length; i++) if (distinct[i] !== null && distinct[i] !== undefined) values++;
  if (values === 0) return 'none';
  if (values === distinct.length) return 'all';
  const bits = new Uint8Array(Math.ceil(index.length / 8));
  for (let i = 0; i < index.length; i++) {
    const held = distinct[index[i] ?? 0];
    if (held !== null && held !== undefined) bits[i >> 3] = (bits[i >> 3] ?? 0) | (1 << (i & 7));
  }
  return bits;
}

/** Each text once, and where each row's is. Keys are all different: none is looked for. */
function writeStrings(cells: ColumnCells, isKey: boolean, textOf: ((value: Value) => string) | undefined): Present {
  const { distinct, index } = cells;
  const message = writer.open(columnFields.strings);
  const places = new Map<string, number>();
  const placeOf = new Int32Array(distinct.length);
  let size = 0;
  let last: string | undefined;
  let place = absent;
  for (let i = 0; i < distinct.length; i++) {
    const held = distinct[i];
    if (held === null || held === undefined) {
      placeOf[i] = absent;
      continue;
    }
    const text = textOf ? textOf(held) : (held as string);
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
    placeOf[i] = place;
  }
  const packed = writer.open(stringFields.index);
  for (let i = 0; i < index.length; i++) {
    const at = placeOf[index[i] ?? 0] ?? absent;
    if (at !== absent) writer.varint(at);
  }
  writer.close(packed);
  writer.close(message);
  return presenceOf(cells);
}

const absent = -1;
