/** Rows as text, one by one, for each `-o` there is. */
import type { Row } from '../domain/column.ts';
import { createTextTable, csvHeader, csvRow, jsonLine } from '../domain/output/index.ts';
import type { Table } from '../domain/table.ts';

export const outputFormats = ['table', 'wide', 'json', 'jsonl', 'csv'] as const;
export type OutputFormat = (typeof outputFormats)[number];

/** What is printed is valid at any moment `end` is called: also without any row, also after an interruption. */
export interface RowWriter {
  readonly begin: () => string;
  readonly row: (row: Row) => string;
  readonly end: () => string;
}

export interface WriterOptions {
  /** Cells of the terminal; undefined = not a terminal: nothing is cut. */
  readonly width: number | undefined;
  readonly color: boolean;
  readonly ascii: boolean;
}

const nothing = () => '';

export function createRowWriter(table: Table, format: OutputFormat, options: WriterOptions): RowWriter {
  switch (format) {
    case 'jsonl':
      return { begin: nothing, row: (row) => `${jsonLine(table, row)}\n`, end: nothing };
    case 'json':
      return jsonArray((row) => jsonLine(table, row));
    case 'csv':
      return { begin: () => csvHeader(table), row: (row) => csvRow(table, row), end: nothing };
    case 'table':
    case 'wide': {
      const offsetMinutes = -new Date().getTimezoneOffset();
      const { header, line } = createTextTable(table, { ...options, offsetMinutes, wide: format === 'wide' });
      return { begin: () => `${header}\n`, row: (row) => `${line(row)}\n`, end: nothing };
    }
  }
}

function jsonArray(line: (row: Row) => string): RowWriter {
  let first = true;
  return {
    begin: () => '[',
    row(row) {
      const before = first ? '\n' : ',\n';
      first = false;
      return before + line(row);
    },
    end: () => (first ? ']\n' : '\n]\n'),
  };
}
