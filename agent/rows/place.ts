/** Rows that live in memory of their own, which is used again after them (agent/protocols/row-memory.ts). */
import type { Row } from '../../src/domain/column.ts';

export interface Place {
  /** All bytes the row takes. */
  readonly bytes: number;
  /** Let go of: the row can no longer be read. */
  readonly isGone: boolean;
  /** The ring of recent rows keeps it no longer; once for each row. */
  release(): void;
}

/** The place of a row; undefined for a plain object, which the garbage collector looks after. */
export type PlaceOf = (row: Row) => Place | undefined;
