/**
 * Per-second summaries of every exchange: by pod, by edge, by endpoint. A second is told once, when it is over and a short grace for
 * late ones has passed, and never changes afterwards.
 */
import type { Row } from '../../src/domain/column.ts';
import { bucketOf } from '../../src/domain/sketch/sketch.ts';
import type { Table } from '../../src/domain/table.ts';
import type { ExchangeFacts } from '../stream/protocol.ts';
import { Cell } from './cell.ts';
import { defaultSummaryLimits, type SummaryLimits } from './limits.ts';
import { shareOut } from './sampled-out.ts';
import { openSeconds, type Subject } from './subject.ts';
import { createSubjects } from './subjects.ts';
import { SummaryRow } from './summary-row.ts';

export interface SummariesOptions {
  readonly node: string;
  /** Unix ns minus CLOCK_MONOTONIC ns of the captured host. */
  readonly clockOffset: bigint;
  /** A row that is new and final. */
  put(table: Table, row: Row): void;
  readonly limits?: Partial<SummaryLimits>;
}

export interface Summaries {
  /** Counts an exchange in the second in which it was over; one told of too late for that, in the oldest that is not final. */
  exchange(facts: ExchangeFacts): void;
  /** Exchanges of this cgroup that its budget left out at captured `time`. */
  leftOut(cgroupPath: string, exchanges: number, time: number): void;
  /** Captured time has reached `time`: tells the seconds that are complete. */
  tick(time: number): void;
  /** Nothing more will come: tells every second. */
  flush(): void;
  /** Rising: `exchanges`, `exchanges_ungrouped` (counted under "*" for want of room). */
  totals(): Readonly<Record<string, number>>;
}

interface LeftOut {
  readonly cgroup: string;
  readonly second: number;
  count: number;
}

/** How long after its end a second waits for exchanges that are told late: ordering holds bytes back at most a little longer. */
const graceNanos = 300e6;
const secondNanos = 1e9;
const sweepSeconds = 60;
/** Seconds for which what was left out waits for an exchange that says whose it was. */
const maxUnclaimedSeconds = 60;

export function createSummaries(options: SummariesOptions): Summaries {
  const { put } = options;
  const limits: SummaryLimits = { ...defaultSummaryLimits, ...options.limits };
  const subjects = createSubjects(limits, options.node);
  /** Whole seconds are counted from `epoch`, so that numbers do. */
  const phase = Number(((options.clockOffset % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n);
  const epoch = options.clockOffset - BigInt(phase);
  const touched: Subject[][] = Array.from({ length: openSeconds }, () => []);
  const spare: Cell[] = [];
  /** What budgets left out and no row tells of yet. */
  let untold: LeftOut[] = [];
  /** The oldest second that is not final; undefined before the first. */
  let oldest: number | undefined;
  let lastSweep = 0;
  let exchanges = 0;
  let ungrouped = 0;

  const secondOf = (time: number): number => Math.floor((time + phase) / secondNanos);

  function cellOf(subject: Subject, second: number): Cell {
    const slot = second & (openSeconds - 1);
    let cell = subject.cells[slot];
    if (cell === undefined) {
      cell = spare.pop() ?? new Cell();
      cell.second = second;
      subject.cells[slot] = cell;
      subject.lastSecond = second;
      touched[slot]?.push(subject);
    }
    return cell;
  }

  /** Tells every second before `second`. */
  function closeUntil(second: number): void {
    oldest ??= second;
    for (let steps = 0; oldest < second && steps < openSeconds; steps++) close(oldest++);
    oldest = Math.max(oldest, second);
  }

  function close(second: number): void {
    const list = touched[second & (openSeconds - 1)] as Subject[];
    if (untold.length > 0) untold = untold.filter((leftOut) => !claim(leftOut, list, second));
    for (const subject of list) {
      const slot = second & (openSeconds - 1);
      const cell = subject.cells[slot];
      subject.cells[slot] = undefined;
      if (cell === undefined) continue;
      put(subject.table, new SummaryRow(subject, cell, epoch) as unknown as Row);
      cell.clear();
      if (spare.length < 4096) spare.push(cell);
    }
    list.length = 0;
    subjects.forgetIdentities();
    if (second - lastSweep < sweepSeconds) return;
    lastSweep = second;
    subjects.sweep(second - limits.idleSeconds);
  }

  /** What was left out belongs to who else of the cgroup was seen in this second, or else to who was last. True when that is done. */
  function claim({ cgroup, second: when, count }: LeftOut, list: readonly Subject[], second: number): boolean {
    if (when > second) return false;
    const claimants = list.filter((subject) => subject.cgroup === cgroup);
    const last = claimants.length === 0 ? subjects.podOfCgroup(cgroup) : undefined;
    if (last !== undefined) claimants.push(last);
    const byTable = new Map<Table, Cell[]>();
    for (const subject of claimants) {
      const cells = byTable.get(subject.table) ?? [];
      cells.push(cellOf(subject, second));
      byTable.set(subject.table, cells);
    }
    for (const cells of byTable.values()) shareOut(count, cells);
    return claimants.length > 0 || second - when > maxUnclaimedSeconds;
  }

  return {
    exchange(facts) {
      exchanges++;
      let second = secondOf(facts.time);
      oldest ??= second - 1;
      if (second < oldest) second = oldest;
      else if (second >= oldest + openSeconds) closeUntil(second - openSeconds + 1);
      const bucket = facts.latency >= 0 ? bucketOf(facts.latency) : 0;
      const { pod, edge, server } = subjects.endsOf(facts);
      const endpoint = server.subjectOf(facts);
      cellOf(pod, second).add(facts, bucket);
      cellOf(edge, second).add(facts, bucket);
      cellOf(endpoint, second).add(facts, bucket);
      if (pod.isRest || edge.isRest || endpoint.isRest) ungrouped++;
    },
    leftOut(cgroup, count, time) {
      if (!(count > 0)) return;
      const second = secondOf(time);
      const same = untold.find((leftOut) => leftOut.cgroup === cgroup && leftOut.second === second);
      if (same) same.count += count;
      else untold.push({ cgroup, second, count });
    },
    tick(time) {
      const complete = secondOf(time - graceNanos);
      if (oldest === undefined || complete > oldest) closeUntil(complete);
    },
    flush() {
      if (oldest !== undefined) closeUntil(oldest + openSeconds);
    },
    totals: () => ({ exchanges, exchanges_ungrouped: ungrouped }),
  };
}
