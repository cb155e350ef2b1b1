/** Makes a `Store`. */
import type { AgentEvent } from '../domain/agent-event.ts';
import type { Loss } from '../domain/agent-status.ts';
import { createPodRegister, type PodRegister } from '../domain/pods/pod-register.ts';
import { findTable, tables } from '../domain/tables/index.ts';
import { createAgentBook } from './agent-book.ts';
import { mergeLosses } from './losses.ts';
import { createRowRing, type RowRing } from './row-ring.ts';
import { createSeries, type SeriesLimits } from './series/series.ts';
import type { Snapshot, Store, TableState } from './store.ts';
import { createWorkQueue, type Pacing } from './work.ts';

export interface StoreLimits {
  /** Rows kept of each table, 1 or more. */
  readonly rows: number;
  /** Memory for summaries over time, names in them, and how long they are kept. */
  readonly series: Partial<SeriesLimits>;
}

/** Tables whose rows are told anew every second or while they change: as many as there are things, not events. */
const mostLevels = 5_000;
const levelTables: ReadonlySet<string> = new Set(['tcp_stats_events', 'network_stats']);
/** What is known of pods: kept by pod. */
const podTable = 'pod_info';
/** Kept over time alone (series/series.ts). */
const seriesOnly: ReadonlySet<string> = new Set([
  'pod_stats',
  'edge_stats',
  'endpoint_stats',
  'conn_stats',
  'process_stats',
]);

const noRows: TableState = { rows: [], received: 0, evicted: 0 };

/**
 * A store that keeps the newest `limits.rows` (default 20,000) rows of each table. `now` is for tests: Unix ms. With a pacing, a publication
 * whose tables take long to work out comes when they are: nothing holds keys up. Without one, whoever asks waits. What agents tell of pods is
 * put into `pods`, which others may fill, too.
 */
export function createStore(
  limits: Partial<StoreLimits> = {},
  now: () => number = Date.now,
  pacing: Pacing | undefined = undefined,
  pods: PodRegister = createPodRegister(),
): Store {
  const limit = Math.max(1, Math.floor(limits.rows ?? 20_000));
  const rings = new Map<string, RowRing>(
    tables
      .filter(({ id }) => !seriesOnly.has(id) && id !== podTable)
      .map((table) => [
        table.id,
        createRowRing(table, levelTables.has(table.id) ? Math.min(limit, mostLevels) : limit),
      ]),
  );
  const queue = pacing && createWorkQueue(pacing, () => show());
  const series = createSeries(pods, limits.series, queue);
  const agents = createAgentBook();
  const listeners = new Set<() => void>();
  /** Tables whose rows go when the next ones come. */
  const renewing = new Set<string>();
  let changed = false;
  /** Evictions of tables that were cleared since; losses never fall. */
  let evictedBefore = 0;
  let snapshot = takeSnapshot(0);

  function takeSnapshot(version: number): Snapshot {
    const states = new Map([...rings].map(([id, ring]) => [id, tableState(ring)]));
    const listed = agents.list();
    const evicted = [...states.values()].reduce((sum, state) => sum + state.evicted, evictedBefore);
    const own: readonly Loss[] = [
      { reason: 'store-evicted', count: evicted },
      { reason: 'pod-disputed', count: pods.disputed },
    ];
    const losses = mergeLosses('sum', ...listed.map((agent) => agent.losses), own, series.losses);
    return {
      version,
      time: now(),
      table: (id) => states.get(id) ?? noRows,
      derived: (table, window) => series.derived(table, window, version),
      namespaces: series.namespaces,
      isPending: series.isPending,
      timeline: (scope, window, stepMs) => series.timeline(scope, window, stepMs, version),
      held: series.held,
      pods,
      agents: listed,
      losses,
      lost: losses.reduce((sum, { count }) => sum + count, 0),
    };
  }

  const show = () => {
    changed = false;
    snapshot = takeSnapshot(snapshot.version + 1);
    for (const listener of [...listeners]) listener();
  };
  const clear = (table: string) => {
    renewing.delete(table);
    const ring = rings.get(table);
    if (!ring || ring.received === 0) return;
    evictedBefore += ring.evicted;
    ring.clear();
    changed = true;
  };
  const apply = (event: AgentEvent) => {
    changed = true;
    const heard = now();
    agents.note(event, heard);
    series.apply(event, heard);
    if (event.type !== 'rows' || !findTable(event.table)) return;
    if (event.table === podTable) for (const row of event.rows) pods.putRow(row, event.agent);
    const ring = rings.get(event.table);
    if (renewing.has(event.table)) clear(event.table);
    if (ring) for (const row of event.rows) ring.put(event.agent, row);
  };

  return {
    apply,
    clear,
    renew: (table) => void renewing.add(table),
    isRenewing: (table) => renewing.has(table),
    begin(table) {
      series.begin(table, now());
    },
    publish() {
      // A publication is under way.
      if (queue?.busy) return;
      const { held } = series;
      // Figures that take long to work out stand for a while; rows and how the agents are go on.
      if (!queue?.isResting && series.settle(now())) changed = true;
      if (!changed) return;
      if (held) series.prepare(held, snapshot.version);
      if (!queue?.busy) show();
    },
    getSnapshot: () => snapshot,
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

function tableState(ring: RowRing): TableState {
  // `list` first: it settles new rows, which may let others go.
  const rows = ring.list();
  return { rows, received: ring.received, evicted: ring.evicted };
}
