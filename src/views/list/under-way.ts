/** Requests without an answer yet, with their age for a latency: what hangs is slower than whatever came back. */
import type { StoredRow } from '../../store/store.ts';

/** Without a complete answer yet. */
export function isUnderWay({ row }: StoredRow): boolean {
  return row.outcome === 'in-flight';
}

/**
 * The rows with the age of those under way as their latency (ns).
 *
 * @param now Unix ms, by the clock of the rows
 */
export function withAges(rows: readonly StoredRow[], now: number): readonly StoredRow[] {
  if (!rows.some(isUnderWay)) return rows;
  const nanos = BigInt(Math.round(now)) * 1_000_000n;
  return rows.map((stored) => {
    const { time_ } = stored.row;
    if (!isUnderWay(stored) || typeof time_ !== 'bigint') return stored;
    return { ...stored, row: { ...stored.row, latency: Math.max(0, Number(nanos - time_)) } };
  });
}
