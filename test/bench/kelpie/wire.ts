/** Reads columns of a wire batch by name. */
import type { Batch } from '../../../proto/gen/kelpie/v1/agent.ts';

type Cell = string | number | bigint | Uint8Array;

/** Value of the column in each row, undefined where the row has none; all undefined when the batch lacks the column. */
export function columnOf(batch: Batch, name: string): (Cell | undefined)[] {
  const column = batch.columns.find((each) => each.name === name);
  const cells: (Cell | undefined)[] = [];
  const values = column?.values;
  if (!column || !values) return Array.from({ length: batch.rows }, () => undefined);
  let next = 0;
  for (let row = 0; row < batch.rows; row += 1) {
    const present = column.present.length === 0 || ((column.present[row >> 3] ?? 0) >> (row & 7)) & 1;
    cells.push(present ? valueAt(values, next++) : undefined);
  }
  return cells;
}

function valueAt(values: NonNullable<Batch['columns'][number]['values']>, at: number): Cell | undefined {
  if (values.$case === 'strings') return values.value.dictionary[values.value.index[at] ?? -1];
  return values.value.value[at];
}
