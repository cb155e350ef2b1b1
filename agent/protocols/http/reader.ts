/** Reads one HTTP/1 connection: requests and responses in step, exchanges out. */
import { httpEvents } from '../../../src/domain/tables/http-events.ts';
import type { Direction } from '../../capture/source.ts';
import type { Connection, ProtocolOutput } from '../../stream/protocol.ts';
import type { CloseReason, GapReason, StreamReader } from '../../stream/reader.ts';
import type { RowMemory } from '../row-memory.ts';
import { Exchange, type Standing } from './exchange.ts';
import { fillFacts } from './facts.ts';
import { type Framing, requestFraming, responseFraming } from './framing.ts';
import type { Kind } from './head.ts';
import type { HttpLimits } from './limits.ts';
import type { Message } from './message.ts';
import { type MessageHandler, MessageStream } from './message-stream.ts';
import type { Reading } from './reading.ts';
import { type ConnectionColumns, columnsOf, toRow } from './row.ts';

/** An exchange unanswered for this long becomes a row (captured ns). */
const inFlightNanos = 1e9;

/** Times in a row that what should be a message is none, before the connection is left alone. */
const maxGarbage = 16;

/** Where a reader stands between two exchanges. */
export interface RestingReader {
  readonly requestDirection: Direction | undefined;
  readonly lastDirection: Direction | undefined;
  readonly count: number;
  readonly clientTurned: boolean;
  readonly overlaps: boolean;
}

export class HttpReader implements StreamReader, MessageHandler {
  readonly #output: ProtocolOutput;
  readonly #connection: Connection;
  readonly #memory: RowMemory;
  readonly #reading: Reading;
  readonly #columns: ConnectionColumns;
  readonly #requests: MessageStream;
  readonly #responses: MessageStream;
  #requestDirection: Direction | undefined;
  #lastDirection: Direction | undefined;
  /** Exchanges without a complete response, in the order of their requests. */
  #pending: Exchange[] = [];
  #pendingCost = 0;
  /** The exchange whose response is being read, and the one whose request is. */
  #answering: Exchange | undefined;
  #asking: Exchange | undefined;
  #count = 0;
  #garbage = 0;
  /** Messages may be missing: until both sides are known to be in step again, pairs are suspect. */
  #outOfStep = false;
  /** Exchanges up to this number may have had their answers among what is missing. */
  #answersMissingTo = 0;
  /** The client spoke after the server, and no request has begun nor any been lost since. */
  #clientTurned = false;
  /** The client was seen to ask again before it had all answers: that it speaks says nothing of what it waits for. */
  #overlaps = false;
  /** Requests were left out by the budget, and none has begun since: an answer is to one of them. */
  #requestsLeftOut = false;
  /** Bytes lost before a request that has not been seen yet. */
  #lostBefore = 0;
  /** Captured time of the latest call. */
  #now = 0;
  done = false;

  /** `resting`: what the reader before said of its `rest`. */
  constructor(
    connection: Connection,
    output: ProtocolOutput,
    reading: Reading,
    limits: HttpLimits,
    resting?: RestingReader,
  ) {
    this.#output = output;
    this.#connection = connection;
    this.#memory = reading.memory;
    this.#reading = reading;
    this.#columns = columnsOf(connection);
    this.#requests = new MessageStream('request', this, reading, limits);
    this.#responses = new MessageStream('response', this, reading, limits);
    if (resting === undefined) return;
    this.#requestDirection = resting.requestDirection;
    this.#lastDirection = resting.lastDirection;
    this.#count = resting.count;
    this.#clientTurned = resting.clientTurned;
    this.#overlaps = resting.overlaps;
  }

  rest(): RestingReader | undefined {
    const isBetween = this.#requests.atStart && this.#responses.atStart && this.#pending.length === 0;
    if (!isBetween || this.done || this.#outOfStep || this.#requestsLeftOut || this.#lostBefore > 0) return undefined;
    return {
      requestDirection: this.#requestDirection,
      lastDirection: this.#lastDirection,
      count: this.#count,
      clientTurned: this.#clientTurned,
      overlaps: this.#overlaps,
    };
  }

  get heldBytes(): number {
    return this.#pendingCost + this.#requests.heldBytes + this.#responses.heldBytes;
  }

  data(direction: Direction, bytes: Uint8Array, from: number, to: number, time: number): void {
    if (this.done) return;
    this.#now = time;
    // Whoever sends requests is the client, whatever the socket's role says.
    this.#requestDirection ??= isResponse(bytes, from, to) ? opposite(direction) : direction;
    const turned = this.#lastDirection !== direction;
    this.#lastDirection = direction;
    // The rest of a body (after "100 Continue") is no new turn.
    if (turned && direction === this.#requestDirection && !this.#requests.inBody) this.#clientTurned = true;
    const stream = this.#streamOf(direction);
    const wasUnknown = stream.endUnknown;
    stream.data(bytes, from, to, time, turned);
    if (stream.endUnknown && !(wasUnknown && this.#outOfStep)) this.#loseStep(direction);
  }

  gap(direction: Direction, length: number, reason: GapReason, time: number): void {
    if (this.done) return;
    this.#now = time;
    if (reason === 'sampled') {
      this.#leftOut(direction, length, time);
      return;
    }
    this.#lastDirection = direction;
    if (this.#requestDirection === undefined) {
      if (reason === 'lost') this.#lostBefore += length;
      this.#outOfStep = true;
      return;
    }
    if (!this.#streamOf(direction).gap(length, reason, time)) this.#loseStep(direction);
  }

  end(direction: Direction, time: number): void {
    if (this.done || this.#requestDirection === undefined) return;
    this.#now = time;
    this.#streamOf(direction).end();
    if (direction !== this.#requestDirection) this.#abandonAll('fin');
  }

  close(reason: CloseReason, time: number): void {
    if (this.done) return;
    this.done = true;
    this.#now = time;
    // With a reset or a silent end nothing may be taken for complete; an orderly close delimits.
    if (reason === 'fin') this.#responses.end();
    if (reason !== 'gone') this.#requests.end();
    this.#abandonAll(reason);
  }

  tick(time: number): void {
    this.#asking?.own();
    for (const exchange of this.#pending) {
      exchange.own();
      const { response } = exchange;
      const old = time - exchange.firstTime >= inFlightNanos;
      // Behind a cut body the end may be told late: the answer is shown at once.
      const cut = response !== undefined && !response.keeping;
      if ((old || cut) && !exchange.leftOut && exchange.shown < (response === undefined ? 1 : 2)) {
        this.#emit(exchange, 'in-flight');
        exchange.shown = response === undefined ? 1 : 2;
      }
    }
  }

  #streamOf(direction: Direction): MessageStream {
    return direction === this.#requestDirection ? this.#requests : this.#responses;
  }

  begun(kind: Kind, message: Message): Framing | 'skip' {
    return kind === 'request' ? this.#requestBegun(message) : this.#responseBegun(message);
  }

  completed(kind: Kind, message: Message): void {
    if (kind === 'request') this.#requestCompleted(message);
    else this.#responseCompleted(message);
  }

  cutShort(kind: Kind, message: Message): void {
    if (kind === 'response') this.#responseCutShort(message);
  }

  missing(kind: Kind, length: number, reason: GapReason): void {
    if (kind === 'response') this.#responsesMissing(length, reason);
    else if (reason === 'lost') this.#lostBefore += length;
    else this.#output.lost('stream-gap', 1);
  }

  garbage(kind: Kind): void {
    const direction = this.#requestDirection ?? 0;
    this.#noteGarbage(kind === 'request' ? direction : opposite(direction));
  }

  /**
   * Messages are missing on purpose, and counted by who left them out: both sides stay in step. An exchange of which only the
   * beginning or the end was kept (a request that waited for "100 Continue") goes without a word, unless it was shown before.
   */
  #leftOut(direction: Direction, length: number, time: number): void {
    this.#lastDirection = undefined;
    if (this.#requestDirection === undefined) return;
    const isRequest = direction === this.#requestDirection;
    const cut = isRequest && this.#requests.busy ? this.#asking : undefined;
    this.#requestsLeftOut ||= isRequest;
    this.#streamOf(direction).leftOut(length, time);
    if (cut === undefined || cut.response !== undefined) return;
    this.#asking = undefined;
    cut.leftOut = true;
    this.#finish(cut, 'missed');
  }

  /** Where the next message begins is not known any more: those behind may be missed, or answers paired with the wrong one. */
  #loseStep(direction: Direction): void {
    this.#outOfStep = true;
    // A turn tells only of what was lost before it.
    this.#clientTurned = false;
    if (direction === this.#requestDirection) return;
    this.#answersMissingTo = this.#count;
    for (const exchange of this.#pending) if (exchange !== this.#answering) exchange.suspect = true;
  }

  /** The client speaks again: what it waited for is over, seen or not. */
  #clientSpeaks(): void {
    if (this.#answering !== undefined && this.#pending.length === 1) this.#responses.settle();
    this.#abandonObscured();
    if (this.#clientTurned) this.#judgeTurn();
    this.#clientTurned = false;
  }

  /**
   * Both sides are in step again where the client asks after the server has spoken, unless it is one that does not wait for all
   * answers: then an answer to come may be to a request that was lost.
   */
  #judgeTurn(): void {
    if (this.#outOfStep && !this.#overlaps) this.#responses.settle();
    const newest = this.#pending.at(-1);
    this.#overlaps ||= this.#responses.busy || (newest !== undefined && newest.number > this.#answersMissingTo);
    if (!this.#outOfStep || this.#overlaps) return;
    for (const exchange of [...this.#pending]) this.#finish(exchange, 'missed');
    this.#outOfStep = false;
  }

  #requestBegun(message: Message): Framing {
    this.#garbage = 0;
    this.#requestsLeftOut = false;
    this.#clientSpeaks();
    const exchange = new Exchange(++this.#count, message);
    exchange.suspect = this.#outOfStep;
    exchange.lostBytes = this.#lostBefore;
    this.#lostBefore = 0;
    this.#pending.push(exchange);
    this.#pendingCost += exchange.cost;
    this.#asking = exchange;
    return requestFraming(message);
  }

  #requestCompleted(message: Message): void {
    const exchange = this.#asking;
    this.#asking = undefined;
    if (exchange === undefined) return;
    if (this.#pending.at(-1) === exchange) this.#pendingCost += message.cost;
    // Answered before it was sent in full: the row lacks the rest.
    else if (exchange.response?.complete) this.#emit(exchange, 'complete');
  }

  #responseBegun(message: Message): Framing | 'skip' {
    this.#garbage = 0;
    const { status } = message;
    // Interim responses (RFC 9110 §15.2) are not the answer.
    if (status < 200 && status !== 101) return message.headCut ? 'skip' : 'none';
    const exchange = this.#match(message);
    exchange.response = message;
    this.#answering = exchange;
    if (exchange.request !== undefined && !exchange.request.complete) this.#requests.settle();
    return responseFraming(message, exchange.request);
  }

  /** Responses come in the order of requests (RFC 9112 §9.3); after a hole, only the newest are sure to be unanswered. */
  #match(message: Message): Exchange {
    if (this.#pending[0]?.obscured) {
      const fresh = this.#pending.findIndex((exchange) => !exchange.obscured);
      const keep = fresh < 0 ? this.#pending.length - 1 : fresh;
      for (const missed of this.#pending.slice(0, keep)) this.#finish(missed, 'missed');
    }
    const first = this.#pending[0];
    if (first !== undefined) {
      first.obscured = false;
      return first;
    }
    const alone = new Exchange(++this.#count, undefined);
    alone.response = message;
    alone.leftOut = this.#requestsLeftOut;
    alone.lostBytes = this.#lostBefore;
    this.#lostBefore = 0;
    this.#pending.push(alone);
    this.#pendingCost += alone.cost;
    return alone;
  }

  #responseCompleted(message: Message): void {
    const exchange = this.#answering;
    if (exchange === undefined || exchange.response !== message) return;
    this.#answering = undefined;
    const isTunnel = responseFraming(message, exchange.request) === 'tunnel';
    this.#finish(exchange, 'complete');
    if (isTunnel) this.#stop();
  }

  #responseCutShort(message: Message): void {
    const exchange = this.#answering;
    if (exchange === undefined || exchange.response !== message) return;
    this.#answering = undefined;
    this.#finish(exchange, 'fin');
  }

  #responsesMissing(length: number, reason: GapReason): void {
    if (reason === 'cut') this.#output.lost('stream-gap', 1);
    const first = this.#pending[0];
    if (first !== undefined && reason === 'lost') first.lostBytes += length;
    for (const exchange of this.#pending) exchange.obscured = true;
  }

  #abandonObscured(): void {
    if (!this.#pending[0]?.obscured) return;
    for (const exchange of [...this.#pending]) {
      if (exchange.obscured && exchange.response === undefined) this.#finish(exchange, 'missed');
    }
  }

  #abandonAll(standing: CloseReason): void {
    for (const exchange of [...this.#pending]) this.#finish(exchange, exchange.obscured ? 'missed' : standing);
    this.#answering = undefined;
  }

  #finish(exchange: Exchange, standing: Standing): void {
    // Without pipelining there is one, and taking that away moves nothing.
    if (this.#pending.length === 1 && this.#pending[0] === exchange) this.#pending.pop();
    else if (this.#pending[0] === exchange) this.#pending.shift();
    else this.#pending = this.#pending.filter((other) => other !== exchange);
    this.#pendingCost -= exchange.cost;
    if (!exchange.leftOut || exchange.shown > 0) this.#emit(exchange, standing);
    if (!exchange.leftOut) this.#tell(exchange, standing);
    // Answered before it was sent in full, it will be told of again.
    if (exchange.request?.complete !== false && exchange.response?.complete !== false) exchange.free();
  }

  /** Once for each exchange: only `#finish` calls it. */
  #tell(exchange: Exchange, standing: Standing): void {
    const { facts, texts } = this.#reading;
    if (this.#output.exchange === undefined || !fillFacts(facts, exchange, standing, this.#now, texts)) return;
    facts.role = this.#requestDirection === 1 ? 'client' : 'server';
    facts.identity = this.#connection.identity(facts.role);
    this.#output.exchange(facts);
  }

  #emit(exchange: Exchange, standing: Standing): void {
    const role = this.#requestDirection === 1 ? 'client' : 'server';
    const row = toRow(exchange, standing, role, this.#connection.identity(role), this.#columns, this.#memory);
    const isOnly = standing === 'complete' && exchange.shown === 0 && exchange.request?.complete !== false;
    this.#output.row(httpEvents, row, isOnly);
  }

  /** What came instead of a message may stand for any number of them. */
  #noteGarbage(direction: Direction): void {
    if (this.#count > 0) this.#loseStep(direction);
    this.#output.lost(this.#columns.midstream && this.#count === 0 ? 'mid-stream' : 'parse-error', 1);
    if (++this.#garbage >= maxGarbage) this.#stop();
  }

  /** What follows is not HTTP. */
  #stop(): void {
    this.#abandonAll('gone');
    this.done = true;
  }
}

function opposite(direction: Direction): Direction {
  return direction === 0 ? 1 : 0;
}

const responseStart = 'HTTP/';

function isResponse(bytes: Uint8Array, from: number, to: number): boolean {
  if (to - from < responseStart.length) return false;
  for (let i = 0; i < responseStart.length; i++) if (bytes[from + i] !== responseStart.charCodeAt(i)) return false;
  return true;
}
