/**
 * Cells of a stretch of time added up by group, and kept so while the stretch slides: what comes in is added, what goes out is taken
 * away, so that a tick costs as much as one second holds, however long the stretch.
 */
import { createDenseSketch, type DenseSketch } from '../../domain/sketch/dense-sketch.ts';
import { finish, type Work } from '../work.ts';
import { createCell, readCell } from './cells.ts';
import { GroupKeys } from './group-keys.ts';
import { type History, type Segment, type Slot, secondMs } from './history.ts';

/** Where the cells of a key go: into which group, and there into which of its parts. */
export interface Route {
  readonly group: string;
  readonly parts: readonly number[];
}

export interface FoldOptions {
  readonly history: History;
  /** Parts a group has; the first is the one that has steps. */
  readonly parts: number;
  /** Parts whose sums are of interest; undefined = all. */
  readonly sums?: readonly number[];
  /** Rises when routes may be others for all keys. */
  readonly epoch: () => number;
  /** Parts with a distribution, by number. */
  readonly sketches: readonly number[];
  /** Parts and sums (by number) that a step of time adds up; none = no steps. */
  readonly stepSums: readonly (readonly [part: number, sum: number])[];
  /** The part whose distribution a step has the 99th percentile of. */
  readonly stepSketch: number | undefined;
  /** Undefined = the key is left out. */
  readonly route: (key: number, from: number, to: number) => Route | undefined;
}

export interface Part {
  /** Cells in it; a part without is as if it were not there. */
  cells: number;
  readonly sums: number[];
  readonly sketch: DenseSketch | undefined;
}

export interface Group {
  readonly id: string;
  readonly parts: readonly Part[];
  /** When it was heard of first and last in the stretch, Unix ms of the second. */
  first: number;
  last: number;
  readonly keys: GroupKeys;
  /** By step, a ring. */
  readonly stepSum: Float64Array;
  readonly stepP99: Float64Array;
  /** Of the newest step, while it goes on. */
  openSketch: DenseSketch | undefined;
}

export interface Fold {
  readonly stepMs: number;
  readonly from: number;
  readonly to: number;
  /** Moves to a stretch of the same length, not earlier than the one before, and takes in what changed. True when something did. */
  sync(from: number, to: number): boolean;
  /** The same in pieces. What is read meanwhile is neither here nor there. */
  syncing(from: number, to: number): Work<boolean>;
  /** Cells that moving there has to read, about. */
  cost(from: number, to: number): number;
  readonly groups: ReadonlyMap<string, Group>;
  /** Sums per step of a group, oldest first; steps begin at multiples of `stepMs`, the first where the stretch does or before. */
  stepSums(group: Group): number[];
  /** The 99th percentiles likewise. */
  stepP99(group: Group): number[];
}

interface Seen {
  stamp: number;
  segments: readonly Segment[];
  round: number;
}

export function createFold(options: FoldOptions, stepMs: number, spanMs: number): Fold {
  const { history, stepSums, stepSketch } = options;
  const { shape } = history;
  const hasSteps = stepSums.length > 0;
  /** One more than fit: the stretch seldom begins with a step. */
  const ringSize = hasSteps ? Math.ceil(spanMs / stepMs) + 2 : 0;
  const groups = new Map<string, Group>();
  const seen = new Map<Slot, Seen>();
  const routes = new Map<number, Route | undefined>();
  const cell = createCell(shape);
  const dirtySteps = new Set<number>();
  let from = 0;
  let to = 0;
  let newestStep = Number.NaN;
  let round = 0;
  let epoch = Number.NaN;

  const routeOf = (key: number): Route | undefined => {
    if (routes.has(key)) return routes.get(key);
    const route = options.route(key, from, to);
    routes.set(key, route);
    return route;
  };
  const groupOf = (id: string): Group => {
    let group = groups.get(id);
    if (!group) {
      group = {
        id,
        parts: Array.from({ length: options.parts }, (_, part) => ({
          cells: 0,
          sums: numbers(shape.sums, 0),
          sketch: options.sketches.includes(part) ? createDenseSketch() : undefined,
        })),
        first: Number.POSITIVE_INFINITY,
        last: 0,
        keys: new GroupKeys(),
        stepSum: hasSteps ? new Float64Array(ringSize) : noSteps,
        stepP99: hasSteps ? new Float64Array(ringSize).fill(Number.NaN) : noSteps,
        openSketch: undefined,
      };
      groups.set(id, group);
    }
    return group;
  };
  const ringAt = (step: number) => ((step % ringSize) + ringSize) % ringSize;

  const toStep = (group: Group, bytes: Uint8Array, parts: readonly number[], step: number) => {
    let sum = 0;
    for (const [part, at] of stepSums) if (parts.includes(part)) sum += cell.sums[at] ?? 0;
    const ring = ringAt(step);
    group.stepSum[ring] = (group.stepSum[ring] ?? 0) + sum;
    if (stepSketch === undefined || cell.sketchTo <= cell.sketchFrom || !parts.includes(stepSketch)) return;
    group.openSketch ??= createDenseSketch();
    group.openSketch.put(bytes, cell.sketchFrom, cell.sketchTo, 1);
  };
  const add = (segment: Segment, slot: Slot, sign: 1 | -1, step: number | undefined) => {
    const { bytes } = segment;
    const last = slot.time + slot.span - secondMs;
    for (let at = 0; at < bytes.length; ) {
      at = readCell(bytes, at, cell);
      const route = routeOf(cell.key);
      if (!route) continue;
      const group = groupOf(route.group);
      for (const number of route.parts) {
        const part = group.parts[number];
        if (!part) continue;
        part.cells += sign;
        const { sums } = part;
        if (!options.sums || options.sums.includes(number)) {
          for (let i = 0; i < sums.length; i += 1) sums[i] = (sums[i] ?? 0) + sign * (cell.sums[i] ?? 0);
        }
        if (part.sketch && cell.sketchTo > cell.sketchFrom) {
          part.sketch.put(bytes, cell.sketchFrom, cell.sketchTo, sign);
        }
      }
      noteKey(group, cell.key, slot, sign);
      if (sign === 1) {
        if (slot.time < group.first) group.first = slot.time;
        if (last > group.last) group.last = last;
        if (step !== undefined) toStep(group, bytes, route.parts, step);
      }
    }
  };
  const noteKey = (group: Group, key: number, slot: Slot, sign: 1 | -1) => {
    let entry = group.keys.get(key);
    if (!entry) {
      entry = { cells: 0, gauge: undefined };
      group.keys.add(key, entry);
    }
    entry.cells += sign;
    if (entry.cells <= 0) {
      group.keys.delete(key);
      if (group.keys.size === 0) groups.delete(group.id);
      return;
    }
    if (sign === -1 || shape.lasts === 0) return;
    entry.gauge ??= { time: 0, lasts: numbers(shape.lasts, Number.NaN) };
    if (slot.time < entry.gauge.time) return;
    entry.gauge.time = slot.time;
    for (let i = 0; i < shape.lasts; i += 1) {
      const value = cell.lasts[i] ?? Number.NaN;
      if (!Number.isNaN(value)) entry.gauge.lasts[i] = value;
    }
  };

  /** Closes the newest step and makes room for the ones up to `step`. */
  const openStep = (step: number) => {
    if (step === newestStep || Number.isNaN(step)) return;
    for (const group of groups.values()) {
      settleStep(group, newestStep);
      for (let s = Math.max(newestStep + 1, step - ringSize + 1); s <= step; s += 1) {
        group.stepSum[ringAt(s)] = 0;
        group.stepP99[ringAt(s)] = Number.NaN;
      }
      if (Number.isNaN(newestStep)) {
        group.stepSum.fill(0);
        group.stepP99.fill(Number.NaN);
      }
    }
    newestStep = step;
  };
  const settleStep = (group: Group, step: number) => {
    const { openSketch } = group;
    if (!openSketch || Number.isNaN(step)) return;
    group.stepP99[ringAt(step)] = openSketch.quantiles(p99Share)[0] ?? Number.NaN;
    group.openSketch = undefined;
  };
  /** Adds a step up anew: something came late, or the stretch is new. */
  function* redoStep(step: number): Work<void> {
    const isNewest = step === newestStep;
    for (const group of groups.values()) {
      group.stepSum[ringAt(step)] = 0;
      group.stepP99[ringAt(step)] = Number.NaN;
      if (isNewest) group.openSketch = undefined;
    }
    const open = new Map<Group, DenseSketch | undefined>();
    if (!isNewest) {
      for (const group of groups.values()) {
        open.set(group, group.openSketch);
        group.openSketch = undefined;
      }
    }
    for (const slot of history.slots(step * stepMs, Math.min(to, (step + 1) * stepMs))) {
      for (const segment of slot.segments) {
        const { bytes } = segment;
        for (let at = 0; at < bytes.length; ) {
          at = readCell(bytes, at, cell);
          const route = routeOf(cell.key);
          const group = route && groups.get(route.group);
          if (route && group) toStep(group, bytes, route.parts, step);
        }
        yield;
      }
    }
    if (isNewest) return;
    for (const group of groups.values()) {
      settleStep(group, step);
      group.openSketch = open.get(group);
    }
  }
  /** A key may belong elsewhere by now: its other side began or ceased to be watched, its address got a name. */
  function* routesStand(): Work<boolean> {
    let looked = 0;
    for (const [key, before] of routes) {
      const now = options.route(key, from, to);
      if (now?.group !== before?.group || now?.parts !== before?.parts) return false;
      looked += 1;
      if (looked % routesAtOnce === 0) yield;
    }
    return true;
  }
  /** Nothing was told of the stretch since. */
  const isAsSeen = () => {
    let slots = 0;
    for (const slot of history.slots(from, to)) {
      slots += 1;
      if (seen.get(slot)?.stamp !== slot.stamp) return false;
    }
    return slots === seen.size;
  };
  const reset = () => {
    groups.clear();
    seen.clear();
    routes.clear();
    newestStep = Number.NaN;
  };

  function* syncing(wantedFrom: number, wantedTo: number): Work<boolean> {
    let changed = wantedFrom !== from || wantedTo !== to || options.epoch() !== epoch;
    if (!changed && isAsSeen()) return false;
    epoch = options.epoch();
    from = wantedFrom;
    to = wantedTo;
    if (!(yield* routesStand())) {
      reset();
      changed = true;
    }
    round += 1;
    const isNew = seen.size === 0;
    const stepNow = hasSteps ? Math.ceil(to / stepMs) - 1 : Number.NaN;
    if (hasSteps && !isNew) openStep(stepNow);
    dirtySteps.clear();
    for (const slot of history.slots(from, to)) {
      const before = seen.get(slot);
      if (before && before.stamp === slot.stamp) {
        before.round = round;
        continue;
      }
      changed = true;
      const old = before?.segments ?? [];
      const { segments } = slot;
      seen.set(slot, { stamp: slot.stamp, segments, round });
      const gone = old.filter((segment) => !segments.includes(segment));
      const fresh = segments.filter((segment) => !old.includes(segment));
      const step = hasSteps ? Math.floor(slot.time / stepMs) : undefined;
      // A stretch that is new is read in the order of time: each of its steps is the newest for a while.
      if (isNew && step !== undefined) openStep(step);
      const isOpen = gone.length === 0 && step === newestStep && !dirtySteps.has(newestStep);
      if (!isOpen && step !== undefined) dirtySteps.add(step);
      for (const segment of fresh) {
        add(segment, slot, 1, isOpen ? step : undefined);
        yield;
      }
      for (const segment of gone) {
        add(segment, slot, -1, undefined);
        yield;
      }
    }
    for (const [slot, before] of seen) {
      if (before.round === round) continue;
      for (const segment of before.segments) {
        add(segment, slot, -1, undefined);
        yield;
      }
      seen.delete(slot);
      changed = true;
    }
    if (hasSteps && isNew) {
      openStep(stepNow);
      // What lies in the first step but before the stretch belongs to the step all the same.
      if (from % stepMs !== 0) dirtySteps.add(Math.floor(from / stepMs));
    }
    for (const step of dirtySteps) if (step > stepNow - ringSize) yield* redoStep(step);
    return changed;
  }

  return {
    stepMs,
    get from() {
      return from;
    },
    get to() {
      return to;
    },
    groups,
    sync: (wantedFrom, wantedTo) => finish(syncing(wantedFrom, wantedTo)),
    syncing,
    cost(wantedFrom, wantedTo) {
      let cells = 0;
      for (const slot of history.slots(wantedFrom, wantedTo)) {
        const before = seen.get(slot);
        if (before?.stamp !== slot.stamp) cells += cellsOf(slot.segments);
      }
      for (const [{ time }, { segments }] of seen) if (time < wantedFrom) cells += cellsOf(segments);
      return cells;
    },
    stepSums(group) {
      const sums: number[] = [];
      for (let step = Math.floor(from / stepMs); step <= newestStep; step += 1) {
        sums.push(group.stepSum[ringAt(step)] ?? 0);
      }
      return sums;
    },
    stepP99(group) {
      const p99: number[] = [];
      for (let step = Math.floor(from / stepMs); step < newestStep; step += 1) {
        p99.push(group.stepP99[ringAt(step)] ?? Number.NaN);
      }
      const { openSketch } = group;
      p99.push(
        openSketch
          ? (openSketch.quantiles(p99Share)[0] ?? Number.NaN)
          : (group.stepP99[ringAt(newestStep)] ?? Number.NaN),
      );
      return p99;
    },
  };
}

const p99Share = [0.99];
const noSteps = new Float64Array(0);

/** A few numbers: a typed array takes 200 bytes more, and there are as many of these as there are pods. NaN first, so that they are kept as doubles. */
function numbers(length: number, value: number): number[] {
  const list = new Array<number>(length).fill(Number.NaN);
  return Number.isNaN(value) ? list : list.fill(value);
}
const routesAtOnce = 1_000;
const cellsOf = (segments: readonly Segment[]) => segments.reduce((sum, { cells }) => sum + cells, 0);
