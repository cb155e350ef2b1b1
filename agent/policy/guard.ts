/**
 * Keeps rows of pods that are limited from going further than they may. The kernel side is told of the same limits; this is for what was on its way
 * when a limit came, and for what a level captures by the way (the first bytes of a body come with the head).
 */
import type { CaptureLevel } from '../../src/domain/agent-status.ts';
import type { Row, Value } from '../../src/domain/column.ts';
import type { Table } from '../../src/domain/table.ts';

/**
 * Of a pod, "namespace/name", or of what has no such name; undefined = as deep as anybody likes.
 *
 * @param cgroup its path where it is known
 */
export type LimitOf = (pod: string | undefined, cgroup?: string) => CaptureLevel | undefined;

/** Connections alone are told at level `flows`, and whose they are. */
const flowTables: ReadonlySet<string> = new Set([
  'conn_stats',
  'tcp_stats_events',
  'process_stats',
  'network_stats',
  'pod_info',
]);

/**
 * The row as it may be told: the same, one without bodies, or none.
 *
 * @param release lets go of the memory of a row that goes no further
 */
export function guarded(table: Table, row: Row, limitOf: LimitOf, release: (row: Row) => void): Row | undefined {
  const level = limitOf(localPod(row), typeof row.cgroup === 'string' ? row.cgroup : undefined);
  if (level === undefined || level === 'bodies') return row;
  if (level === 'off' || (level === 'flows' && !flowTables.has(table.id))) {
    release(row);
    return undefined;
  }
  if (level === 'flows') return row;
  const bodies = table.columnIds.filter((id) => table.columns[id]?.type === 'body');
  if (bodies.every((id) => (row[id] ?? null) === null)) return row;
  // Rows decode on read: a plain one is made without its bodies.
  const plain: Record<string, Value> = {};
  for (const id of table.columnIds) plain[id] = bodies.includes(id) ? null : (row[id] ?? null);
  release(row);
  return plain;
}

/** The pod whose traffic it is, by whatever names it. */
function localPod({ pod, entity, trace_role: role, source, destination }: Row): string | undefined {
  if (typeof pod === 'string') return pod;
  if (typeof entity === 'string') return entity;
  const own = role === 'client' ? source : role === 'server' ? destination : undefined;
  return typeof own === 'string' ? own : undefined;
}
