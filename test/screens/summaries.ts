/** A made-up past for views that draw from summaries: second by second, the same for the same second. */
import { namesAlone } from '../../src/domain/pods/pod-facts.ts';
import { createSketch, type Sketch } from '../../src/domain/sketch/sketch.ts';
import type { Scope, Snapshot, StoredRow, TimelinePoint, TimeWindow } from '../../src/store/store.ts';

/** What happened in one second. */
export interface Second {
  readonly requests: number;
  readonly errors?: number;
  readonly clientErrors?: number;
  readonly sampledOut?: number;
  /** ns, of each answer. */
  readonly latencies: readonly number[];
}

export interface Past {
  /** When the newest complete second ends, Unix ms. */
  readonly to: number;
  /** Seconds that are held. */
  readonly seconds: number;
  /** Second `n` before the end, from 1; undefined = a second without a request. */
  readonly second: (n: number, scope: Scope) => Second | undefined;
  readonly derived?: (table: string, window: TimeWindow) => readonly StoredRow[];
  readonly over?: Partial<Snapshot>;
}

let version = 1_000_000;

/** A snapshot of that past, newer than every one before. */
export function snapshotOf(past: Past): Snapshot {
  const { to, seconds } = past;
  const from = to - seconds * 1000;
  version += 1;
  return {
    version,
    time: to,
    table: () => ({ rows: [], received: 0, evicted: 0 }),
    derived: (table, window) => past.derived?.(table, window) ?? [],
    timeline: (scope, window, stepMs) => timelineOf(past, scope, window, stepMs),
    held: seconds > 0 ? { from, to } : undefined,
    namespaces: () => [],
    pods: namesAlone,
    agents: [],
    losses: [],
    lost: 0,
    ...past.over,
  };
}

function timelineOf(past: Past, scope: Scope, window: TimeWindow, stepMs: number): readonly TimelinePoint[] {
  const count = Math.floor((window.to - window.from) / stepMs);
  return Array.from({ length: count }, (_, i): TimelinePoint => {
    const time = window.from + i * stepMs;
    const latency = createSketch();
    const sums = { requests: 0, errors: 0, clientErrors: 0, sampledOut: 0, bytes: 0 };
    for (let at = time; at < time + stepMs; at += 1000) {
      const n = Math.round((past.to - at) / 1000);
      const second = n >= 1 && n <= past.seconds ? past.second(n, scope) : undefined;
      if (!second) continue;
      sums.requests += second.requests;
      sums.errors += second.errors ?? 0;
      sums.clientErrors += second.clientErrors ?? 0;
      sums.sampledOut += second.sampledOut ?? 0;
      addAll(latency, second.latencies);
    }
    return { time, ...sums, latency };
  });
}

function addAll(sketch: Sketch, latencies: readonly number[]): void {
  for (const latency of latencies) sketch.add(latency);
}

/** Latencies between `fast` and `slow` ns, most of them near the fast end; the same for the same `n`. */
export function spread(n: number, count: number, fast: number, slow: number): readonly number[] {
  return Array.from({ length: count }, (_, i) => {
    const share = (((n * 31 + i * 17) % 101) / 101) ** 4;
    return fast * (slow / fast) ** share;
  });
}

export function rowsOf(key: string, rows: readonly Readonly<Record<string, unknown>>[]): readonly StoredRow[] {
  return rows.map((row) => ({ key: String(row[key]), agent: 'unix:/a', row: row as StoredRow['row'] }));
}
