/**
 * Rows as CSV (RFC 4180): CR LF lines, a header row, quotes doubled. Values are those of the JSON output. It is made for
 * spreadsheets, so two things are not byte for byte (JSON is): text that a spreadsheet would run as a formula gets a `'` in
 * front (OWASP "CSV Injection"), and control characters other than tab and line feed are shown instead of sent.
 */
import type { Row } from '../column.ts';
import { sanitizeText } from '../sanitize.ts';
import type { Table } from '../table.ts';
import { type JsonValue, toJson } from './json.ts';

export interface CsvOptions {
  /** Headers and bodies too. */
  readonly payload?: boolean;
}

/** The header row: column ids, each body followed by its encoding. */
export function csvHeader(table: Table, options?: CsvOptions): string {
  return `${csvKeys(table, options).join(',')}\r\n`;
}

/** One row, line end included. */
export function csvRow(table: Table, row: Row, options?: CsvOptions): string {
  const object = toJson(table, row);
  return `${csvKeys(table, options)
    .map((key) => field(object[key]))
    .join(',')}\r\n`;
}

function csvKeys(table: Table, options: CsvOptions | undefined): string[] {
  return table.columnIds.flatMap((id) => {
    const spec = table.columns[id];
    if (spec?.type === 'sketch' || (spec?.payload && !options?.payload)) return [];
    return spec?.type === 'body' ? [id, `${id}_encoding`] : [id];
  });
}

function field(value: JsonValue | undefined): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'object') return quoted(sanitizeText(JSON.stringify(value)));
  if (typeof value !== 'string') return String(value);
  return quoted(sanitizeText(/^[=+\-@\t\r]/.test(value) ? `'${value}` : value));
}

function quoted(text: string): string {
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
