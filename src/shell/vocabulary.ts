/** What the words of a command line may be: commands, namespaces, and the pods and services seen lately. */
import { sanitizeLine } from '../domain/sanitize.ts';
import type { Snapshot, StoredRow, TimeWindow } from '../store/store.ts';
import { liveTime, windowOf } from '../views/time.ts';
import type { ViewSpec } from '../views/view.ts';

export interface Vocabulary {
  readonly specs: readonly ViewSpec[];
  /** In their order of the digits. */
  readonly namespaces: readonly string[];
  /** Services, then pods, as namespace/name. */
  readonly names: readonly string[];
}

/** How much of each is offered; a person who wants another one types it. */
const most = 2_000;

/** How far back a look at every tick goes: what was heard of before has been noted then. Among many agents what does nothing is told of every five seconds. */
const recentMs = 10_000;

/**
 * Namespaces in which something was heard of, in alphabetical order: in the newest seconds, or, with `wide`, in the stretch of time that
 * screens begin with.
 */
export function namespacesIn(snapshot: Snapshot, wide: boolean): readonly string[] {
  const { from, to } = windowOf(liveTime, snapshot);
  return snapshot
    .namespaces(wide ? from : Math.max(from, to - recentMs))
    .slice(0, most)
    .map((name) => sanitizeLine(name));
}

/** Of the pods of a snapshot. */
const known = new WeakMap<readonly StoredRow[], readonly string[]>();

/** Services and pods heard of in the newest stretch of time, each in alphabetical order. */
export function namesIn(snapshot: Snapshot): readonly string[] {
  const window = windowOf(liveTime, snapshot);
  const rows = snapshot.derived('pods', window);
  const before = known.get(rows);
  if (before) return before;
  const services = columnOf(snapshot, 'services', 'service', window);
  const pods = columnOf(snapshot, 'pods', 'pod', window);
  const names = [...new Set([...services.toSorted(), ...pods.toSorted()])];
  // While the screen has none yet, each look may be at another snapshot of nothing.
  if (rows.length > 0) known.set(rows, names);
  return names;
}

/** The namespaces a word lists, e.g. `shop,default`; empty for `all`, undefined where it is something else. */
export function namespacesOf(word: string, { namespaces, names }: Vocabulary): readonly string[] | undefined {
  if (word.toLowerCase() === 'all') return [];
  const parts = word.split(',').filter((part) => part !== '');
  if (parts.length === 0) return undefined;
  // Before anything was seen a word that could be a namespace (RFC 1123 label) is taken for one.
  const isBlind = namespaces.length === 0 && names.length === 0;
  const isOne = (part: string) =>
    isBlind ? /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(part) : namespaces.includes(part);
  return parts.every(isOne) ? parts : undefined;
}

/** `api` of `shop/api`. */
export function shortOf(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1);
}

function columnOf(snapshot: Snapshot, table: string, column: string, window: TimeWindow): readonly string[] {
  const rows = snapshot.derived(table, window);
  return rows.slice(0, most).flatMap(({ row }) => {
    const value = row[column];
    return typeof value === 'string' && value !== '' ? [sanitizeLine(value)] : [];
  });
}
