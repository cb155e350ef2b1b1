/** What 500 services cost the terminal, in this process: laying the map out, working tables out at each tick, keeping an hour of it. */
import { createStore } from '../../src/store/create-store.ts';
import { clusterBegin, clusterSecond, clusterSize } from '../../src/store/series/testing/cluster.ts';
import type { Store } from '../../src/store/store.ts';
import { type MapCosts, measureMap } from '../../src/views/map/bench.ts';
import { summarize } from './stats.ts';
import { range, renderTable } from './table.ts';

export interface LargeFigures {
  readonly services: number;
  readonly edges: number;
  /** By table: ms of each publication with that table on the screen, four a second. */
  readonly ticks: readonly { readonly table: string; readonly ms: readonly number[] }[];
  /** CPU of taking in what agents tell, ms a second of captured time. */
  readonly takeMs: readonly number[];
  readonly maps: readonly (MapCosts & { readonly limit: number })[];
  /** After so many seconds of captured time: heap and buffers in use, bytes, garbage collected. */
  readonly memory: readonly { readonly seconds: number; readonly bytes: number }[];
}

export interface LargePlan {
  /** Captured time that ticks are timed over. */
  readonly seconds: number;
  /** Captured time at the end of which memory is read last. */
  readonly memorySeconds: number;
  readonly mapRounds: number;
}

const ticksPerSecond = 4;
/** What screens look at. */
const windowMs = 60_000;
const tables = ['services', 'pods', 'edges', 'endpoints', 'flows'];
/** Edges on the map: few, many, and about as many as can be read. */
const mapLimits = [40, 80, 160];

export function measureLarge(plan: LargePlan, say: (line: string) => void): LargeFigures {
  const ticks = tables.map((table) => {
    say(`500 services: ticks of ${table}`);
    return { table, ...timeTicks(table, plan.seconds) };
  });
  say('500 services: the map');
  const { store } = fill(60);
  const { held } = store.getSnapshot();
  const window = { from: (held?.to ?? 0) - windowMs, to: held?.to ?? 0 };
  const rows = (table: string) => store.getSnapshot().derived(table, window);
  const maps = mapLimits.map((limit) => ({
    limit,
    ...measureMap(rows('edges'), rows('services'), limit, plan.mapRounds),
  }));
  say('500 services: memory');
  return {
    ...clusterSize,
    ticks: ticks.map(({ table, ms }) => ({ table, ms })),
    takeMs: ticks.flatMap(({ takeMs }) => takeMs),
    maps,
    memory: measureMemory(plan.memorySeconds),
  };
}

function timeTicks(table: string, seconds: number): { ms: number[]; takeMs: number[] } {
  const { store, tell } = fill(60);
  const ms: number[] = [];
  const takeMs: number[] = [];
  for (let n = 60; n < 60 + seconds; n += 1) {
    let taken = 0;
    for (let part = 0; part < ticksPerSecond; part += 1) {
      const began = performance.now();
      tell(n, part);
      taken += performance.now() - began;
      const from = performance.now();
      store.publish();
      look(store, table);
      ms.push(performance.now() - from);
    }
    takeMs.push(taken);
  }
  return { ms, takeMs };
}

/** A store that was told of so many seconds, and how to tell it of a part of another. */
function fill(seconds: number): { store: Store; tell: (second: number, part: number) => void } {
  let now = clusterBegin;
  const store = createStore({}, () => now);
  const tell = (second: number, part: number) => {
    const time = clusterBegin + second * 1_000;
    // Agents tell of a second over the quarters of the next one.
    now = time + 1_000 + (part * 1_000) / ticksPerSecond;
    const events = clusterSecond(time, second);
    const share = events.filter((_, at) => Math.floor((at * ticksPerSecond) / events.length) === part);
    for (const event of share) store.apply(event);
  };
  for (let n = 0; n < seconds; n += 1) {
    for (let part = 0; part < ticksPerSecond; part += 1) tell(n, part);
    store.publish();
  }
  return { store, tell };
}

function look(store: Store, table: string): void {
  const snapshot = store.getSnapshot();
  if (snapshot.held) snapshot.derived(table, { from: snapshot.held.to - windowMs, to: snapshot.held.to });
}

function measureMemory(seconds: number): { seconds: number; bytes: number }[] {
  const { store, tell } = fill(0);
  const memory: { seconds: number; bytes: number }[] = [];
  const quarter = Math.max(1, Math.floor(seconds / 4));
  for (let n = 0; n < quarter * 4; n += 1) {
    for (let part = 0; part < ticksPerSecond; part += 1) tell(n, part);
    store.publish();
    if (n % 10 === 9) look(store, 'services');
    if ((n + 1) % quarter === 0) memory.push({ seconds: n + 1, bytes: inUse() });
  }
  return memory;
}

/** Collected first where the process was started with --expose-gc, as `npm run bench` does. */
function inUse(): number {
  (globalThis as { gc?: () => void }).gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

export function largeReport({ services, edges, ticks, takeMs, maps, memory }: LargeFigures): string {
  const cost = (ms: readonly number[]) => range(summarize(ms), 1);
  return [
    `${services} services, ${edges} edges: work of the terminal's own thread, ms, median (min–max)`,
    renderTable(
      ['tick with the table on screen (4/s)', 'ms'],
      [...ticks.map(({ table, ms }) => [table, cost(ms)]), ['taking in a second of what agents tell', cost(takeMs)]],
    ),
    renderTable(
      ['map: edges shown', 'nodes', 'graph', 'choose', 'layout (its thread)', 'settle', 'route', 'paint 198×40'],
      maps.map(({ limit, nodes, graphMs, selectMs, arrangeMs, settleMs, routeMs, paintMs }) => [
        String(limit),
        String(nodes),
        ...[graphMs, selectMs, arrangeMs, settleMs, routeMs, paintMs].map((ms) => ms.toFixed(1)),
      ]),
    ),
    renderTable(
      ['captured time', 'heap and buffers, MiB'],
      memory.map(({ seconds, bytes }) => [`${(seconds / 60).toFixed(1)} min`, (bytes / 2 ** 20).toFixed(0)]),
    ),
  ].join('\n\n');
}
