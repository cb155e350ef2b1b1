/** What 500 services cost the terminal, in this process: laying the map out, working tables out at each tick, keeping an hour of it. */
import { createStore } from '../../src/store/create-store.ts';
import { clusterBegin, clusterSecond, clusterSize } from '../../src/store/series/testing/cluster.ts';
import type { Store } from '../../src/store/store.ts';
import type { Pacing } from '../../src/store/work.ts';
import { type MapCosts, measureMap } from '../../src/views/map/bench.ts';
import { summarize } from './stats.ts';
import { range, renderTable } from './table.ts';

export interface LargeFigures {
  readonly services: number;
  readonly edges: number;
  /** By table on the screen, four publications a second. */
  readonly ticks: readonly TickFigures[];
  /** CPU of taking in what agents tell, ms a second of captured time. */
  readonly takeMs: readonly number[];
  readonly maps: readonly (MapCosts & { readonly limit: number })[];
  /** After so many seconds of captured time: heap and buffers in use, bytes, garbage collected. */
  readonly memory: readonly { readonly seconds: number; readonly bytes: number }[];
}

export interface TickFigures {
  readonly table: string;
  /** CPU of a publication in which a second was complete, ms, all its pieces together. */
  readonly cpuMs: readonly number[];
  /** The longest piece of each: so long a key may have to wait. */
  readonly pieceMs: readonly number[];
  /** CPU until the table is there when it is opened, and its longest piece, ms. */
  readonly openMs: number;
  readonly openPieceMs: number;
}

export interface LargePlan {
  /** Captured time that ticks are timed over. */
  readonly seconds: number;
  /** Captured time at the end of which memory is read last. */
  readonly memorySeconds: number;
  readonly mapRounds: number;
}

const ticksPerSecond = 4;
/** As the terminal has it. */
const sliceMs = 8;
/** What screens look at. */
const windowMs = 60_000;
const tables = ['services', 'pods', 'edges', 'endpoints', 'flows'];
/** Beside the tables: the charts of a service and of everything, by the second. */
const chart = 'charts';
/** Edges on the map: few, many, and about as many as can be read. */
const mapLimits = [40, 80, 160];

export function measureLarge(plan: LargePlan, say: (line: string) => void): LargeFigures {
  const ticks = [...tables, chart].map((table) => {
    say(`500 services: ticks of ${table}`);
    return timeTicks(table, plan.seconds);
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
    ticks: ticks.map(({ takeMs: _, ...figures }) => figures),
    takeMs: ticks.flatMap(({ takeMs }) => takeMs),
    maps,
    memory: measureMemory(plan.memorySeconds),
  };
}

function timeTicks(table: string, seconds: number): TickFigures & { takeMs: number[] } {
  const pieces: (() => void)[] = [];
  const { store, tell } = fill(60, { later: (run) => void pieces.push(run), sliceMs });
  /** Does what is left to do; how long the longest piece took, ms. */
  const work = (): number => {
    let longest = 0;
    for (let piece = pieces.shift(); piece; piece = pieces.shift()) {
      const from = performance.now();
      piece();
      longest = Math.max(longest, performance.now() - from);
    }
    return longest;
  };
  store.subscribe(() => look(store, table));
  const opened = cpuMs();
  look(store, table);
  const openPieceMs = work();
  const openMs = cpuMs() - opened;
  const ticks: number[] = [];
  const pieceMs: number[] = [];
  const takeMs: number[] = [];
  for (let n = 60; n < 60 + seconds; n += 1) {
    let taken = 0;
    for (let part = 0; part < ticksPerSecond; part += 1) {
      const before = cpuMs();
      tell(n, part);
      taken += cpuMs() - before;
      const held = store.getSnapshot().held?.to;
      const from = cpuMs();
      const began = performance.now();
      store.publish();
      const first = performance.now() - began;
      const longest = Math.max(first, work());
      if (store.getSnapshot().held?.to === held) continue;
      ticks.push(cpuMs() - from);
      pieceMs.push(longest);
    }
    takeMs.push(taken);
  }
  return { table, cpuMs: ticks, pieceMs, openMs, openPieceMs, takeMs };
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

/** A store that was told of so many seconds, and how to tell it of a part of another. */
function fill(seconds: number, pacing?: Pacing): { store: Store; tell: (second: number, part: number) => void } {
  let now = clusterBegin;
  const store = createStore({}, () => now, pacing);
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
  if (!snapshot.held) return;
  const window = { from: snapshot.held.to - windowMs, to: snapshot.held.to };
  if (table !== chart) snapshot.derived(table, window);
  else for (const scope of [{}, { service: 'a/svc0' }]) snapshot.timeline(scope, window, 1_000);
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
      ['on screen', 'CPU of a tick with a new second', 'longest piece', 'CPU to open', 'longest piece'],
      ticks.map(({ table, cpuMs: cpu, pieceMs, openMs, openPieceMs }) => [
        table,
        cost(cpu),
        cost(pieceMs),
        openMs.toFixed(0),
        openPieceMs.toFixed(1),
      ]),
    ),
    `taking in a second of what agents tell: ${cost(takeMs)} ms of CPU`,
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
