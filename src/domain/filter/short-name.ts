/** The name by which people know a column. */
import type { ColumnSpec } from '../column.ts';

/** The id where it is one plain word (`latency`), else the first alias (`status` for `resp_status`), else the id. */
export function shortName(id: string, spec: ColumnSpec): string {
  return id.includes('_') ? (spec.aliases?.[0] ?? id) : id;
}
