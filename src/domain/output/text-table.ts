/** Rows as a plain text table, as `get -o table` and `-o wide` print them. */

import { type CellWidth, codePointWidth, fitCell } from '../cell.ts';
import type { Row, Severity } from '../column.ts';
import { severityOf } from '../format/severity.ts';
import { formatValue } from '../format/value.ts';
import { type LaidOutColumn, layoutColumns } from '../layout.ts';
import type { Table } from '../table.ts';

export interface TextTableOptions {
  /** Cells of the terminal; undefined = no limit (a pipe): nothing is left out or cut. */
  readonly width?: number | undefined;
  readonly wide?: boolean;
  /** ANSI colours by severity. */
  readonly color?: boolean;
  readonly ascii?: boolean | undefined;
  /** Minutes east of UTC. */
  readonly offsetMinutes?: number | undefined;
  readonly widthOf?: CellWidth;
}

export interface TextTable {
  /** The heading line. */
  readonly header: string;
  /** One line for a row; every line of a table has the same columns in the same places. */
  readonly line: (row: Row) => string;
}

/** Cells between columns: every cell counts on a narrow screen. */
const gapIn = (width: number | undefined) => (width !== undefined && width < 120 ? 1 : 2);
const unlimited = 100_000;
/** SGR foreground colours (ECMA-48 §8.3.117): of the 16 that every theme defines. */
const colors: Partial<Record<Severity, string>> = {
  ok: '\u001b[32m',
  notice: '\u001b[36m',
  warn: '\u001b[33m',
  bad: '\u001b[31m',
};

/** A table whose widths come from the declarations, so that rows can be printed as they arrive. */
export function createTextTable(table: Table, options: TextTableOptions = {}): TextTable {
  const columns = layoutColumns(table, {
    width: options.width ?? unlimited,
    wide: options.wide ?? false,
    gap: gapIn(options.width),
  });
  if (options.width !== undefined) return drawnWith(columns, options, false);
  const preferred = columns.map((column) => ({ ...column, width: column.spec.width[1] }));
  return drawnWith(preferred, options, true);
}

/** The lines of a finished set of rows, heading first; without a width, columns are as wide as what they hold. */
export function textTable(table: Table, rows: readonly Row[], options: TextTableOptions = {}): string[] {
  if (options.width !== undefined) {
    const { header, line } = createTextTable(table, options);
    return [header, ...rows.map(line)];
  }
  const widthOf = options.widthOf ?? codePointWidth;
  const columns = layoutColumns(table, {
    width: unlimited,
    wide: options.wide ?? false,
    gap: gapIn(options.width),
  }).map((column) => ({
    ...column,
    width: rows.reduce(
      (width, row) =>
        Math.max(
          width,
          widthOf(
            formatValue(column.spec, row[column.id], { ascii: options.ascii, offsetMinutes: options.offsetMinutes }),
          ),
        ),
      widthOf(column.spec.title),
    ),
  }));
  const { header, line } = drawnWith(columns, options, true);
  return [header, ...rows.map(line)];
}

function drawnWith(columns: readonly LaidOutColumn[], options: TextTableOptions, overflow: boolean): TextTable {
  const widthOf = options.widthOf ?? codePointWidth;
  const cell = (text: string, column: LaidOutColumn) =>
    overflow && widthOf(text) > column.width
      ? text
      : fitCell(text, column.width, { align: column.align, trim: column.trim, widthOf, ascii: options.ascii });
  const join = (cells: readonly string[]) => cells.join(' '.repeat(gapIn(options.width))).trimEnd();
  return {
    header: join(columns.map((column) => cell(column.spec.title, column))),
    line: (row) =>
      join(
        columns.map((column) => {
          const value = row[column.id];
          const width = overflow ? undefined : column.width;
          const text = formatValue(column.spec, value, {
            ascii: options.ascii,
            offsetMinutes: options.offsetMinutes,
            width,
          });
          const color = options.color ? colors[severityOf(column.spec, value)] : undefined;
          const shown = cell(text, column);
          return color ? `${color}${shown}\u001b[39m` : shown;
        }),
      ),
  };
}
