/** One request or response as far as it was seen. */
import type { Head } from './head.ts';

/** Rough cost of a message object and its head's strings, bytes, besides their characters. */
const overhead = 400;

export class Message {
  readonly head: Head;
  /** Only the beginning of the head was seen: how long the rest and the body are, nobody knows. */
  readonly headCut: boolean;
  /** Captured times of the first and the last byte so far. */
  readonly firstTime: number;
  lastTime: number;
  /** Wire bytes of the body without transfer coding. */
  bodySize = 0;
  /** The beginning of the body, one character per byte. */
  kept = '';
  /** Kept bytes are a prefix: after a gap nothing is added. */
  keeping = true;
  lostBytes = 0;
  trailers = '';
  complete = false;
  /** What was wrong with it, besides its head. */
  fault: string | undefined;

  constructor(head: Head, headCut: boolean, firstTime: number, lastTime: number) {
    this.head = head;
    this.headCut = headCut;
    this.firstTime = firstTime;
    this.lastTime = lastTime;
  }

  /** Bytes of memory it keeps. */
  get cost(): number {
    return overhead + this.head.fields.length + this.kept.length + this.trailers.length;
  }

  /** "3 of 10 bytes", or "3 bytes" where the whole is not known. */
  get progress(): string {
    const whole = this.head.transferEncoding ? -1 : this.head.contentLength;
    return whole < 0 ? `${this.bodySize} bytes` : `${this.bodySize} of ${whole} bytes`;
  }
}
