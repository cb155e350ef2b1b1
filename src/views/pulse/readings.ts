/** What `:pulse` reads: a stretch of time and the one before it. */

import type { PodFacts } from '../../domain/pods/pod-facts.ts';
import type { EdgeRow } from '../../domain/tables/derived/edges.ts';
import type { EndpointRow } from '../../domain/tables/derived/endpoints.ts';
import type { FlowRow } from '../../domain/tables/derived/flows.ts';
import type { PodRow } from '../../domain/tables/derived/pods.ts';
import type { ServiceRow } from '../../domain/tables/derived/services.ts';
import type { Scope, Snapshot, TimeWindow } from '../../store/store.ts';
import { type Course, readCourse } from '../course.ts';
import { type TimeState, windowOf } from '../time.ts';

export interface Readings {
  readonly time: TimeState;
  readonly now: Course;
  /** Undefined while too little is held to compare with. */
  readonly before: Course | undefined;
  readonly services: readonly ServiceRow[];
  readonly servicesBefore: readonly ServiceRow[];
  readonly endpoints: readonly EndpointRow[];
  readonly edges: readonly EdgeRow[];
  readonly flows: readonly FlowRow[];
  readonly pods: readonly PodRow[];
  readonly podFacts: PodFacts;
  /** Some of the rows are still being worked out: that nothing is wrong among them says nothing. */
  readonly isPending: boolean;
}

const tables = ['services', 'endpoints', 'edges', 'flows', 'pods'];

/** Less than this is no stretch to compare with, ms. */
const leastMs = 15_000;

export function readPulse(
  snapshot: Snapshot,
  time: TimeState,
  namespaces: ReadonlySet<string>,
  columns: number,
): Readings {
  const end = windowOf(time, snapshot).to;
  const held = snapshot.held ? Math.max(0, end - snapshot.held.from) : 0;
  // In the beginning what there is is cut into two halves.
  const spanMs = Math.max(1000, Math.min(time.spanMs, Math.floor(held / 2000) * 1000));
  const now: TimeWindow = { from: end - spanMs, to: end };
  const scopes: readonly Scope[] = namespaces.size === 0 ? [{}] : [...namespaces].map((namespace) => ({ namespace }));
  const isIn = (...names: readonly (string | null)[]) =>
    namespaces.size === 0 || names.some((name) => name !== null && namespaces.has(name));
  const rows = <T>(table: string, window: TimeWindow) => snapshot.derived(table, window).map(({ row }) => row as T);
  const servicesIn = (window: TimeWindow) =>
    rows<ServiceRow>('services', window).filter(({ namespace }) => isIn(namespace));
  const course = (at: number, span: number) =>
    readCourse(snapshot, scopes, { kind: 'past', at, spanMs: span }, columns);
  const canCompare = spanMs >= leastMs && held >= 2 * spanMs;
  const courseNow = course(end, canCompare ? spanMs : Math.max(1000, Math.min(time.spanMs, held)));
  const courseBefore = canCompare ? course(end - spanMs, spanMs) : undefined;
  return {
    time,
    now: courseNow,
    before: courseBefore,
    services: servicesIn(now),
    servicesBefore: canCompare ? servicesIn({ from: now.from - spanMs, to: now.from }) : [],
    endpoints: rows<EndpointRow>('endpoints', now).filter(({ namespace }) => isIn(namespace)),
    edges: rows<EdgeRow>('edges', now).filter((row) => isIn(row.source_namespace, row.destination_namespace)),
    flows: rows<FlowRow>('flows', now).filter((row) => isIn(row.source_namespace, row.destination_namespace)),
    pods: rows<PodRow>('pods', now).filter(({ namespace }) => isIn(namespace)),
    podFacts: snapshot.pods,
    isPending:
      courseNow.isPending || courseBefore?.isPending === true || tables.some((table) => snapshot.isPending?.(table)),
  };
}
