/** Names on the screen that pods of several namespaces have: in little room such a name without its namespace would be two things. */
import type { SemanticType } from '../../domain/column.ts';
import { bareWorkload } from '../../domain/format/index.ts';
import type { LaidOutColumn } from '../../domain/layout.ts';
import { namespaceOf } from '../../domain/workload.ts';
import type { StoredRow } from '../../store/store.ts';

const entities = new Set<SemanticType>(['endpoint', 'pod', 'service']);
const none: ReadonlySet<string> = new Set();

/** @param rows those on the screen */
export function ambiguousIn(columns: readonly LaidOutColumn[], rows: readonly StoredRow[]): ReadonlySet<string> {
  const ids = columns.filter(({ spec }) => entities.has(spec.type)).map(({ id }) => id);
  const names = new Set(rows.flatMap(({ row }) => ids.map((id) => row[id])));
  const namespaces = new Map<string, string>();
  const found = new Set<string>();
  for (const name of names) {
    const namespace = typeof name === 'string' ? namespaceOf(name) : undefined;
    if (typeof name !== 'string' || namespace === undefined) continue;
    const workload = bareWorkload(name);
    const known = namespaces.get(workload);
    if (known === undefined) namespaces.set(workload, namespace);
    else if (known !== namespace) found.add(workload);
  }
  return found.size === 0 ? none : found;
}
