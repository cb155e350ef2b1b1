/** Summaries over time: takes what agents tell of each second, answers for any stretch of it. Bounded in memory and in names. */
import type { AgentEvent } from '../../domain/agent-event.ts';
import type { Loss } from '../../domain/agent-status.ts';
import type { Row } from '../../domain/column.ts';
import type { PodFacts } from '../../domain/pods/pod-facts.ts';
import type { Scope, StoredRow, TimelinePoint, TimeWindow } from '../store.ts';
import type { WorkQueue } from '../work.ts';
import { createClock } from './clock.ts';
import { createConnBook } from './conn-rows.ts';
import { takeContainerRow } from './container-rows.ts';
import { hostNamespace } from './derive/entities.ts';
import { createDerivedTables } from './derived.ts';
import { blockMs, secondMs } from './history.ts';
import { allKinds, createKinds } from './kinds.ts';
import { type RequestTable, type Taken, takeRequestRow } from './request-rows.ts';
import { createTimelines } from './timeline.ts';

export interface SeriesLimits {
  /** Memory for all that is kept over time. */
  readonly bytes: number;
  /** Names kept of each kind (pods, edges, endpoints, connections, containers). */
  readonly keys: number;
  /** How long it is kept, ms. */
  readonly keptMs: number;
}

export interface Series {
  apply(event: AgentEvent, now: number): void;
  /** Rows of this table of summaries come from now on and did not before. */
  begin(table: string, now: number): void;
  /** Puts what was applied in its place; true when there is something else to show than before. */
  settle(now: number): boolean;
  derived(table: string, window: TimeWindow, version: number): readonly StoredRow[];
  /** Of pods and processes heard of since then, Unix ms. */
  namespaces(since: number): readonly string[];
  /** Rows of a derived table are on their way and there are none yet. */
  isPending(table: string): boolean;
  /** With a queue: works out there what the publication `version`, in which `before` was held, was asked for. */
  prepare(before: TimeWindow, version: number): void;
  timeline(scope: Scope, window: TimeWindow, stepMs: number, version: number): readonly TimelinePoint[];
  readonly held: TimeWindow | undefined;
  readonly losses: readonly Loss[];
  /** Memory it takes, about. */
  readonly bytes: number;
}

const defaults: SeriesLimits = { bytes: 256 * 1024 * 1024, keys: 100_000, keptMs: 60 * 60_000 };
/** Seconds are kept so long at least while there is room, then ten of them are one, ms. */
const fineMs = 15 * 60_000;
/** Under pressure: share of the memory that seconds keep, and how many of them stay whatever happens, ms. */
const fineShare = 0.6;
const leastFineMs = 120_000;
/** A clock that is ahead by more is wrong. */
const aheadMs = 300_000;
/** A live agent whose clock differs by more from this terminal's tells of no time we know. */
const clockMs = 3_600_000;
/** Keys are looked through for unused ones at most so often, ms. */
const sweepMs = 30_000;

const requestTables: ReadonlySet<string> = new Set<RequestTable>(['pod_stats', 'edge_stats', 'endpoint_stats']);
const seriesTables: ReadonlySet<string> = new Set([...requestTables, 'conn_stats', 'process_stats']);

/**
 * @param podFacts whose the pods are, as far as it is known at the time: what becomes known later counts for all that is kept
 * @param queue where to do what takes long; undefined = at once, whoever waits
 */
export function createSeries(podFacts: PodFacts, limits: Partial<SeriesLimits> = {}, queue?: WorkQueue): Series {
  const { bytes: mostBytes, keys: mostKeys, keptMs } = { ...defaults, ...limits };
  const kinds = createKinds(podFacts, mostKeys);
  const every = allKinds(kinds);
  const conns = createConnBook();
  const clock = createClock();
  const derived = createDerivedTables(kinds, queue);
  const timelines = createTimelines(kinds, queue);
  const agents = new Map<string, number>();
  const live = new Set<string>();
  const losses = new Map<string, number>();
  let first: number | undefined;
  let to: number | undefined;
  let names = kinds.names.version;
  let workloads = podFacts.version;
  let swept = Number.NEGATIVE_INFINITY;
  let changed = false;

  const agentOf = (name: string): number => {
    let id = agents.get(name);
    if (id === undefined) {
      id = agents.size;
      agents.set(name, id);
    }
    return id;
  };
  const lose = (reason: string) => void losses.set(reason, (losses.get(reason) ?? 0) + 1);
  const bytes = () => every.reduce((sum, { history }) => sum + history.bytes, 0);

  const takeRow = (table: string, agent: string, second: number, row: Row): Taken => {
    const id = agentOf(agent);
    if (table === 'conn_stats') return conns.take(kinds, id, second, row);
    if (table === 'process_stats') return takeContainerRow(kinds, id, second, row);
    return takeRequestRow(kinds, table as RequestTable, id, second, row);
  };
  const takeRows = (table: string, agent: string, rows: readonly Row[], now: number) => {
    const begin = to === undefined ? Number.NEGATIVE_INFINITY : to - keptMs;
    const end = to === undefined ? Number.POSITIVE_INFINITY : to + aheadMs;
    for (const row of rows) {
      const time = row.time_;
      const second =
        typeof time === 'bigint' ? Math.floor(Number(time / 1_000_000n) / secondMs) * secondMs : Number.NaN;
      const isSane = !live.has(agent) || Math.abs(second - now) < clockMs;
      if (!(second >= begin && second < end) || !isSane) {
        // Totals that have not changed for long are no news, and no loss.
        if (table !== 'conn_stats') lose('summary-time');
        else if (!Number.isNaN(second) && second < begin) takeRow(table, agent, begin, row);
        continue;
      }
      // Of the second in which agents were asked some tell and some do not.
      if (table === 'endpoint_stats' && kinds.endpoints.from !== undefined && second < kinds.endpoints.from) continue;
      const taken = takeRow(table, agent, second, row);
      if (taken === 'nonsense') lose('summary-nonsense');
      if (taken === 'taken' || taken === 'nonsense') {
        // A live agent sums a second up once it is over; of connections and containers it tells in the middle of one.
        if (requestTables.has(table) || !live.has(agent)) clock.told(agent, second, now);
        // What a live agent says of its connections first may be old news.
        if (table !== 'conn_stats' || !live.has(agent)) first = Math.min(first ?? second, second);
      } else lose('summary-limit');
    }
  };

  /** Keeps memory and names within their limits: a little work at a time. */
  const upkeep = (now: number) => {
    if (to === undefined) return;
    for (const { history } of every) {
      if (history.oldest === undefined) continue;
      history.coarsen(to - fineMs);
      history.forget(to - keptMs);
    }
    for (let guard = 0; bytes() > mostBytes && guard < 1_000; guard += 1) {
      const oldest = Math.min(...every.map(({ history }) => history.oldest ?? Number.POSITIVE_INFINITY));
      const fineBytes = every.reduce((sum, { history }) => sum + history.fineBytes, 0);
      const fineFrom = Math.max(...every.map(({ history }) => Math.max(history.fineFrom, history.oldest ?? 0)));
      if (fineBytes > mostBytes * fineShare && fineFrom < to - leastFineMs) {
        const before = Math.floor(fineFrom / blockMs) * blockMs + blockMs;
        for (const { history } of every) while (history.coarsen(before));
      } else {
        for (const { history } of every) history.forget(oldest + blockMs);
      }
    }
    const full = every.some(({ keys }) => keys.isFull);
    if (full && now - swept > sweepMs) sweep(now);
  };
  const sweep = (now: number) => {
    swept = now;
    for (const { keys, history } of every) {
      const used = history.keysInUse();
      for (const key of keys.all()) if ((key.now?.[0] ?? 0) > 0) used.add(key.id);
      keys.keep(used);
    }
    conns.dropUnused(kinds);
    derived.reset();
    timelines.reset();
  };

  return {
    apply(event, now) {
      if (event.type === 'rows') {
        if (!seriesTables.has(event.table)) return;
        takeRows(event.table, event.agent, event.rows, now);
        changed = true;
      } else if (event.type === 'status') {
        if (event.status.source.kind !== 'live') {
          live.delete(event.agent);
          return;
        }
        live.add(event.agent);
        const time = event.time ?? now;
        if (Math.abs(time - now) < clockMs) {
          clock.alive(event.agent, time, now);
          // From now on nothing is a fact, too.
          first ??= Math.floor(time / secondMs) * secondMs;
        }
        changed = true;
      } else if (event.type === 'link' || event.type === 'gone') {
        const state = event.type === 'link' ? event.link.state : event.type;
        if (state === 'retrying' || state === 'absent' || state === 'gone') {
          clock.lost(event.agent);
          const id = agents.get(event.agent);
          if (id !== undefined) conns.forget(id);
          derived.touch();
          changed = true;
        } else if (state === 'ended') {
          clock.ended(event.agent);
          changed = true;
        }
      }
    },
    begin(table, now) {
      // Of the second that goes on only a part will be told.
      if (table === 'endpoint_stats') kinds.endpoints.from = Math.ceil(now / secondMs) * secondMs;
    },
    settle(now) {
      if (!changed && !clock.isSettling && podFacts.version === workloads) return false;
      const before = to;
      for (const { history } of every) history.settle();
      const complete = clock.settle(now);
      if (first !== undefined && complete !== undefined) to = Math.max(complete, first + secondMs);
      if (kinds.names.version !== names || podFacts.version !== workloads) {
        if (podFacts.version !== workloads) changed = true;
        names = kinds.names.version;
        workloads = podFacts.version;
        for (const { keys } of every) keys.rename();
      }
      upkeep(now);
      const isNews = changed || to !== before;
      changed = false;
      return isNews;
    },
    derived(table, window, version) {
      if (first === undefined || to === undefined) return [];
      return derived.rows(table, window, { from: heldFrom(), to }, version);
    },
    namespaces(since) {
      const found = new Set<string>();
      for (const { keys } of [kinds.pods, kinds.containers])
        for (const { last, ends } of keys.all())
          if (last >= since) found.add(ends.destinationNamespace ?? hostNamespace);
      return [...found].sort();
    },
    isPending(table) {
      const { from } = kinds.endpoints;
      const isAskedFor = table === 'endpoints' && from !== undefined && from >= (to ?? 0);
      return isAskedFor || derived.isPending(table);
    },
    prepare(before, version) {
      if (to === undefined) return;
      derived.prepare(before, { from: heldFrom(), to }, version);
      timelines.prepare(before.to, to, version);
    },
    timeline: timelines.points,
    get held() {
      return first === undefined || to === undefined ? undefined : { from: heldFrom(), to };
    },
    get losses() {
      return [...losses].map(([reason, count]) => ({ reason, count }));
    },
    get bytes() {
      return bytes();
    },
  };

  /** What was told of first, or what is still there. */
  function heldFrom(): number {
    const oldest = Math.min(...every.map(({ history }) => history.oldest ?? Number.POSITIVE_INFINITY));
    const forgotten = to === undefined ? 0 : to - keptMs;
    return Math.max(
      first ?? 0,
      Number.isFinite(oldest) && oldest > (first ?? 0) ? Math.min(oldest, to ?? oldest) : 0,
      forgotten,
    );
  }
}
