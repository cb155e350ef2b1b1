/** One direction of a connection as a sequence of messages: framing, gaps, and finding the way back after them. */
import type { GapReason } from '../../stream/reader.ts';
import { latin1 } from './bytes.ts';
import { ChunkedDecoder } from './chunked.ts';
import type { Framing } from './framing.ts';
import { type Head, type Kind, type Reading, readCutHead, readHead, redactTrailers } from './head.ts';
import type { HttpLimits } from './limits.ts';
import { Message } from './message.ts';
import { mayBecomeStart, parseRequestLine, parseStatusLine } from './start-line.ts';

/** What a stream tells of its messages. */
export interface MessageHandler {
  /** A head was read; says how its body is framed, or `skip`: the message is of no use, look for the next one. */
  begun(message: Message): Framing | 'skip';
  /** The message ended as it should, or as far as anybody can know. */
  completed(message: Message): void;
  /** The sender stopped in the middle of the message. */
  cutShort(message: Message): void;
  /** Bytes are missing where a message should begin: whole messages may be among them. */
  missing(length: number, reason: GapReason): void;
  /** What should be a message is none. */
  garbage(): void;
}

/** A segment up to this size is made text in one go; of a larger one first only as much as a head usually takes. */
const wholeText = 8192;
const headText = 2048;

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
  /** An incomplete head, its last three characters (to find its end without looking at it all again), and its first time. */
  #head = '';
  #tail = '';
  #headTime = 0;
  /** Its start line is there and is one. */
  #headChecked = false;
  /** In `seek`: the line that may begin a message; undefined in the middle of a line that does not. */
  #line: string | undefined;
  /** The text made of the segment at hand, and where in the segment it begins. */
  #text = '';
  #textStart = 0;
  #now = 0;

  constructor(kind: Kind, handler: MessageHandler, reading: Reading, limits: HttpLimits) {
    this.#kind = kind;
    this.#handler = handler;
    this.#reading = reading;
    this.#limits = limits;
  }

  /** Bytes held for what is unfinished. */
  get heldBytes(): number {
    return (this.#message?.cost ?? 0) + this.#head.length + (this.#line?.length ?? 0);
  }

  /** `turned`: the other direction has spoken since the last bytes of this one. */
  data(bytes: Uint8Array, time: number, turned: boolean): void {
    this.#now = time;
    this.#text = '';
    if (turned && (this.#state === 'turn' || this.#state === 'seek')) this.#seekHere(time);
    let at = 0;
    while (at < bytes.length) at = this.#step(bytes, at);
    this.#text = '';
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

  /** Reading is in the middle of a message. */
  get busy(): boolean {
    return this.#message !== undefined || this.#state === 'head';
  }

  /** A message whose end only the other side's turn can tell has ended. */
  settle(): void {
    if (this.#state === 'turn' || (this.#state === 'seek' && this.#message !== undefined)) {
      if (this.#line !== undefined) this.#rejectLine();
      this.#complete('seek');
      this.#line = undefined;
    }
  }

  /** The sender closed: whatever is unfinished stays so, unless closing is how it ends. */
  end(): void {
    if (this.#state === 'head') this.#cutHead(0, 'short');
    if (this.#line !== undefined) this.#rejectLine();
    const message = this.#message;
    if (message === undefined) return;
    if (this.#state === 'close' || this.#state === 'turn') this.#complete('start');
    else {
      this.#message = undefined;
      this.#state = 'seek';
      this.#handler.cutShort(message);
    }
  }

  #step(bytes: Uint8Array, at: number): number {
    switch (this.#state) {
      case 'start':
        return this.#start(bytes, at);
      case 'head':
        return this.#moreHead(bytes, at);
      case 'length':
        return this.#lengthBody(bytes, at);
      case 'chunked':
        return this.#chunkedBody(bytes, at);
      case 'seek':
        return this.#seek(bytes, at);
      case 'tunnel':
        return bytes.length;
      default:
        this.body(bytes, at, bytes.length);
        return bytes.length;
    }
  }

  /** The hot path: a whole head in one segment is read without a copy. */
  #start(bytes: Uint8Array, from: number): number {
    let at = from;
    // Blank lines before a start line are ignored (RFC 9112 §2.2).
    while (bytes[at] === LF || bytes[at] === CR) at++;
    if (at >= bytes.length) return at;
    const size = bytes.length - at;
    let text = this.#textOf(bytes, at, size <= wholeText ? bytes.length : at + headText);
    let result = readHead(text, 0, this.#kind, this.#reading);
    if (result.type === 'need-more' && text.length < size) {
      text = this.#textOf(bytes, at, Math.min(bytes.length, at + this.#limits.headBytes));
      result = readHead(text, 0, this.#kind, this.#reading);
    }
    if (result.type === 'frame') {
      this.#begin(new Message(result.head, false, this.#now, this.#now));
      return at + result.end;
    }
    const newline = text.indexOf('\n');
    if (result.type === 'resync' || (newline < 0 && !mayBecomeStart(text, this.#kind))) {
      this.#handler.garbage();
      this.#state = 'seek';
      this.#line = newline < 0 ? undefined : '';
      return newline < 0 ? bytes.length : at + newline + 1;
    }
    this.#state = 'head';
    this.#head = '';
    this.#tail = '';
    this.#headChecked = false;
    this.#headTime = this.#now;
    return this.#moreHead(bytes, at);
  }

  #moreHead(bytes: Uint8Array, at: number): number {
    const room = this.#limits.headBytes - this.#head.length;
    const piece = latin1(bytes, at, Math.min(bytes.length, at + room));
    const seam = this.#tail + piece;
    const before = this.#head.length;
    this.#head += piece;
    this.#tail = seam.slice(-3);
    if (seam.includes('\n\r\n') || seam.includes('\n\n')) {
      const result = readHead(this.#head, 0, this.#kind, this.#reading);
      if (result.type === 'frame') {
        this.#head = '';
        this.#begin(new Message(result.head, false, this.#headTime, this.#now));
        return at + result.end - before;
      }
      return this.#badHead(bytes);
    }
    // A first line that begins nothing need not wait for the end of the head.
    if (!this.#headChecked) {
      this.#headChecked = piece.includes('\n');
      if (this.#headChecked) {
        if (readHead(this.#head, 0, this.#kind, this.#reading).type === 'resync') return this.#badHead(bytes);
      } else if (before < 64 && !mayBecomeStart(this.#head, this.#kind)) return this.#badHead(bytes);
    }
    if (this.#head.length >= this.#limits.headBytes) {
      this.#cutHead(0, `after ${this.#head.length} bytes, too long to keep`);
      return at + piece.length;
    }
    return bytes.length;
  }

  #badHead(bytes: Uint8Array): number {
    this.#head = '';
    this.#handler.garbage();
    this.#state = 'seek';
    this.#line = undefined;
    return bytes.length;
  }

  /** The rest of a head will not be seen (or kept): makes a message of what there is, or returns false. */
  #cutHead(lost: number, how: string): boolean {
    const text = this.#head;
    this.#head = '';
    const head: Head | undefined = readCutHead(text, this.#kind, this.#reading);
    if (head === undefined) {
      this.#state = 'start';
      return false;
    }
    const message = new Message(head, true, this.#headTime, this.#now);
    message.fault = `${this.#kind} head cut ${how}`;
    message.lostBytes = lost;
    message.keeping = false;
    this.#begin(message);
    return true;
  }

  #begin(message: Message): void {
    this.#message = message;
    this.#remaining = message.head.contentLength;
    const framing = this.#handler.begun(message);
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
    if (message.headCut && !message.head.transferEncoding) message.bodySize = Math.max(0, message.head.contentLength);
    this.#handler.completed(message);
  }

  #lengthBody(bytes: Uint8Array, at: number): number {
    const end = Math.min(bytes.length, at + this.#remaining);
    this.body(bytes, at, end);
    this.#remaining -= end - at;
    if (this.#remaining === 0) this.#complete('start');
    return end;
  }

  #chunkedBody(bytes: Uint8Array, at: number): number {
    const decoder = this.#chunked;
    const message = this.#message;
    if (decoder === undefined || message === undefined) return bytes.length;
    message.lastTime = this.#now;
    const state = decoder.feed(bytes, at, this);
    if (state === 'need-more') return bytes.length;
    message.trailers = redactTrailers(decoder.trailers, this.#reading);
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
    const room = this.#limits.bodyBytes - message.kept.length;
    if (message.keeping && room > 0) message.kept += this.#textOf(bytes, from, Math.min(to, from + room));
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
    if (length > inside) this.#lose(length - inside, reason);
  }

  /** Bytes are missing at a message boundary. */
  #lose(length: number, reason: GapReason): void {
    this.#state = 'seek';
    this.#line = undefined;
    this.#handler.missing(length, reason);
  }

  /** The next byte may begin a message, because the direction turned. */
  #seekHere(time: number): void {
    if (this.#line !== undefined && this.#message !== undefined) this.#rejectLine();
    this.#state = 'seek';
    this.#line = '';
    this.#headTime = time;
  }

  #seek(bytes: Uint8Array, at: number): number {
    const newline = bytes.indexOf(LF, at);
    if (this.#line === undefined) {
      if (newline < 0) return bytes.length;
      this.#line = '';
      return newline + 1;
    }
    if (this.#line === '') this.#headTime = this.#now;
    const end = Math.min(newline < 0 ? bytes.length : newline + 1, at + maxSoughtLine);
    this.#line += latin1(bytes, at, end);
    const line = this.#line;
    if (newline >= 0 && end === newline + 1) {
      if (this.#beginsMessage(line)) {
        this.#line = undefined;
        if (this.#message !== undefined) this.#complete('seek');
        this.#state = 'head';
        this.#head = line;
        this.#tail = line.slice(-3);
        this.#headChecked = true;
      } else this.#rejectLine();
    } else if (line.length >= maxSoughtLine || (line.length - (end - at) < 64 && !mayBecomeStart(line, this.#kind))) {
      this.#rejectLine();
    }
    return end;
  }

  #beginsMessage(line: string): boolean {
    const end = line.charCodeAt(line.length - 2) === CR ? line.length - 2 : line.length - 1;
    const parsed = this.#kind === 'request' ? parseRequestLine(line, 0, end) : parseStatusLine(line, 0, end);
    return parsed !== undefined;
  }

  /** The line begins no message: it is part of the body behind which one was sought, or of nothing known. */
  #rejectLine(): void {
    const line = this.#line ?? '';
    const message = this.#message;
    if (message === undefined) {
      this.#line = line.endsWith('\n') ? '' : undefined;
      return;
    }
    this.#line = undefined;
    this.#state = 'turn';
    message.lastTime = this.#now;
    if (message.headCut) return;
    message.bodySize += line.length;
    const room = this.#limits.bodyBytes - message.kept.length;
    if (message.keeping && room > 0) message.kept += line.slice(0, room);
  }

  /** Text of part of the segment at hand, cut from what was made of it already where possible. */
  #textOf(bytes: Uint8Array, from: number, to: number): string {
    const start = from - this.#textStart;
    if (this.#text !== '' && start >= 0 && to - this.#textStart <= this.#text.length) {
      return start === 0 && to - from === this.#text.length
        ? this.#text
        : this.#text.slice(start, to - this.#textStart);
    }
    this.#text = latin1(bytes, from, to);
    this.#textStart = from;
    return this.#text;
  }
}
