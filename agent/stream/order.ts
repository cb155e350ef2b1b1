/** One direction of a TCP connection put in order: duplicates and overlaps removed, holes waited for and then told. */
import { capturedBytes, type Direction, type Segment } from '../capture/source.ts';
import type { GapReason } from './reader.ts';
import { advance, distance } from './sequence.ts';

/** Where ordered bytes go, of both directions. */
export interface OrderSink {
  /** Bytes `from` to `to` of `bytes`. */
  ordered(direction: Direction, bytes: Uint8Array, from: number, to: number, time: number): void;
  missing(direction: Direction, length: number, reason: GapReason, time: number): void;
  ended(direction: Direction, time: number): void;
}

/** A piece waiting for earlier bytes; pieces in the list are sorted and do not overlap. */
interface Held {
  readonly seq: number;
  readonly len: number;
  readonly bytes: Uint8Array;
  readonly fin: boolean;
  /** Nothing of it was captured, on purpose: the budget left it out. */
  readonly sampled: boolean;
  /** When it was seen, and so when its wait began. */
  readonly time: number;
}

/** Where a direction stands while nothing of it waits. */
export interface Position {
  readonly expected: number | undefined;
  readonly cut: boolean;
  readonly captured: number;
}

/** Bookkeeping cost of a held piece, bytes; keeps floods of tiny segments inside the byte budgets. */
const heldOverhead = 128;

/** Pieces held per direction at most: keeps insertion cheap whatever a peer sends. */
const maxHeld = 512;

/** A class, not closures: there are two per connection and this is the hot path. */
export class Order {
  readonly #sink: OrderSink;
  readonly #direction: Direction;
  #expected: number | undefined;
  /** The last bytes were over the message's cap, so the kernel may say nothing of what follows them. */
  #cut = false;
  /** Bytes captured of the current message: see `reached`. */
  #captured = 0;
  #ended = false;
  #held: Held[] = [];
  heldBytes = 0;

  /** `expected` is the first payload's sequence number; undefined begins with whatever comes first. */
  constructor(sink: OrderSink, direction: Direction, expected: number | undefined) {
    this.#sink = sink;
    this.#direction = direction;
    this.#expected = expected;
  }

  /** Where it stands; undefined while pieces wait, or after its end. */
  get position(): Position | undefined {
    if (this.#held.length > 0 || this.#ended) return undefined;
    return { expected: this.#expected, cut: this.#cut, captured: this.#captured };
  }

  /** Goes on from there. */
  resume({ expected, cut, captured }: Position): void {
    this.#expected = expected;
    this.#cut = cut;
    this.#captured = captured;
  }

  /** Captured time at which the oldest hole is given up; Infinity while there is none. */
  deadline(patience: number): number {
    let oldest = Number.POSITIVE_INFINITY;
    for (const piece of this.#held) oldest = Math.min(oldest, piece.time);
    return oldest + patience;
  }

  /**
   * Takes a segment of this direction. `lossy`: the kernel lost records since the one before, so a hole will not fill.
   * A hole after bytes over the cap was cut on purpose; any other hole is waited for.
   */
  accept(segment: Segment, lossy: boolean): void {
    if (this.#ended) return;
    const { seq, len, bytes, at, captured, fin, sampled, time } = segment;
    if (len === 0 && !fin) return;
    if (segment.messageStart || sampled) this.#captured = 0;
    this.#captured += captured;
    this.#expected ??= seq;
    const ahead = distance(this.#expected, seq);
    if (ahead <= 0 && this.#held.length === 0) {
      this.#deliver(-ahead, len, bytes, at, captured, fin, sampled, time);
      return;
    }
    if (ahead > 0 && this.#held.length === 0 && (lossy || this.#cut || (captured === 0 && len > 0))) {
      this.#skip(ahead, lossy ? 'lost' : 'cut', time);
      this.#deliver(0, len, bytes, at, captured, fin, sampled, time);
      return;
    }
    this.#hold(seq, len, capturedBytes(segment), fin, sampled, time);
    this.#drain(lossy);
  }

  /**
   * The kernel has seen this direction up to `endSeq`, last at `time`: whatever of that has no record will at best be told
   * of as cut. While pieces are held the hole may still be filled by a retransmission, unless records were lost. `sampled`: it was
   * left out together with what the other direction left out.
   */
  reached(endSeq: number, lossy: boolean, time: number, sampled = false): void {
    if (this.#expected === undefined) {
      this.#expected = endSeq;
      return;
    }
    if (this.#ended || distance(this.#expected, endSeq) <= 0) return;
    if (this.#held.length > 0) {
      if (!lossy) return;
      this.#drain(true);
    }
    const missing = distance(this.#expected, endSeq);
    if (missing <= 0) return;
    const isCut = this.#cut || this.#mayBeAtCap;
    this.#skip(missing, lossy ? 'lost' : sampled ? 'sampled' : isCut ? 'cut' : 'lost', time);
  }

  /** A cap met exactly at the end of a segment leaves no partial record; caps are whole kilobytes. */
  get #mayBeAtCap(): boolean {
    return this.#captured > 0 && this.#captured % 1024 === 0;
  }

  /** Gives up holes whose wait began before `since`. */
  expire(since: number): void {
    while (this.#held.some((piece) => piece.time < since)) this.#drainOne('lost');
    this.#drain(false);
  }

  /** Nothing more will come: gives up every hole. */
  giveUp(): void {
    this.#drain(true);
  }

  #deliver(
    skip: number,
    len: number,
    bytes: Uint8Array,
    at: number,
    length: number,
    fin: boolean,
    sampled: boolean,
    time: number,
  ): void {
    if (skip < len) {
      const captured = Math.min(length, len);
      this.#expected = advance(this.#expected ?? 0, len - skip);
      if (skip < captured) this.#sink.ordered(this.#direction, bytes, at + skip, at + captured, time);
      const missing = len - Math.max(skip, captured);
      this.#cut = missing > 0 && !sampled;
      if (missing > 0) this.#sink.missing(this.#direction, missing, sampled ? 'sampled' : 'cut', time);
    }
    if (fin && skip <= len) {
      this.#ended = true;
      this.#release();
      this.#sink.ended(this.#direction, time);
    }
  }

  #skip(length: number, reason: GapReason, time: number): void {
    this.#expected = advance(this.#expected ?? 0, length);
    if (reason !== 'cut') this.#cut = false;
    this.#sink.missing(this.#direction, length, reason, time);
  }

  /** Keeps the parts of a segment that no held piece covers: the first copy of a byte wins. */
  #hold(seq: number, len: number, payload: Uint8Array, fin: boolean, sampled: boolean, time: number): void {
    const base = this.#expected ?? seq;
    let from = Math.max(0, distance(base, seq));
    const start = distance(base, seq);
    const end = start + len;
    const pieces: Held[] = [];
    const keep = (to: number, last: boolean): void => {
      if (to <= from && !last) return;
      const size = Math.max(0, to - from);
      const offset = from - start;
      const bytes = payload.slice(Math.min(offset, payload.length), Math.min(offset + size, payload.length));
      pieces.push({ seq: advance(base, from), len: size, bytes, fin: last, sampled, time });
      this.heldBytes += bytes.length + heldOverhead;
    };
    for (const piece of this.#held) {
      const pieceStart = distance(base, piece.seq);
      if (pieceStart >= end) break;
      keep(Math.min(pieceStart, end), false);
      from = Math.max(from, pieceStart + piece.len);
    }
    if (from < end || fin) {
      if (from <= end) keep(end, fin);
    }
    if (pieces.length === 0) return;
    this.#held.push(...pieces);
    if (this.#held.length > pieces.length) this.#held.sort((a, b) => distance(base, a.seq) - distance(base, b.seq));
    while (this.#held.length > maxHeld) this.#drainOne('lost');
  }

  /** Hands on what is contiguous, or explained by the cap; with `force`, everything. */
  #drain(force: boolean): void {
    while (this.#held.length > 0) {
      const first = this.#held[0];
      if (first === undefined) return;
      const ahead = distance(this.#expected ?? first.seq, first.seq);
      if (ahead > 0 && !this.#cut && !force) return;
      this.#drainOne(force ? 'lost' : 'cut');
    }
  }

  #drainOne(reason: GapReason): void {
    const first = this.#held.shift();
    if (first === undefined) return;
    this.heldBytes -= first.bytes.length + heldOverhead;
    const ahead = distance(this.#expected ?? first.seq, first.seq);
    if (ahead > 0) this.#skip(ahead, reason, first.time);
    const { len, bytes, fin, sampled, time } = first;
    this.#deliver(Math.max(0, -ahead), len, bytes, 0, bytes.length, fin, sampled, time);
  }

  #release(): void {
    this.#held = [];
    this.heldBytes = 0;
  }
}
