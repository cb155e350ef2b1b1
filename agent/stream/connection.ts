/** One connection: both directions in order, its protocol recognised, its bytes read. */
import type { Row } from '../../src/domain/column.ts';
import { keptIfSame } from '../../src/domain/shared-row.ts';
import type { Direction, Segment, SocketClose, SocketOpen } from '../capture/source.ts';
import { Order, type OrderSink, type Position } from './order.ts';
import type { Connection, ProtocolOutput, StreamProtocol } from './protocol.ts';
import type { CloseReason, GapReason, StreamReader } from './reader.ts';
import { Recognition } from './recognition.ts';

/** Age at which the identity of the two ends is asked again: names may become known after the connection. */
const identityNanos = 1e9;

/** What a followed connection needs from its surroundings. */
export interface Surroundings {
  readonly protocols: readonly StreamProtocol[];
  identity(socket: SocketOpen, role: 'client' | 'server'): Row;
  readonly wallTime: (time: number) => bigint;
  readonly output: ProtocolOutput;
  /** Called once, when it is known what the connection is. */
  decided(verdict: string): void;
}

/** A connection while nothing of it is unfinished: little beside one that is followed, and enough to follow it again. */
export interface RestingConnection {
  readonly socket: SocketOpen;
  readonly lastTime: number;
  readonly lost: number;
  readonly verdict: string;
  /** How to go on reading it; undefined = nobody wants to. */
  readonly reading:
    | { readonly positions: readonly [Position, Position]; readonly protocol: StreamProtocol; readonly rest: object }
    | undefined;
}

export class FollowedConnection implements Connection, OrderSink {
  readonly socket: SocketOpen;
  readonly wallTime: (time: number) => bigint;
  /** A protocol's id, `tls` or `unknown`; undefined while undecided. */
  verdict: string | undefined;
  /** Captured time of the last record. */
  lastTime: number;
  /** Member of the set that is looked at on every tick; kept here because asking a Set costs more. */
  active = false;
  /** What the total budget believes this connection holds. */
  accounted = 0;
  readonly #around: Surroundings;
  #orders: readonly [Order, Order] | undefined;
  #recognition: Recognition | undefined;
  #reader: StreamReader | undefined;
  #protocol: StreamProtocol | undefined;
  #lost = 0;
  #ended = 0;
  #closing = false;
  #identity: Row | undefined;
  #identityRole: string | undefined;
  #identityTime = 0;

  constructor(socket: SocketOpen, around: Surroundings, resting?: RestingConnection) {
    this.socket = socket;
    this.lastTime = socket.time;
    this.#around = around;
    this.wallTime = around.wallTime;
    this.#orders = [new Order(this, 0, socket.firstSeq?.[0]), new Order(this, 1, socket.firstSeq?.[1])];
    if (resting === undefined) this.#recognition = new Recognition(around.protocols, socket);
    else this.#resume(resting);
  }

  #resume({ lastTime, lost, verdict, reading }: RestingConnection): void {
    this.lastTime = lastTime;
    this.#lost = lost;
    this.verdict = verdict;
    if (reading === undefined || this.#orders === undefined) {
      this.#ignore();
      return;
    }
    this.#orders[0].resume(reading.positions[0]);
    this.#orders[1].resume(reading.positions[1]);
    this.#protocol = reading.protocol;
    this.#reader = reading.protocol.read(this, this.#around.output, reading.rest);
  }

  /** What it takes to follow it again later; undefined while something is unfinished, or not yet known. */
  rest(): RestingConnection | undefined {
    const { socket, lastTime, verdict } = this;
    if (verdict === undefined || this.#closing) return undefined;
    const resting = { socket, lastTime, lost: this.#lost, verdict };
    if (this.#orders === undefined) return { ...resting, reading: undefined };
    const [a, b] = [this.#orders[0].position, this.#orders[1].position];
    const rest = this.#reader?.rest?.();
    const protocol = this.#protocol;
    if (a === undefined || b === undefined || rest === undefined || protocol === undefined) return undefined;
    return { ...resting, reading: { positions: [a, b], protocol, rest } };
  }

  /** Nothing more is wanted of this connection: it ended, or it is not ours to read. */
  get ignored(): boolean {
    return this.#orders === undefined;
  }

  /** A close record came; the end is declared at the next tick, because an active reset is sent after it. */
  get closing(): boolean {
    return this.#closing;
  }

  get heldBytes(): number {
    if (this.#orders === undefined) return 0;
    return (
      this.#orders[0].heldBytes +
      this.#orders[1].heldBytes +
      (this.#reader?.heldBytes ?? 0) +
      (this.#recognition?.heldBytes ?? 0)
    );
  }

  identity(role: 'client' | 'server'): Row {
    if (
      this.#identity === undefined ||
      this.#identityRole !== role ||
      this.lastTime - this.#identityTime > identityNanos
    ) {
      const before = this.#identityRole === role ? this.#identity : undefined;
      this.#identity = keptIfSame(before, this.#around.identity(this.socket, role));
      this.#identityRole = role;
      this.#identityTime = this.lastTime;
    }
    return this.#identity;
  }

  segment(segment: Segment): void {
    this.lastTime = segment.time;
    if (this.#orders === undefined) return;
    const lossy = segment.lost > this.#lost;
    if (lossy) this.#lost = segment.lost;
    const { direction } = segment;
    if (segment.otherLastTime !== 0) {
      // Whole exchanges are left out: what the other side said in between belongs to them.
      const other = this.#orders[direction === 0 ? 1 : 0];
      other.reached(segment.otherEndSeq, lossy, segment.otherLastTime, segment.sampled);
    }
    this.#orders?.[direction].accept(segment, lossy);
    if (segment.rst) this.end('reset', segment.time);
  }

  /** The kernel's close record: tells of what was cut after the last segment. Call `end` at the next tick. */
  close(close: SocketClose): void {
    this.lastTime = close.time;
    this.#closing = true;
    const lossy = close.lost > this.#lost;
    this.#lost = Math.max(this.#lost, close.lost);
    for (const direction of [0, 1] as const) {
      if (close.bytes[direction] === 0) continue;
      this.#orders?.[direction].reached(close.endSeq[direction], lossy, close.lastTime[direction]);
    }
  }

  /**
   * After a close record: orderly if either side sent a FIN. A socket that closes without one was aborted: its own RST
   * leaves after the close record, where capture no longer looks. With records lost nobody knows.
   */
  endClosed(): void {
    this.end(this.#ended > 0 ? 'fin' : this.#lost > 0 ? 'gone' : 'reset', this.lastTime);
  }

  tick(time: number, reorderNanos: number): void {
    this.#orders?.[0].expire(time - reorderNanos);
    this.#orders?.[1].expire(time - reorderNanos);
    this.#reader?.tick(time);
  }

  /** Gives up waiting for holes, to let go of what is held. */
  giveUpHoles(): void {
    this.#orders?.[0].giveUp();
    this.#orders?.[1].giveUp();
  }

  /** The connection is over: hands on everything held, closes the reader, frees all. Idempotent. */
  end(reason: CloseReason, time: number): void {
    if (this.#orders === undefined) return;
    this.giveUpHoles();
    this.#reader?.close(reason, time);
    if (this.verdict === undefined) this.#decide('unknown');
    this.#ignore();
  }

  /** Called by the two orders, as `missing` and `ended` are: the connection is their sink. */
  ordered(direction: Direction, bytes: Uint8Array, from: number, to: number, time: number): void {
    const reader = this.#reader;
    if (reader !== undefined) {
      reader.data(direction, bytes, from, to, time);
      if (reader.done) this.#finish(reader, time);
      return;
    }
    const recognition = this.#recognition;
    const recognised = recognition?.data(direction, bytes.subarray(from, to), time);
    if (recognition === undefined || recognised === undefined) return;
    this.#decide(recognised.verdict);
    if (recognised.protocol === undefined) {
      this.#ignore();
      return;
    }
    // Of what nobody here can read nothing is lost.
    if (recognition.skipped) this.#around.output.lost('mid-stream', 1);
    this.#recognition = undefined;
    this.#protocol = recognised.protocol;
    this.#reader = recognised.protocol.read(this, this.#around.output);
    recognition.replay(this.#reader);
    if (this.#reader.done) this.#finish(this.#reader, time);
  }

  missing(direction: Direction, length: number, reason: GapReason, time: number): void {
    if (reason === 'lost' && (this.#reader !== undefined || this.#recognition !== undefined)) {
      this.#around.output.lost('stream-gap', 1);
    }
    if (this.#reader !== undefined) {
      this.#reader.gap(direction, length, reason, time);
      if (this.#reader.done) this.#finish(this.#reader, time);
    } else this.#recognition?.gap(direction, length, reason);
  }

  ended(direction: Direction, time: number): void {
    this.#reader?.end(direction, time);
    if (++this.#ended === 2) this.end('fin', time);
  }

  #finish(reader: StreamReader, time: number): void {
    reader.close('gone', time);
    this.#ignore();
  }

  #decide(verdict: string): void {
    this.verdict = verdict;
    this.#around.decided(verdict);
    if (verdict !== 'unknown') this.#around.output.recognised?.(this.socket.cookie, verdict);
  }

  #ignore(): void {
    this.#orders = undefined;
    this.#recognition = undefined;
    this.#reader = undefined;
    this.#identity = undefined;
  }
}
