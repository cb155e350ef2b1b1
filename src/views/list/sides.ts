/** Which ends of what both ends saw a list shows: a call between two watched pods has a row of the client's and one of the server's. */
import type { Row } from '../../domain/column.ts';
import type { StoredRow } from '../../store/store.ts';
import { oneSide } from './one-side.ts';

/** `once`: what both ends saw is shown once, as the client saw it; what only one of them saw is there too. */
export type Side = 'both' | 'once' | 'server' | 'client';

/** A list whose rows come from both ends. */
export interface SidesSpec {
  /** What it begins with. */
  readonly first: Side;
  /** What a row is about, e.g. method and path: rows of both ends of one thing have it in common. */
  readonly subjectOf: (row: Row) => string;
}

const order: readonly Side[] = ['both', 'once', 'server', 'client'];

/** For the title. */
export const sideTitles: Readonly<Record<Side, string>> = {
  both: 'both sides',
  once: 'each once',
  server: 'server side',
  client: 'client side',
};

export function nextSide(side: Side): Side {
  return order[(order.indexOf(side) + 1) % order.length] ?? 'both';
}

/**
 * The rows of a side, in the given order; the same rows give the same array. The agents go on sending both: one exchange is told from
 * both ends, whichever of them the list shows.
 */
export function createSided({
  subjectOf,
}: SidesSpec): (rows: readonly StoredRow[], side: Side) => readonly StoredRow[] {
  let known: { all: readonly StoredRow[]; side: Side; rows: readonly StoredRow[] } | undefined;
  return (all, side) => {
    if (side === 'both') return all;
    if (known?.all !== all || known.side !== side) {
      const rows = side === 'once' ? oneSide(all, subjectOf).rows : all.filter(({ row }) => row.trace_role === side);
      known = { all, side, rows };
    }
    return known.rows;
  };
}
