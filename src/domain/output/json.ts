/** Rows as JSON. The keys are the column ids in declaration order, always all of them: a stable schema for scripts. */
import { type HeaderList, isSeries, type Row, type Value } from '../column.ts';
import { formatTimestamp } from '../format/time.ts';
import { sanitizeJson } from '../sanitize.ts';
import type { Table } from '../table.ts';
import { toBase64 } from './base64.ts';

export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly (number | null)[]
  | { readonly [name: string]: string | readonly string[] };

const fatal = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * A row as a plain object: times ISO 8601 in UTC with nine digits, durations in ns, sizes in bytes, null for what is not
 * known. Headers are an object by lower-case name, duplicates an array; labels are one by their names. A body is text when it is valid UTF-8, else base64
 * with `<column>_encoding: "base64"` behind it. Sketches are left out: quantiles of them have columns of their own.
 */
export function toJson(table: Table, row: Row): Record<string, JsonValue> {
  const object: Record<string, JsonValue> = {};
  for (const id of table.columnIds) {
    if (table.columns[id]?.type === 'sketch') continue;
    const value = row[id];
    if (value instanceof Uint8Array) {
      const text = utf8(value);
      object[id] = text ?? toBase64(value);
      if (text === undefined) object[`${id}_encoding`] = 'base64';
    } else {
      object[id] = scalar(value, table.columns[id]?.payload === true);
    }
  }
  return object;
}

/**
 * A row as one line of JSON, without a line end. Safe to print on a terminal: controls, bidi and invisible characters are
 * in the `\uXXXX` form, which reads back as the same text.
 */
export function jsonLine(table: Table, row: Row): string {
  return sanitizeJson(JSON.stringify(toJson(table, row)));
}

/** Rows as one indented JSON array, as `get -o json` prints it; terminal-safe like `jsonLine`. */
export function jsonDocument(table: Table, rows: readonly Row[]): string {
  const text = JSON.stringify(
    rows.map((row) => toJson(table, row)),
    undefined,
    2,
  );
  return text.split('\n').map(sanitizeJson).join('\n');
}

function scalar(value: Exclude<Value, Uint8Array> | undefined, isPayload: boolean): JsonValue {
  if (value === undefined || value === null) return null;
  if (typeof value === 'bigint') return formatTimestamp(value);
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value !== 'object') return value;
  return isSeries(value) ? value.map((each) => (Number.isFinite(each) ? each : null)) : headersObject(value, isPayload);
}

function headersObject(headers: HeaderList, isAnyCase: boolean): Record<string, string | readonly string[]> {
  const byName = new Map<string, string[]>();
  for (const [written, value] of headers) {
    const name = isAnyCase ? written.toLowerCase() : written;
    const values = byName.get(name);
    if (values) values.push(value);
    else byName.set(name, [value]);
  }
  // fromEntries defines properties, so a header named __proto__ is only a header.
  return Object.fromEntries(
    [...byName].map(([name, values]) => [name, values.length === 1 ? (values[0] ?? '') : values]),
  );
}

function utf8(bytes: Uint8Array): string | undefined {
  try {
    return fatal.decode(bytes);
  } catch {
    return undefined;
  }
}
