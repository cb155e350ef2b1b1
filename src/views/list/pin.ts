/**
 * Keeps the chosen row where it is while the rows around it change places. Summaries are sorted anew each second; whoever is about to
 * press enter must not find another row under the cursor, nor the chosen one elsewhere.
 */
import type { StoredRow } from '../../store/store.ts';
import type { ListCursor } from '../../tui/list-cursor.ts';

/** The rows with the one the cursor holds on to moved to where it was seen last; the same input gives the same array. */
export function createPin(): (rows: readonly StoredRow[], cursor: ListCursor) => readonly StoredRow[] {
  let known: { rows: readonly StoredRow[]; key: string; index: number; pinned: readonly StoredRow[] } | undefined;
  return (rows, { hold, key, index }) => {
    if (hold !== 'row' || key === undefined) return rows;
    if (known?.rows === rows && known.key === key && known.index === index) return known.pinned;
    const pinned = pin(rows, key, index);
    known = { rows, key, index, pinned };
    return pinned;
  };
}

function pin(rows: readonly StoredRow[], key: string, index: number): readonly StoredRow[] {
  const at = rows.findIndex((stored) => stored.key === key);
  const chosen = rows[at];
  const to = Math.min(index, rows.length - 1);
  if (!chosen || at === to) return rows;
  return rows.toSpliced(at, 1).toSpliced(to, 0, chosen);
}
