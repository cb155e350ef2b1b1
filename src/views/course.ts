/** The stretch of time that is drawn: as many equal steps as there are columns for, and what happened in each. */
import { createSketch, type Sketch } from '../domain/sketch/sketch.ts';
import type { Scope, Snapshot, TimelinePoint, TimeWindow } from '../store/store.ts';
import { type TimeState, windowOf } from './time.ts';

export interface Step {
  /** When it begins, Unix ms. */
  readonly time: number;
  /** Summaries of it are held; otherwise everything below is nothing. */
  readonly isKnown: boolean;
  readonly requests: number;
  readonly errors: number;
  readonly clientErrors: number;
  readonly sampledOut: number;
  readonly bytes: number;
  /** Per second of the part of the step that is held. */
  readonly rate: number;
  readonly latency: Sketch;
}

export interface Course {
  readonly window: TimeWindow;
  readonly stepMs: number;
  readonly steps: readonly Step[];
  /** All of the window. */
  readonly total: Step;
  /** Some steps are still being worked out: they read as not known, and are not in the total. */
  readonly isPending: boolean;
}

const stepLengths = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800].map((seconds) => seconds * 1000);

/** The shortest step with which `spanMs` takes at most `columns` columns. */
export function stepFor(spanMs: number, columns: number): number {
  return stepLengths.find((step) => Math.ceil(spanMs / step) <= Math.max(1, columns)) ?? spanMs;
}

/** What happened in the stretch, over all scopes together. Steps begin at round times, so that nothing changes shape while it moves. */
export function readCourse(snapshot: Snapshot, scopes: readonly Scope[], time: TimeState, columns: number): Course {
  const stepMs = stepFor(time.spanMs, columns);
  const to = Math.floor(windowOf(time, snapshot).to / stepMs) * stepMs;
  const count = Math.max(1, Math.floor(time.spanMs / stepMs));
  const window = { from: to - count * stepMs, to };
  const found = new Map<number, TimelinePoint[]>();
  for (const scope of scopes) {
    for (const point of snapshot.timeline(scope, window, stepMs)) {
      const at = Math.floor((point.time - window.from) / stepMs);
      const there = found.get(at);
      if (there) there.push(point);
      else found.set(at, [point]);
    }
  }
  const held = snapshot.held ?? { from: to, to };
  const heldMs = (from: number, end: number) => Math.max(0, Math.min(held.to, end) - Math.max(held.from, from));
  let knownMs = 0;
  let isPending = false;
  const steps = Array.from({ length: count }, (_, i) => {
    const from = window.from + i * stepMs;
    const points = found.get(i) ?? [];
    const known = heldMs(from, from + stepMs);
    const isThere = points.length === scopes.length;
    if (known > 0 && !isThere) isPending = true;
    if (known === 0 || !isThere) return sum(from, 0, []);
    knownMs += known;
    return sum(from, known, points);
  });
  return { window, stepMs, steps, total: sum(window.from, knownMs, steps), isPending };
}

type Summed = Pick<TimelinePoint, 'requests' | 'errors' | 'clientErrors' | 'sampledOut' | 'bytes' | 'latency'>;

function sum(time: number, knownMs: number, points: readonly Summed[]): Step {
  const [only] = points;
  const latency = points.length === 1 && only ? only.latency : createSketch();
  if (points.length > 1) for (const point of points) latency.merge(point.latency);
  const all = (figure: (point: Summed) => number) => points.reduce((total, point) => total + figure(point), 0);
  const requests = all((point) => point.requests);
  return {
    time,
    isKnown: knownMs > 0,
    requests,
    errors: all((point) => point.errors),
    clientErrors: all((point) => point.clientErrors),
    sampledOut: all((point) => point.sampledOut),
    bytes: all((point) => point.bytes),
    rate: knownMs > 0 ? (requests / knownMs) * 1000 : Number.NaN,
    latency,
  };
}

/** A quantile in every step, NaN where nothing was answered. */
export function quantiles({ steps }: Course, share: number): readonly number[] {
  return steps.map(({ latency }) => latency.quantile(share) ?? Number.NaN);
}

/** Share of requests that failed, NaN without any. */
export function errorShare({ requests, errors }: Pick<Step, 'requests' | 'errors'>): number {
  return requests > 0 ? errors / requests : Number.NaN;
}
