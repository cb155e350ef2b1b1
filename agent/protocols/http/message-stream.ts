/** One direction of a connection as a sequence of messages: framing, gaps, and finding the way back after them. */
import type { GapReason } from '../../stream/reader.ts';
import { PooledBytes } from '../byte-pool.ts';
import { lineFeed } from '../bytes.ts';
import { ChunkedDecoder } from './chunked.ts';
import type { Framing } from './framing.ts';
import type { Kind } from './head.ts';
import type { HttpLimits } from './limits.ts';
import { Message } from './message.ts';
import type { Reading } from './reading.ts';
import { mayBecomeStart, readRequestLine, readStatusLine, StartLine } from './start-line.ts';

/** What the streams of both directions tell of their messages. */
export interface MessageHandler {
  /** A head was read; says how its body is framed, or `skip`: the message is of no use, look for the next one. */
  begun(kind: Kind, message: Message): Framing | 'skip';
  /** The message ended as it should, or as far as anybody can know. */
  completed(kind: Kind, message: Message): void;
  /** The sender stopped in the middle of the message. */
  cutShort(kind: Kind, message: Message): void;
  /** Bytes are missing where a message should begin: whole messages may be among them. */
  missing(kind: Kind, length: number, reason: GapReason): void;
  /** What should be a message is none. */
  garbage(kind: Kind): void;
}

/** A start line longer than this is not looked for when the way was lost. */
const maxSoughtLine = 8192;

const LF = 10;
const CR = 13;

/**
 * `start`: a message should begin here. `head`: in a head that is not complete yet. `length`, `chunked`, `close`, `turn`: in
 * a body (framing.ts). `seek`: looking for a line that begins a message.
 */
type State = 'start' | 'head' | 'length' | 'chunked' | 'close' | 'turn' | 'seek' | 'tunnel';

export class MessageStream {
  readonly #kind: Kind;
  readonly #handler: MessageHandler;
  readonly #reading: Reading;
  readonly #limits: HttpLimits;
  #state: State = 'start';
  /** The message whose body is being read, also while the next one is sought behind it. */
  #message: Message | undefined;
  #remaining = 0;
  #chunked: ChunkedDecoder | undefined;
  /** An incomplete head, and its first time. */
  readonly #head: PooledBytes;
  #headTime = 0;
  /** Its start line is there and is one. */
  #headChecked = false;
  /** In `seek`: the line that may begin a message; `#inLine` is false in the middle of one that does not. */
  readonly #line: PooledBytes;
  #inLine = false;
  #now = 0;

  constructor(kind: Kind, handler: MessageHandler, reading: Reading, limits: HttpLimits) {
    this.#kind = kind;
    this.#handler = handler;
    this.#reading = reading;
    this.#limits = limits;
    this.#head = new PooledBytes(reading.pool);
    this.#line = new PooledBytes(reading.pool);
  }

  /** Bytes held for what is unfinished. */
  get heldBytes(): number {
    return (this.#message?.cost ?? 0) + this.#head.size + this.#line.size;
  }

  /** The next bytes are those from `from` to `to`. `turned`: the other direction has spoken since the last bytes of this one. */
  data(bytes: Uint8Array, from: number, to: number, time: number, turned: boolean): void {
    this.#now = time;
    if (turned && (this.#state === 'turn' || this.#state === 'seek')) this.#seekHere(time);
    let at = from;
    while (at < to) at = this.#step(bytes, at, to);
  }

  /** Returns whether it is still known where the next message begins: the bytes were inside a body of known extent. */
  gap(length: number, reason: GapReason, time: number): boolean {
    this.#now = time;
    switch (this.#state) {
      case 'tunnel':
        return true;
      case 'start':
        this.#lose(length, reason);
        return false;
      case 'head':
        if (!this.#cutHead(reason === 'lost' ? length : 0, `after ${this.#head.length} bytes`)) {
          this.#lose(length, reason);
        }
        return false;
      default:
        if (this.#message === undefined) this.#lose(length, reason);
        else {
          if (this.#state === 'seek') this.#rejectLine();
          this.#passOver(this.#message, length, reason);
        }
        return this.#state !== 'turn' && this.#state !== 'seek';
    }
  }

  /** Messages were left out here on purpose, and nothing is lost: what comes next begins one, unless it is the rest of one left out. */
  leftOut(length: number, time: number): void {
    this.#now = time;
    switch (this.#state) {
      case 'tunnel':
        return;
      case 'start':
        this.#seekHere(time);
        return;
      case 'head':
        this.#cutHead(0, 'by the capture budget');
        return;
      case 'turn':
      case 'seek':
        this.settle();
        this.#seekHere(time);
        return;
      default:
        if (this.#message !== undefined) this.#passOver(this.#message, length, 'sampled');
    }
  }

  /** A message should begin with the next byte, and nothing is kept of those before. */
  get atStart(): boolean {
    return this.#state === 'start';
  }

  /** Reading is in the middle of a message. */
  get busy(): boolean {
    return this.#message !== undefined || this.#state === 'head';
  }

  /** Reading is in a body whose extent is known. */
  get inBody(): boolean {
    return this.#state === 'length' || this.#state === 'chunked';
  }

  /** Reading is in a message whose end only the other side's turn can tell, so that others may hide behind it. */
  get endUnknown(): boolean {
    return this.#state === 'turn' || (this.#state === 'seek' && this.#message !== undefined);
  }

  /** A message whose end only the other side's turn can tell has ended. */
  settle(): void {
    if (this.endUnknown) {
      if (this.#inLine) this.#rejectLine();
      this.#complete('seek');
      this.#leaveLine();
    }
  }

  /** The sender closed: whatever is unfinished stays so, unless closing is how it ends. */
  end(): void {
    if (this.#state === 'head') this.#cutHead(0, 'short');
    if (this.#inLine) this.#rejectLine();
    const message = this.#message;
    if (message === undefined) return;
    if (this.#state === 'close' || this.#state === 'turn') this.#complete('start');
    else {
      this.#message = undefined;
      this.#state = 'seek';
      this.#handler.cutShort(this.#kind, message);
    }
  }

  #step(bytes: Uint8Array, at: number, to: number): number {
    switch (this.#state) {
      case 'start':
        return this.#start(bytes, at, to);
      case 'head':
        return this.#moreHead(bytes, at, to);
      case 'length':
        return this.#lengthBody(bytes, at, to);
      case 'chunked':
        return this.#chunkedBody(bytes, at, to);
      case 'seek':
        return this.#seek(bytes, at, to);
      case 'tunnel':
        return to;
      default:
        this.body(bytes, at, to);
        return to;
    }
  }

  /** The hot path: a whole head in one segment is read where it lies. */
  #start(bytes: Uint8Array, from: number, to: number): number {
    let at = from;
    // Blank lines before a start line are ignored (RFC 9112 §2.2).
    while (at < to && (bytes[at] === LF || bytes[at] === CR)) at++;
    if (at >= to) return to;
    const { head } = this.#reading;
    const state = head.read(bytes, at, to, this.#kind);
    if (state === 'complete' && head.end - at <= this.#limits.headBytes) {
      const { end } = head;
      this.#begin(this.#newMessage(bytes, at, false, this.#now));
      return end;
    }
    if (state === 'none') return this.#noStart(at, lineFeed(bytes, at, to), to);
    if (state === 'need-more' && !mayBecomeMessage(bytes, at, to, this.#kind)) {
      return this.#noStart(at, -1, to);
    }
    this.#state = 'head';
    this.#headChecked = false;
    this.#headTime = this.#now;
    return this.#moreHead(bytes, at, to);
  }

  /** What lies here begins no message: the next line may. */
  #noStart(at: number, newline: number, to: number): number {
    this.#handler.garbage(this.#kind);
    this.#state = 'seek';
    this.#inLine = newline >= at;
    return newline < 0 ? to : newline + 1;
  }

  #newMessage(bytes: Uint8Array, from: number, headCut: boolean, firstTime: number): Message {
    const { head, pool } = this.#reading;
    return new Message(head, bytes, from, pool, headCut, firstTime, this.#now);
  }

  #moreHead(bytes: Uint8Array, at: number, to: number): number {
    const before = this.#head.length;
    const taken = Math.min(to, at + this.#limits.headBytes - before);
    this.#head.append(bytes, at, taken);
    const kept = this.#head.buffer.subarray(0, this.#head.length);
    const { head } = this.#reading;
    if (endsHead(kept, before)) {
      if (head.read(kept, 0, kept.length, this.#kind) !== 'complete') return this.#badHead(to);
      const { end } = head;
      this.#begin(this.#newMessage(kept, 0, false, this.#headTime), true);
      return at + end - before;
    }
    // A first line that begins nothing need not wait for the end of the head.
    if (!this.#headChecked) {
      this.#headChecked = kept.includes(LF, before);
      if (this.#headChecked) {
        if (head.read(kept, 0, kept.length, this.#kind) === 'none') return this.#badHead(to);
      } else if (before < 64 && !mayBecomeStart(kept, 0, kept.length, this.#kind)) return this.#badHead(to);
    }
    if (kept.length >= this.#limits.headBytes) {
      this.#cutHead(0, `after ${kept.length} bytes, too long to keep`);
      return taken;
    }
    return to;
  }

  #badHead(to: number): number {
    this.#head.free();
    this.#handler.garbage(this.#kind);
    this.#state = 'seek';
    this.#inLine = false;
    return to;
  }

  /** The rest of a head will not be seen (or kept): makes a message of what there is, or returns false. */
  #cutHead(lost: number, how: string): boolean {
    const head = this.#reading.head.readCut(this.#head.buffer.subarray(0, this.#head.length), this.#kind);
    if (head === undefined) {
      this.#head.free();
      this.#state = 'start';
      return false;
    }
    const message = this.#newMessage(head, 0, true, this.#headTime);
    message.fault = `${this.#kind} head cut ${how}`;
    message.lostBytes = lost;
    this.#begin(message, true);
    return true;
  }

  #begin(message: Message, fromHead = false): void {
    if (fromHead) {
      message.own();
      this.#head.free();
    }
    this.#message = message;
    this.#remaining = message.contentLength;
    const framing = this.#handler.begun(this.#kind, message);
    if (framing === 'skip') {
      this.#message = undefined;
      this.#lose(message.lostBytes, message.lostBytes > 0 ? 'lost' : 'cut');
    } else if (framing === 'tunnel') {
      this.#complete('tunnel');
    } else if (message.headCut) {
      this.#state = 'turn';
    } else if (framing === 'none') {
      this.#complete('start');
    } else {
      if (framing === 'chunked') this.#chunked = new ChunkedDecoder();
      this.#state = framing;
    }
  }

  #complete(next: State): void {
    const message = this.#message;
    this.#message = undefined;
    this.#state = next;
    if (message === undefined) return;
    message.complete = true;
    if (message.headCut && !message.transferEncoding) message.bodySize = Math.max(0, message.contentLength);
    this.#handler.completed(this.#kind, message);
  }

  #lengthBody(bytes: Uint8Array, at: number, to: number): number {
    const end = Math.min(to, at + this.#remaining);
    this.body(bytes, at, end);
    this.#remaining -= end - at;
    if (this.#remaining === 0) this.#complete('start');
    return end;
  }

  #chunkedBody(bytes: Uint8Array, at: number, to: number): number {
    const decoder = this.#chunked;
    const message = this.#message;
    if (decoder === undefined || message === undefined) return to;
    message.lastTime = this.#now;
    const state = decoder.feed(bytes, at, to, this);
    if (state === 'need-more') return to;
    message.trailers = this.#reading.head.redactTrailers(decoder.trailers);
    this.#chunked = undefined;
    if (state === 'frame') {
      this.#complete('start');
      return decoder.at;
    }
    message.fault = `${this.#kind} body is not valid chunked coding`;
    message.keeping = false;
    this.#state = 'turn';
    return decoder.at;
  }

  /** Body bytes of the message at hand, transfer coding removed (also called by the chunked decoder). */
  body(bytes: Uint8Array, from: number, to: number): void {
    const message = this.#message;
    if (message === undefined) return;
    message.lastTime = this.#now;
    if (message.headCut) return;
    message.bodySize += to - from;
    message.keep(bytes, from, to, this.#limits.bodyBytes);
  }

  /** Body bytes that were cut or lost. */
  #passOver(message: Message, length: number, reason: GapReason): void {
    message.lastTime = this.#now;
    message.keeping = false;
    let inside = length;
    if (this.#state === 'length') {
      inside = Math.min(length, this.#remaining);
      this.#remaining -= inside;
    } else if (this.#state === 'chunked' && !this.#chunked?.skip(length)) {
      // The rest is counted with its chunk headers: where they are can no longer be known.
      this.#chunked = undefined;
      this.#state = 'turn';
    }
    if (!message.headCut) message.bodySize += inside;
    if (reason === 'lost') message.lostBytes += inside;
    if (this.#state !== 'length' || this.#remaining > 0) return;
    this.#complete('start');
    if (length > inside && reason !== 'sampled') this.#lose(length - inside, reason);
  }

  /** Bytes are missing at a message boundary. */
  #lose(length: number, reason: GapReason): void {
    this.#state = 'seek';
    this.#leaveLine();
    this.#handler.missing(this.#kind, length, reason);
  }

  /** The next byte may begin a message, because the direction turned. */
  #seekHere(time: number): void {
    if (this.#inLine && this.#message !== undefined) this.#rejectLine();
    this.#state = 'seek';
    this.#line.free();
    this.#inLine = true;
    this.#headTime = time;
  }

  #seek(bytes: Uint8Array, at: number, to: number): number {
    const newline = lineFeed(bytes, at, to);
    if (!this.#inLine) {
      if (newline < 0) return to;
      this.#inLine = true;
      return newline + 1;
    }
    const before = this.#line.length;
    if (before === 0) this.#headTime = this.#now;
    const end = Math.min(newline < 0 ? to : newline + 1, at + maxSoughtLine);
    this.#line.append(bytes, at, end);
    const { buffer: line, length } = this.#line;
    if (newline >= 0 && end === newline + 1) {
      if (this.#beginsMessage(line, length)) {
        if (this.#message !== undefined) this.#complete('seek');
        this.#state = 'head';
        this.#head.append(line, 0, length);
        this.#leaveLine();
        this.#headChecked = true;
      } else this.#rejectLine();
    } else if (length >= maxSoughtLine || (before < 64 && !mayBecomeStart(line, 0, length, this.#kind))) {
      this.#rejectLine();
    }
    return end;
  }

  #beginsMessage(line: Uint8Array, length: number): boolean {
    const end = line[length - 2] === CR ? length - 2 : length - 1;
    const where = new StartLine();
    return this.#kind === 'request' ? readRequestLine(line, 0, end, where) : readStatusLine(line, 0, end, where);
  }

  #leaveLine(): void {
    this.#line.free();
    this.#inLine = false;
  }

  /** The line begins no message: it is part of the body behind which one was sought, or of nothing known. */
  #rejectLine(): void {
    const { buffer: line, length } = this.#line;
    const message = this.#message;
    if (message === undefined) {
      const isWhole = line[length - 1] === LF && length > 0;
      this.#line.free();
      this.#inLine = isWhole;
      return;
    }
    this.#state = 'turn';
    message.lastTime = this.#now;
    if (!message.headCut) {
      message.bodySize += length;
      message.keep(line, 0, length, this.#limits.bodyBytes);
    }
    this.#leaveLine();
  }
}

/** Whether a head of which `kept` is the beginning is whole; what lies before `from` was looked at before. */
function endsHead(kept: Buffer, from: number): boolean {
  for (let at = kept.indexOf(LF, Math.max(0, from - 3)); at >= 0; at = kept.indexOf(LF, at + 1)) {
    if (kept[at + 1] === LF || (kept[at + 1] === CR && kept[at + 2] === LF)) return true;
  }
  return false;
}

/** Whether bytes that hold no whole head may be the beginning of one. */
function mayBecomeMessage(bytes: Uint8Array, at: number, to: number, kind: Kind): boolean {
  return lineFeed(bytes, at, to) >= 0 || mayBecomeStart(bytes, at, to, kind);
}
