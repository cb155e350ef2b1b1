/** What happened step by step, for charts. Steps that are over are worked out once. */
import { createDenseSketch, type DenseSketch } from '../../domain/sketch/dense-sketch.ts';
import type { Scope, TimelinePoint, TimeWindow } from '../store.ts';
import { finish, type Work, type WorkQueue } from '../work.ts';
import { createCell, readCell } from './cells.ts';
import { type Slot, secondMs } from './history.ts';
import { isCounted, type Key } from './keys.ts';
import { type Kind, type Kinds, requestSums } from './kinds.ts';

export interface Timelines {
  /**
   * One point for each step. With a queue, what takes long is done there: steps that nobody asked for before are left out until then, others are
   * as they were. `version` tells publications apart.
   */
  points(scope: Scope, window: TimeWindow, stepMs: number, version: number): readonly TimelinePoint[];
  /** Works out for the next publication, in which what is held ends at `to`, what the publication `version` was asked for up to `before`. */
  prepare(before: number, to: number, version: number): void;
  reset(): void;
}

const mostKept = 8;
/** Of one timeline: more has no screen. */
const mostPoints = 10_000;
/** Cells that are read at once where there is a queue: a few milliseconds. */
const mostAtOnce = 2_000;

interface Step {
  readonly stamp: string;
  readonly point: TimelinePoint;
}

interface Kept {
  readonly scope: Scope;
  readonly stepMs: number;
  readonly steps: Map<number, Step>;
  points: readonly TimelinePoint[];
  /** Which publication asked last, and for which steps: `[first, last]`. */
  version: number;
  first: number;
  last: number;
  isUnderWay: boolean;
}

/** A step to be worked out, anew or for the first time. */
interface Missing {
  readonly step: number;
  readonly stamp: string;
  readonly slots: readonly Slot[];
}

export function createTimelines(kinds: Kinds, queue?: WorkQueue): Timelines {
  const kept = new Map<string, Kept>();

  const missingOf = ({ steps, stepMs }: Kept, kind: Kind, first: number, last: number): Missing[] => {
    const missing: Missing[] = [];
    for (let step = first; step <= last; step += 1) {
      const slots = [...slotsOf(kind, step * stepMs, (step + 1) * stepMs)];
      const stamp = `${kinds.podFacts.version} ${slots.map((slot) => `${slot.time}:${slot.stamp}`).join()}`;
      if (steps.get(step)?.stamp !== stamp) missing.push({ step, stamp, slots });
    }
    return missing;
  };
  function* work(entry: Kept, { kind, counts }: Selection, missing: readonly Missing[]): Work<void> {
    for (const { step, stamp, slots } of missing) {
      const point = yield* pointOf(kind, slots, step * entry.stepMs, entry.stepMs, counts);
      entry.steps.set(step, { stamp, point });
    }
    entry.isUnderWay = false;
  }
  /** False = it is for the caller to do. */
  const leave = (entry: Kept, selection: Selection, missing: readonly Missing[]): boolean => {
    if (!queue || costOf(missing) <= mostAtOnce) return false;
    entry.isUnderWay = true;
    queue.add(work(entry, selection, missing));
    return true;
  };

  return {
    points(scope, window, wantedStepMs, version) {
      const stepMs = Math.max(secondMs, Math.round(wantedStepMs / secondMs) * secondMs);
      const last = Math.floor(window.to / stepMs) - 1;
      const first = Math.max(Math.ceil(window.from / stepMs), last - mostPoints + 1);
      const name = `${stepMs} ${JSON.stringify(scope)}`;
      const fresh: Kept = { scope, stepMs, steps: new Map(), points: [], version, first, last, isUnderWay: false };
      const entry = kept.get(name) ?? fresh;
      kept.delete(name);
      kept.set(name, entry);
      makeRoom(kept);
      if (entry.version === version) {
        entry.first = Math.min(entry.first, first);
        entry.last = Math.max(entry.last, last);
      } else {
        forgetOutside(entry);
        Object.assign(entry, { version, first, last });
      }
      if (!entry.isUnderWay) {
        const selection = selectionOf(kinds, scope);
        const missing = missingOf(entry, selection.kind, first, last);
        if (!leave(entry, selection, missing)) finish(work(entry, selection, missing));
      }
      const points: TimelinePoint[] = [];
      const { from = Number.NEGATIVE_INFINITY } = selectionOf(kinds, scope).kind;
      for (let step = first; step <= last; step += 1) {
        const known = entry.steps.get(step);
        if (known && step * stepMs >= from) points.push(known.point);
      }
      const same = points.length === entry.points.length && points.every((point, at) => point === entry.points[at]);
      if (!same) entry.points = points;
      return entry.points;
    },
    prepare(before, to, version) {
      for (const entry of kept.values()) {
        const lastAt = (time: number) => Math.floor(time / entry.stepMs) - 1;
        // What ends before now is shown as it was.
        if (entry.isUnderWay || entry.version !== version || entry.last !== lastAt(before)) continue;
        const selection = selectionOf(kinds, entry.scope);
        if (leave(entry, selection, missingOf(entry, selection.kind, entry.first, lastAt(to)))) entry.last = lastAt(to);
      }
    },
    reset: () => kept.clear(),
  };
}

/** Lets go of the timelines asked for longest ago. */
function makeRoom(kept: Map<string, Kept>): void {
  for (const [name, { isUnderWay }] of kept) {
    if (kept.size <= mostKept) break;
    if (!isUnderWay) kept.delete(name);
  }
}

/** Of the steps those are kept that the last publication asked for, or that were prepared for this one: several views may look at several stretches of one timeline. */
function forgetOutside({ steps, first, last }: Kept): void {
  for (const step of steps.keys()) if (step < first || step > last) steps.delete(step);
}

function costOf(missing: readonly Missing[]): number {
  let cells = 0;
  for (const { slots } of missing)
    for (const { segments } of slots) for (const segment of segments) cells += segment.cells;
  return cells;
}

/** Slots that reach into the step: where ten seconds are one slot, a shorter step has its share of it. */
function* slotsOf({ history }: Kind, from: number, to: number): Iterable<Slot> {
  for (const slot of history.slots(from - 9_000, to)) if (slot.time + slot.span > from) yield slot;
}

type Counts = (key: Key, from: number, to: number) => boolean;

interface Selection {
  readonly kind: Kind;
  readonly counts: Counts;
}

/** Cells between two yields: some dozen microseconds. */
const cellsAPiece = 128;

function* pointOf(
  kind: Kind,
  slots: readonly Slot[],
  time: number,
  stepMs: number,
  counts: Counts,
): Work<TimelinePoint> {
  const cell = createCell(kind.history.shape);
  const chosen = new Map<number, boolean>();
  const sketch: DenseSketch = createDenseSketch();
  const sums = new Float64Array(kind.history.shape.sums);
  const isChosen = (id: number) => {
    let known = chosen.get(id);
    if (known === undefined) {
      const key = kind.keys.get(id);
      known = key !== undefined && counts(key, time, time + stepMs);
      chosen.set(id, known);
    }
    return known;
  };
  for (const { segments, time: begins, span } of slots) {
    const share = (Math.min(begins + span, time + stepMs) - Math.max(begins, time)) / span;
    for (const { bytes } of segments) {
      for (let at = 0, read = 1; at < bytes.length; read += 1) {
        if (read % cellsAPiece === 0) yield;
        at = readCell(bytes, at, cell);
        if (!isChosen(cell.key)) continue;
        for (let i = 0; i < sums.length; i += 1) sums[i] = (sums[i] ?? 0) + share * (cell.sums[i] ?? 0);
        if (cell.sketchTo > cell.sketchFrom) sketch.put(bytes, cell.sketchFrom, cell.sketchTo, 1);
      }
    }
  }
  const sum = (at: number) => sums[at] ?? 0;
  return {
    time,
    requests: sum(requestSums.requests) + sum(requestSums.sampledOut),
    errors: sum(requestSums.serverErrors) + sum(requestSums.failures),
    clientErrors: sum(requestSums.clientErrors),
    sampledOut: sum(requestSums.sampledOut),
    bytes: sum(requestSums.requestBytes) + sum(requestSums.responseBytes),
    latency: sketch.toSketch(),
  };
}

/** Which keys a scope is about. Everything, and every edge, is counted once; pods, services and namespaces by what they serve. */
function selectionOf(kinds: Kinds, scope: Scope): Selection {
  const { edge, endpoint, pod, service, namespace } = scope;
  if (endpoint) {
    return {
      kind: kinds.endpoints,
      counts: (key, from, to) =>
        isOnce(key, from, to) &&
        key.subject.method === endpoint.method &&
        key.subject.route === endpoint.route &&
        calleeOf(key) === endpoint.service &&
        isIn(key, scope),
    };
  }
  if (edge) {
    return {
      kind: kinds.edges,
      counts: (key, from, to) =>
        isOnce(key, from, to) &&
        isEnd(callerOf(key), key.ends.source, edge.source) &&
        calleeOf(key) === edge.destination &&
        isIn(key, scope),
    };
  }
  if (pod !== undefined || service !== undefined || namespace !== undefined) {
    return { kind: kinds.pods, counts: (key) => key.subject.role === 'server' && isIn(key, scope) };
  }
  return { kind: kinds.edges, counts: isOnce };
}

/** Both sides of a call are one: the callee's counts where it was watched. */
function isOnce(key: Key, from: number, to: number): boolean {
  return isCounted(key, 'server', from, to);
}

function isIn({ ends }: Key, { namespace, service, pod }: Scope): boolean {
  const { destination, destinationNamespace, destinationService } = ends;
  if (namespace !== undefined && (destinationNamespace ?? 'host') !== namespace) return false;
  if (service !== undefined && destinationService !== service) return false;
  return pod === undefined || destination === pod;
}

const isEnd = (workload: string, entity: string, wanted: string) => workload === wanted || entity === wanted;
const calleeOf = ({ ends }: Key) => ends.destinationService;
const callerOf = ({ ends }: Key) => ends.sourceService;
