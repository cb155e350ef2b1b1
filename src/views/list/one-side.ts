/** What was seen from both ends, once: lists of incidents count what happened, not who saw it. */
import type { Row } from '../../domain/column.ts';
import type { StoredRow } from '../../store/store.ts';

export interface Sides {
  /** In the given order; of a pair, the client's row. */
  readonly rows: readonly StoredRow[];
  /** Rows that stand for both ends. */
  readonly both: ReadonlySet<StoredRow>;
}

/** The two ends tell of the same thing within this time, ns: the way there, and what their clocks differ by. */
const nearNanos = 1_000_000_000n;

/**
 * Leaves out rows of servers that a client's row tells of too. The two have the client's address and port and their subject in common:
 * those are the same on both ends, where the server's may be translated on the way. Of several alike, the n-th meets the n-th.
 *
 * @param subjectOf what the row is about, e.g. method and path
 */
export function oneSide(rows: readonly StoredRow[], subjectOf: (row: Row) => string): Sides {
  const servers = new Map<string, StoredRow[]>();
  for (const stored of rows) {
    if (stored.row.trace_role !== 'server') continue;
    const key = `${stored.row.remote_addr} ${stored.row.remote_port} ${subjectOf(stored.row)}`;
    const known = servers.get(key);
    if (known) known.push(stored);
    else servers.set(key, [stored]);
  }
  if (servers.size === 0) return { rows, both: new Set() };
  const twins = new Set<StoredRow>();
  const both = new Set<StoredRow>();
  for (const stored of rows) {
    if (stored.row.trace_role !== 'client') continue;
    const candidates = servers.get(`${stored.row.local_addr} ${stored.row.local_port} ${subjectOf(stored.row)}`);
    const at = candidates?.findIndex((other) => isNear(stored, other)) ?? -1;
    const [twin] = at === -1 ? [] : (candidates?.splice(at, 1) ?? []);
    if (!twin) continue;
    twins.add(twin);
    both.add(stored);
  }
  return { rows: twins.size === 0 ? rows : rows.filter((stored) => !twins.has(stored)), both };
}

function isNear(a: StoredRow, b: StoredRow): boolean {
  const apart = (a.row.time_ as bigint) - (b.row.time_ as bigint);
  return apart <= nearNanos && apart >= -nearNanos;
}
