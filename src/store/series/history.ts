/**
 * What was told of one kind of thing over time: a slot per second for the newest quarter of an hour, then one per ten seconds. A slot
 * holds cells as they came, by agent; nothing is added up before somebody looks (fold.ts).
 */

import { createCellSum } from './cell-sum.ts';
import {
  type Cell,
  type CellShape,
  type CellWriter,
  createCell,
  createCellWriter,
  readCell,
  readKey,
} from './cells.ts';

export const secondMs = 1_000;
/** Length of a slot once it is old. */
export const blockMs = 10_000;

/** Cells of one agent; never changed. Those of several agents together have agent -1. */
export interface Segment {
  readonly agent: number;
  readonly bytes: Uint8Array;
  readonly cells: number;
}

export interface Slot {
  /** When it begins, Unix ms. */
  readonly time: number;
  /** Its length, ms. */
  readonly span: number;
  /** Another one whenever `segments` is. */
  readonly stamp: number;
  readonly segments: readonly Segment[];
}

export interface History {
  readonly shape: CellShape;
  /** Takes figures of a second; `settle` puts them into their slots. False = the agent has said too much of this second. */
  put(
    agent: number,
    time: number,
    key: number,
    sums: ArrayLike<number>,
    lasts: ArrayLike<number>,
    sketch?: Uint8Array,
  ): boolean;
  settle(): void;
  /** Slots that begin in `[from, to)`, oldest first. */
  slots(from: number, to: number): Iterable<Slot>;
  /** Slots of seconds before this become slots of ten: one such slot a call. True while there are more. */
  coarsen(before: number): boolean;
  /** Forgets slots that begin before this time. */
  forget(before: number): void;
  /** Keys that some cell has. */
  keysInUse(): Set<number>;
  /** Seconds are kept from here on; what is before is in slots of ten. */
  readonly fineFrom: number;
  /** When the oldest slot begins; undefined while there is none. */
  readonly oldest: number | undefined;
  /** Memory it takes, and of that the slots of a second, about. */
  readonly bytes: number;
  readonly fineBytes: number;
}

/** Of one agent and second. */
const mostCells = 50_000;
/** Of a slot and of a segment, beside the bytes. */
const overhead = 200;

interface PendingCells {
  readonly writer: CellWriter;
  readonly keys: Set<number>;
}

interface OpenSlot {
  readonly time: number;
  readonly span: number;
  stamp: number;
  segments: readonly Segment[];
}

/**
 * @param replaces a key told of again for the same second replaces what the agent said before (summaries have an identity); without it
 *   both add up (differences of totals that rise)
 */
export function createHistory(shape: CellShape, replaces: boolean): History {
  const fine = new Map<number, OpenSlot>();
  const coarse = new Map<number, OpenSlot>();
  /** Cells under way, by agent and second. */
  const pending = new Map<number, Map<number, PendingCells>>();
  /** The newest second of each agent: what it tells of an earlier one it may tell for the second time. */
  const newest = new Map<number, number>();
  const cell: Cell = createCell(shape);
  let fineFrom = Number.NEGATIVE_INFINITY;
  let stamps = 0;
  let fineBytes = 0;
  let coarseBytes = 0;

  const setSegments = (slot: OpenSlot, segments: readonly Segment[]) => {
    const change = sizeOf(segments) - sizeOf(slot.segments);
    if (slot.span === secondMs) fineBytes += change;
    else coarseBytes += change;
    stamps += 1;
    slot.stamp = stamps;
    slot.segments = segments;
  };
  const slotOf = (time: number): OpenSlot => {
    const isFine = time >= fineFrom;
    const span = isFine ? secondMs : blockMs;
    const begins = Math.floor(time / span) * span;
    const tier = isFine ? fine : coarse;
    let slot = tier.get(begins);
    if (!slot) {
      slot = { time: begins, span, stamp: 0, segments: [] };
      tier.set(begins, slot);
      if (isFine) fineBytes += overhead;
      else coarseBytes += overhead;
    }
    return slot;
  };
  const drop = (tier: Map<number, OpenSlot>, slot: OpenSlot) => {
    setSegments(slot, []);
    tier.delete(slot.time);
    if (tier === fine) fineBytes -= overhead;
    else coarseBytes -= overhead;
  };
  const settleOne = (agent: number, time: number, writer: CellWriter) => {
    const isAgain = time <= (newest.get(agent) ?? Number.NEGATIVE_INFINITY);
    if (!isAgain) newest.set(agent, time);
    // Of an agent that tells its latest again after the line was lost: it is in the sum already.
    if (isAgain && replaces && time < fineFrom) return;
    const slot = slotOf(time);
    const segment: Segment = { agent: slot.span === secondMs ? agent : -1, cells: writer.cells, bytes: writer.take() };
    const before = isAgain && replaces ? withoutKeys(slot.segments, agent, keysOf(segment), cell) : slot.segments;
    setSegments(slot, [...before, segment]);
  };

  return {
    shape,
    put(agent, time, key, sums, lasts, sketch) {
      let writers = pending.get(agent);
      if (!writers) {
        writers = new Map();
        pending.set(agent, writers);
      }
      let cells = writers.get(time);
      if (cells && replaces && cells.keys.has(key)) {
        // Told twice between two looks: what was said first goes into its slot, from which the second takes it.
        settleOne(agent, time, cells.writer);
        cells = undefined;
      }
      if (!cells) {
        cells = { writer: createCellWriter(), keys: new Set() };
        writers.set(time, cells);
      }
      const { writer, keys } = cells;
      if (writer.cells >= mostCells) return false;
      if (writer.cells === 0) {
        const told =
          fine.get(time)?.segments.reduce((sum, each) => sum + (each.agent === agent ? each.cells : 0), 0) ?? 0;
        if (told >= mostCells) return false;
      }
      if (replaces) keys.add(key);
      writer.write(key, sums, lasts, sketch);
      return true;
    },
    settle() {
      for (const [agent, writers] of pending) {
        const times = [...writers.keys()].sort((a, b) => a - b);
        for (const time of times) {
          const writer = writers.get(time)?.writer;
          if (writer && writer.cells > 0) settleOne(agent, time, writer);
        }
      }
      pending.clear();
    },
    *slots(from, to) {
      if (from < fineFrom || coarse.size > 0) {
        for (let time = Math.ceil(from / blockMs) * blockMs; time < Math.min(to, fineFrom); time += blockMs) {
          const slot = coarse.get(time);
          if (slot) yield slot;
        }
      }
      if ((to - from) / secondMs > fine.size * 4) {
        const times = [...fine.keys()].filter((time) => time >= from && time < to).sort((a, b) => a - b);
        for (const time of times) yield fine.get(time) as OpenSlot;
        return;
      }
      for (let time = Math.ceil(Math.max(from, fineFrom) / secondMs) * secondMs; time < to; time += secondMs) {
        const slot = fine.get(time);
        if (slot) yield slot;
      }
    },
    coarsen(before) {
      const limit = Math.floor(before / blockMs) * blockMs;
      let oldest = Number.POSITIVE_INFINITY;
      for (const time of fine.keys()) if (time < oldest) oldest = time;
      if (oldest >= limit) {
        fineFrom = Math.max(fineFrom, fine.size > 0 || coarse.size > 0 ? limit : fineFrom);
        return false;
      }
      const block = Math.floor(oldest / blockMs) * blockMs;
      const sum = createCellSum(shape);
      for (let time = block; time < block + blockMs; time += secondMs) {
        const slot = fine.get(time);
        if (!slot) continue;
        for (const segment of slot.segments) sum.add(segment);
        drop(fine, slot);
      }
      fineFrom = block + blockMs;
      const slot = slotOf(block);
      for (const segment of slot.segments) sum.add(segment);
      setSegments(slot, [sum.take()]);
      return block + blockMs < limit;
    },
    forget(before) {
      for (const tier of [fine, coarse]) {
        for (const slot of [...tier.values()]) if (slot.time < before) drop(tier, slot);
      }
    },
    keysInUse() {
      const keys = new Set<number>();
      for (const tier of [fine, coarse]) {
        for (const { segments } of tier.values()) for (const segment of segments) addKeys(segment, keys);
      }
      return keys;
    },
    get fineFrom() {
      return fineFrom;
    },
    get oldest() {
      let oldest = Number.POSITIVE_INFINITY;
      for (const tier of [fine, coarse]) for (const time of tier.keys()) if (time < oldest) oldest = time;
      return oldest === Number.POSITIVE_INFINITY ? undefined : oldest;
    },
    get bytes() {
      return fineBytes + coarseBytes;
    },
    get fineBytes() {
      return fineBytes;
    },
  };
}

const sizeOf = (segments: readonly Segment[]) => segments.reduce((sum, { bytes }) => sum + bytes.length + overhead, 0);

const next = { at: 0 };

function addKeys({ bytes }: Segment, keys: Set<number>): void {
  for (let at = 0; at < bytes.length; at = next.at) keys.add(readKey(bytes, at, next));
}

function keysOf(segment: Segment): ReadonlySet<number> {
  const keys = new Set<number>();
  addKeys(segment, keys);
  return keys;
}

/** The segments without what this agent said of these keys. */
function withoutKeys(
  segments: readonly Segment[],
  agent: number,
  keys: ReadonlySet<number>,
  cell: Cell,
): readonly Segment[] {
  if (!segments.some((segment) => segment.agent === agent)) return segments;
  return segments.flatMap((segment) => {
    if (segment.agent !== agent) return [segment];
    const kept = createCellWriter();
    const { bytes } = segment;
    for (let at = 0; at < bytes.length; ) {
      at = readCell(bytes, at, cell);
      if (keys.has(cell.key)) continue;
      kept.write(cell.key, cell.sums, cell.lasts, bytes.subarray(cell.sketchFrom, cell.sketchTo));
    }
    if (kept.cells === segment.cells) return [segment];
    return kept.cells === 0 ? [] : [{ agent, cells: kept.cells, bytes: kept.take() }];
  });
}
