/** Which figures moved with the last news: a mark for the eye, as in k9s, but only for moves that mean something. */
import type { ColumnSpec, Row, SemanticType } from '../../domain/column.ts';
import type { Table } from '../../domain/table.ts';
import type { StoredRow } from '../../store/store.ts';

/** 1 = rose, -1 = fell. */
export type Move = 1 | -1;
export type Marks = ReadonlyMap<string, Move>;

export interface Deltas {
  /** Tells the rows there are now; another array is the next news. */
  see(rows: readonly StoredRow[]): void;
  /** What moved in a row since the news before; undefined = nothing, or it was not looked at then. Ask for each row on the screen. */
  of(stored: StoredRow): Marks | undefined;
  /** What comes next is about something else. */
  forget(): void;
}

/** Figures that differ from second to second move all the time: a fifth is news. */
const leastShare = 0.2;
/** Smaller than this is no news either, whatever the share: one request more in a quiet second. */
const leastMove: Partial<Record<SemanticType, number>> = {
  rate: 1,
  byterate: 1_000,
  bytes: 1_000,
  percent: 0.005,
  duration: 500_000,
  count: 1,
};

export function createDeltas(table: Table): Deltas {
  const watched = table.columnIds.flatMap((id) => {
    const spec = table.columns[id];
    return spec && leastMove[spec.type] !== undefined ? [{ id, spec }] : [];
  });
  let seen: readonly StoredRow[] | undefined;
  let before = new Map<string, Row>();
  let now = new Map<string, Row>();
  let marks = new Map<string, Marks | undefined>();

  return {
    see(rows) {
      if (rows === seen) return;
      seen = rows;
      before = now;
      now = new Map();
      marks = new Map();
    },
    of({ key, row }) {
      now.set(key, row);
      if (!marks.has(key)) marks.set(key, marksOf(watched, before.get(key), row));
      return marks.get(key);
    },
    forget() {
      seen = undefined;
      before = new Map();
      now = new Map();
      marks = new Map();
    },
  };
}

interface Watched {
  readonly id: string;
  readonly spec: ColumnSpec;
}

function marksOf(columns: readonly Watched[], before: Row | undefined, now: Row): Marks | undefined {
  if (!before || before === now) return undefined;
  const marks = new Map<string, Move>();
  for (const { id, spec } of columns) {
    const move = moveOf(spec.type, before[id], now[id]);
    if (move !== 0) marks.set(id, move);
  }
  return marks.size > 0 ? marks : undefined;
}

function moveOf(type: SemanticType, before: Row[string] | undefined, now: Row[string] | undefined): Move | 0 {
  if (typeof before !== 'number' || typeof now !== 'number') return 0;
  const move = now - before;
  const size = Math.max(Math.abs(before), Math.abs(now));
  // Written so that NaN is no move.
  if (!(Math.abs(move) >= leastShare * size && Math.abs(move) >= (leastMove[type] ?? 0) && move !== 0)) return 0;
  return move > 0 ? 1 : -1;
}
