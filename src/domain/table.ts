/** A table: its columns, declared once. */
import type { ColumnSpec, ColumnSpecs, Row } from './column.ts';

export interface Table<C extends ColumnSpecs = ColumnSpecs> {
  /** Pixie's name where Pixie has the table, e.g. `http_events`. */
  readonly id: string;
  readonly title: string;
  readonly doc: string;
  readonly columns: C;
  /** Column ids in declaration order. */
  readonly columnIds: readonly string[];
  /** Column that identifies a row: a later row with the same value replaces the earlier one. */
  readonly key: string;
  /** Column rows are ordered by in time. */
  readonly time: string;
}

/** Declares a table; `columnIds` follows the order in which the columns are written. */
export function defineTable<const C extends ColumnSpecs>(
  spec: Omit<Table<C>, 'columnIds' | 'key' | 'time'> & {
    readonly key: keyof C & string;
    readonly time: keyof C & string;
  },
): Table<C> {
  return { ...spec, columnIds: Object.keys(spec.columns) };
}

/** The column with this id, else the first with this alias, or undefined. Matching ignores case. */
export function findColumn(table: Table, name: string): { readonly id: string; readonly spec: ColumnSpec } | undefined {
  const wanted = name.toLowerCase();
  const own = Object.hasOwn(table.columns, wanted) ? table.columns[wanted] : undefined;
  if (own) return { id: wanted, spec: own };
  for (const id of table.columnIds) {
    const spec = table.columns[id];
    if (spec?.aliases?.includes(wanted)) return { id, spec };
  }
  return undefined;
}

/** The identity of a row. */
export function rowKey(table: Table, row: Row): string {
  return String(row[table.key]);
}
