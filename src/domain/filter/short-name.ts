/** The name by which people know a column. */
import { findColumn, type Table } from '../table.ts';

/** The id where it is one plain word (`latency`), else the first alias (`status` for `resp_status`) that means this column, else the id. */
export function shortName(table: Table, id: string): string {
  const alias = id.includes('_') ? table.columns[id]?.aliases?.[0] : undefined;
  return alias !== undefined && findColumn(table, alias)?.id === id ? alias : id;
}
