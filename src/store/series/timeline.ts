/** What happened step by step, for charts. Steps that are over are worked out once. */
import { createDenseSketch, type DenseSketch } from '../../domain/sketch/dense-sketch.ts';
import type { Scope, TimelinePoint, TimeWindow } from '../store.ts';
import { createCell, readCell } from './cells.ts';
import { type Slot, secondMs } from './history.ts';
import { isCounted, type Key } from './keys.ts';
import { type Kind, type Kinds, requestSums } from './kinds.ts';

export interface Timelines {
  points(scope: Scope, window: TimeWindow, stepMs: number): readonly TimelinePoint[];
  reset(): void;
}

const mostKept = 8;
/** Of one timeline: more has no screen. */
const mostPoints = 10_000;

interface Step {
  readonly stamp: string;
  readonly point: TimelinePoint;
}

interface Kept {
  steps: Map<number, Step>;
  points: readonly TimelinePoint[];
}

export function createTimelines(kinds: Kinds): Timelines {
  const kept = new Map<string, Kept>();

  return {
    points(scope, window, wantedStepMs) {
      const stepMs = Math.max(secondMs, Math.round(wantedStepMs / secondMs) * secondMs);
      const name = `${stepMs} ${JSON.stringify(scope)}`;
      let entry = kept.get(name);
      kept.delete(name);
      entry ??= { steps: new Map(), points: [] };
      kept.set(name, entry);
      for (const old of kept.keys()) {
        if (kept.size <= mostKept) break;
        kept.delete(old);
      }
      const { kind, counts } = selectionOf(kinds, scope);
      const steps = new Map<number, Step>();
      const points: TimelinePoint[] = [];
      const last = Math.floor(window.to / stepMs) - 1;
      const first = Math.max(Math.ceil(window.from / stepMs), last - mostPoints + 1);
      for (let step = first; step <= last; step += 1) {
        const slots = [...slotsOf(kind, step * stepMs, (step + 1) * stepMs)];
        const stamp = slots.map((slot) => `${slot.time}:${slot.stamp}`).join();
        const known = entry.steps.get(step);
        const now =
          known?.stamp === stamp ? known : { stamp, point: pointOf(kind, slots, step * stepMs, stepMs, counts) };
        steps.set(step, now);
        points.push(now.point);
      }
      entry.steps = steps;
      const same = points.length === entry.points.length && points.every((point, at) => point === entry.points[at]);
      if (!same) entry.points = points;
      return entry.points;
    },
    reset: () => kept.clear(),
  };
}

/** Slots that reach into the step: where ten seconds are one slot, a shorter step has its share of it. */
function* slotsOf({ history }: Kind, from: number, to: number): Iterable<Slot> {
  for (const slot of history.slots(from - 9_000, to)) if (slot.time + slot.span > from) yield slot;
}

type Counts = (key: Key, from: number, to: number) => boolean;

function pointOf(kind: Kind, slots: readonly Slot[], time: number, stepMs: number, counts: Counts): TimelinePoint {
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
      for (let at = 0; at < bytes.length; ) {
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
function selectionOf(kinds: Kinds, scope: Scope): { readonly kind: Kind; readonly counts: Counts } {
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
