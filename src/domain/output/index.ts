/** The door to machine-readable and plain text output of rows. */
export { type CsvOptions, csvHeader, csvRow } from './csv.ts';
export { toCurl } from './curl.ts';
export { type JsonValue, jsonDocument, jsonLine, toJson } from './json.ts';
export { createTextTable, type TextTable, type TextTableOptions, textTable } from './text-table.ts';
