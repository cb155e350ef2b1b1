/** DNS over TCP: one connection. */
import { endsOf } from '../../capture/ends.ts';
import type { Direction } from '../../capture/source.ts';
import type { Connection, ProtocolOutput } from '../../stream/protocol.ts';
import type { CloseReason, StreamReader } from '../../stream/reader.ts';
import { Conversation } from './conversation.ts';
import { dnsRole } from './direction.ts';
import { createFrames, type Frames } from './frames.ts';
import type { DnsLimits } from './limits.ts';
import { readMessage } from './message.ts';
import { QuestionLog } from './question-log.ts';

/** Rough cost of a question that waits, bytes. */
const questionBytes = 400;
/** Pieces that are no message, one after the other, after which a connection is given up. */
const maxGarbage = 4;

/** Where a reader stands while no question waits. */
export interface RestingDnsReader {
  readonly asks: number;
  readonly garbage: number;
}

export class DnsReader implements StreamReader {
  done = false;
  readonly #output: ProtocolOutput;
  readonly #conversation: Conversation;
  readonly #log: QuestionLog;
  readonly #frames: readonly [Frames, Frames];
  #garbage = 0;
  #time = 0;

  /** `resting`: what the reader before said of its `rest`. */
  constructor(connection: Connection, output: ProtocolOutput, limits: DnsLimits, resting?: RestingDnsReader) {
    const { socket, wallTime } = connection;
    this.#output = output;
    this.#conversation = new Conversation(endsOf(socket), socket.time, (role) => connection.identity(role));
    this.#log = new QuestionLog({ transport: 'tcp', wallTime, output, limits }, resting?.asks);
    this.#garbage = resting?.garbage ?? 0;
    this.#frames = [this.#framesOf(0), this.#framesOf(1)];
  }

  /** Answers that come twice, or after all, are forgotten with their questions: over TCP there are hardly any. */
  rest(): RestingDnsReader | undefined {
    const isBetween = this.#frames[0].atStart && this.#frames[1].atStart && this.#log.pending === 0;
    return isBetween && !this.done ? { asks: this.#log.asks, garbage: this.#garbage } : undefined;
  }

  get heldBytes(): number {
    return this.#frames[0].heldBytes + this.#frames[1].heldBytes + this.#log.pending * questionBytes;
  }

  data(direction: Direction, bytes: Uint8Array, from: number, to: number, time: number): void {
    this.#time = time;
    this.#frames[direction].data(bytes.subarray(from, to));
  }

  /** What the budget left out are whole messages, so that what follows begins one. */
  gap(direction: Direction, length: number, reason: 'cut' | 'lost' | 'sampled', time: number): void {
    this.#time = time;
    if (reason !== 'sampled') this.#frames[direction].gap(length);
  }

  end(_direction: Direction, time: number): void {
    this.#time = time;
  }

  close(reason: CloseReason, time: number): void {
    if (reason === 'gone') this.#log.flush(time);
    else this.#log.close(time);
  }

  tick(time: number): void {
    this.#log.tick(time);
  }

  #framesOf(direction: Direction): Frames {
    return createFrames(
      (bytes, size) => this.#message(direction, bytes, size),
      () => this.#noteGarbage(),
    );
  }

  #message(direction: Direction, bytes: Uint8Array, size: number): void {
    const message = readMessage(bytes);
    const role = message && dnsRole(this.#conversation.ends, direction, message.isResponse);
    if (message === undefined || role === undefined) {
      this.#noteGarbage();
      return;
    }
    this.#garbage = 0;
    const conversation = this.#conversation;
    this.#log.pass({ conversation, role, message, time: this.#time, size, kept: bytes.length });
  }

  #noteGarbage(): void {
    this.#output.lost('parse-error', 1);
    if (++this.#garbage >= maxGarbage) this.done = true;
  }
}
