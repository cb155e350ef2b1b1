/** The chunked transfer coding (RFC 9112 §7.1), decoded piece by piece. */
import { latin1, lineFeed } from '../bytes.ts';

/** Trailer text kept of one message, bytes. */
const maxTrailers = 16_384;

/** 2^52: sizes beyond are no sizes. */
const maxChunk = 2 ** 52;

const LF = 10;
const CR = 13;

/** What became of some bytes: all taken; the body is over (`at` is the index after it); or this is no chunked body. */
export type ChunkedState = 'need-more' | 'frame' | 'resync';

/** Where decoded bytes go. */
export interface ChunkSink {
  body(bytes: Uint8Array, from: number, to: number): void;
}

export class ChunkedDecoder {
  /** `size`: in a size line; `extension`: behind the digits; `data`; `data-end`: its CRLF; `trailers`. */
  #state: 'size' | 'extension' | 'data' | 'data-end' | 'trailers' = 'size';
  #size = 0;
  #digits = 0;
  #remaining = 0;
  #trailerLine = '';
  trailers = '';
  /** After `feed` returned `frame` or `resync`: index of the first byte not taken. */
  at = 0;

  /** Takes the bytes from `from` to `to`. */
  feed(bytes: Uint8Array, from: number, to: number, sink: ChunkSink): ChunkedState {
    let at = from;
    while (at < to) {
      if (this.#state === 'data') {
        const end = Math.min(to, at + this.#remaining);
        sink.body(bytes, at, end);
        this.#remaining -= end - at;
        at = end;
        if (this.#remaining === 0) this.#state = 'data-end';
      } else if (this.#state === 'extension') {
        const newline = lineFeed(bytes, at, to);
        if (newline < 0) return 'need-more';
        at = newline + 1;
        this.#beginChunk();
      } else if (this.#state === 'trailers') {
        const newline = lineFeed(bytes, at, to);
        this.#trailerLine += latin1(bytes, at, Math.min(newline < 0 ? to : newline + 1, at + maxTrailers));
        if (this.#trailerLine.length > maxTrailers) this.#trailerLine = this.#trailerLine.slice(0, maxTrailers);
        if (newline < 0) return 'need-more';
        at = newline + 1;
        if (this.#endTrailerLine()) {
          this.at = at;
          return 'frame';
        }
      } else {
        const code = bytes[at] ?? 0;
        if (!this.#structure(code)) {
          this.at = at;
          return 'resync';
        }
        at++;
      }
    }
    return 'need-more';
  }

  /** Passes over missing bytes; false when they reach beyond the current chunk, so that the structure is lost. */
  skip(length: number): boolean {
    if (this.#state !== 'data' || length > this.#remaining) return false;
    this.#remaining -= length;
    if (this.#remaining === 0) this.#state = 'data-end';
    return true;
  }

  /** One byte of a size line, or of the line end after chunk data. */
  #structure(code: number): boolean {
    if (this.#state === 'data-end') {
      if (code === LF) this.#expectSize();
      return code === LF || code === CR;
    }
    const digit = hexDigit(code);
    if (digit >= 0) {
      this.#size = this.#size * 16 + digit;
      this.#digits++;
      return this.#size <= maxChunk;
    }
    if (this.#digits === 0) return false;
    if (code === LF) this.#beginChunk();
    // ';' begins an extension; some servers pad the size with blanks.
    else if (code === 59 || code === 32 || code === 9 || code === CR) this.#state = 'extension';
    else return false;
    return true;
  }

  #expectSize(): void {
    this.#state = 'size';
    this.#size = 0;
    this.#digits = 0;
  }

  #beginChunk(): void {
    this.#remaining = this.#size;
    this.#state = this.#size === 0 ? 'trailers' : 'data';
  }

  /** Whether the line was the blank one that ends the message. */
  #endTrailerLine(): boolean {
    const line = this.#trailerLine;
    this.#trailerLine = '';
    if (line === '\n' || line === '\r\n') return true;
    if (this.trailers.length + line.length <= maxTrailers) this.trailers += line;
    return false;
  }
}

function hexDigit(code: number): number {
  if (code >= 48 && code <= 57) return code - 48;
  const lower = code | 32;
  return lower >= 97 && lower <= 102 ? lower - 87 : -1;
}
