/** How much memory a row holds: an estimate that errs on the high side, because the ring's limit is a promise. */
import type { HeaderList, Row, SemanticType, Value } from '../../src/domain/column.ts';
import { bytesOf } from '../../src/domain/shared-row.ts';
import type { Table } from '../../src/domain/table.ts';

/** Object header, hidden class slots and map entry of one row in V8. */
const rowOverhead = 120;
/** Per column: a tagged slot, or a boxed double, or its share of a word that rows have in common. */
const slotBytes = 12;
/** Header and padding of a V8 string; characters beyond Latin-1 cost two bytes, which paths and names hardly ever hold. */
const stringOverhead = 20;
const bigintBytes = 24;
/** Semantic types whose words are a row's own; names of pods, methods, addresses are shared by all rows of a connection. */
const ownWords: ReadonlySet<SemanticType> = new Set(['id', 'path', 'text']);
const arrayOverhead = 32;
const bytesOverhead = 96;

/**
 * A function that tells the bytes one row of `table` holds: what the row says itself (src/domain/shared-row.ts), or else an estimate for
 * a plain object. Payload columns may decode when they are read, so they are never read to be measured where `payloadBytes` knows
 * what they keep.
 */
export function createRowSizer(table: Table, payloadBytes = payloadSize): (row: Row) => number {
  const texts: string[] = [];
  let fixed = rowOverhead + table.columnIds.length * slotBytes;
  for (const id of table.columnIds) {
    const spec = table.columns[id];
    if (spec?.type === 'time') fixed += bigintBytes;
    if (spec && !spec.payload && ownWords.has(spec.type)) texts.push(id);
  }
  return (row) => {
    const told = bytesOf(row);
    if (told !== undefined) return told;
    let size = fixed + payloadBytes(row, table);
    for (const id of texts) {
      const value = row[id];
      if (typeof value === 'string') size += stringOverhead + value.length;
    }
    return size;
  };
}

/** Bytes of payload columns that hold plain values. */
function payloadSize(row: Row, table: Table): number {
  let size = 0;
  for (const id of table.columnIds) if (table.columns[id]?.payload) size += valueSize(row[id]);
  return size;
}

function valueSize(value: Value | undefined): number {
  if (value instanceof Uint8Array) return bytesOverhead + value.byteLength;
  if (typeof value === 'string') return stringOverhead + value.length;
  return Array.isArray(value) ? headersSize(value as HeaderList) : 0;
}

function headersSize(headers: HeaderList): number {
  let size = arrayOverhead;
  for (const [name, value] of headers) size += arrayOverhead + 2 * stringOverhead + name.length + value.length;
  return size;
}
