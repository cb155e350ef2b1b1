/** Rows that decode their payload on read: how to copy one in full, and what one weighs. */
import type { Row, Value } from '../../src/domain/column.ts';
import type { Table } from '../../src/domain/table.ts';

/** Key of a row's own account of the bytes its payload keeps alive. */
export const payloadBytes = Symbol('payloadBytes');

/** Key of what a reader of the payload should know (a damaged coding, say); found out by decoding. */
export const payloadNotes = Symbol('payloadNotes');

/** Key of the memory outside the JavaScript heap that a row lives in. */
export const rowMemory = Symbol('rowMemory');

/** A row's place in memory that is used again. */
export interface RowPlace {
  /** All bytes the row takes, objects included. */
  readonly bytes: number;
  /** Let go of: the row can no longer be read. */
  readonly isGone: boolean;
  /** Nobody will read the row any more; once for each row. */
  release(): void;
}

interface LazyRow {
  readonly [payloadBytes]?: number;
  readonly [payloadNotes]?: readonly string[];
  readonly [rowMemory]?: RowPlace;
  readonly error?: Value;
}

/**
 * The row as a plain object with every column of its table, headers parsed and bodies decoded. What was wrong with the
 * payload is added to `error`, in tables that have that column. Never throws.
 */
export function payloadOf(table: Table, row: Row): Row {
  const plain: Record<string, Value> = {};
  for (const id of table.columnIds) plain[id] = row[id] ?? null;
  const notes = (row as LazyRow)[payloadNotes] ?? [];
  if (notes.length > 0 && 'error' in plain) {
    plain.error = (typeof plain.error === 'string' ? [plain.error, ...notes] : notes).join('; ');
  }
  return plain;
}

/** Bytes of undecoded heads and bodies the row keeps in memory; to be added to the cost of its other columns. */
export function payloadBytesOf(row: Row): number {
  return (row as LazyRow)[payloadBytes] ?? 0;
}

/** The row's place in memory, undefined for a plain object. */
export function placeOf(row: Row): RowPlace | undefined {
  return (row as LazyRow)[rowMemory];
}
