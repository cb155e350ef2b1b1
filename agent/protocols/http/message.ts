/** One request or response as far as it was seen. */
import { type BytePool, PooledBytes, pooledSize } from '../byte-pool.ts';
import { copyBytes } from '../bytes.ts';
import type { TextCache } from '../text-cache.ts';
import type { HeadReader } from './head.ts';
import { methodText } from './method-text.ts';

/** Rough cost of a message object, bytes, besides what it keeps. */
const overhead = 300;

export class Message {
  /**
   * What is kept: the head with secrets replaced, its blank line, the beginning of the body. As long as it lies in one piece of
   * captured bytes it is left there (`own` copies it), which is all of it for most messages.
   */
  #bytes: Uint8Array;
  #from: number;
  #to: number;
  readonly #owned: PooledBytes;
  /** Bytes of the head without its blank line, and where the body begins. */
  readonly headLength: number;
  readonly bodyAt: number;
  /** Places in the head: see HeadReader. */
  readonly methodEnd: number;
  readonly targetEnd: number;
  readonly reasonAt: number;
  readonly reasonEnd: number;
  readonly fieldsAt: number;
  readonly hostAt: number;
  readonly hostEnd: number;
  readonly typeAt: number;
  readonly typeEnd: number;
  /** 0 of a request. */
  readonly status: number;
  readonly minor: number;
  readonly contentLength: number;
  readonly transferEncoding: boolean;
  readonly chunked: boolean;
  readonly contentEncoding: string | undefined;
  readonly headFault: string | undefined;
  /** Only the beginning of the head was seen: how long the rest and the body are, nobody knows. */
  readonly headCut: boolean;
  /** Captured times of the first and the last byte so far. */
  readonly firstTime: number;
  lastTime: number;
  /** Wire bytes of the body without transfer coding. */
  bodySize = 0;
  /** Kept bytes are a prefix: after a gap nothing is added. */
  keeping: boolean;
  lostBytes = 0;
  trailers = '';
  complete = false;
  /** What was wrong with it, besides its head. */
  fault: string | undefined = undefined;

  /** The head that `head` has just read in `bytes` from `from` on. */
  constructor(
    head: HeadReader,
    bytes: Uint8Array,
    from: number,
    pool: BytePool,
    headCut: boolean,
    firstTime: number,
    lastTime: number,
  ) {
    this.#bytes = bytes;
    this.#from = from;
    this.#to = head.end;
    this.#owned = new PooledBytes(pool);
    if (head.replacements.length > 0) this.#keepWithout(head.replacements);
    this.bodyAt = this.length;
    this.headLength = this.bodyAt - (head.end - head.blankAt);
    this.methodEnd = head.methodEnd;
    this.targetEnd = head.targetEnd;
    this.reasonAt = head.reasonAt;
    this.reasonEnd = head.reasonEnd;
    this.fieldsAt = head.fieldsAt;
    this.hostAt = head.hostAt;
    this.hostEnd = head.hostEnd;
    this.typeAt = head.typeAt;
    this.typeEnd = head.typeEnd;
    this.status = head.status;
    this.minor = head.minor;
    this.contentLength = head.contentLength;
    this.transferEncoding = head.transferEncoding;
    this.chunked = head.chunked;
    this.contentEncoding = head.contentEncoding;
    this.headFault = head.fault;
    this.headCut = headCut;
    this.firstTime = firstTime;
    this.lastTime = lastTime;
    this.keeping = !headCut;
  }

  /** Keeps more of the body, up to `limit` bytes of it. */
  keep(bytes: Uint8Array, from: number, to: number, limit: number): void {
    const length = Math.min(to - from, limit - this.keptLength);
    if (!this.keeping || length <= 0) return;
    if (bytes === this.#bytes && from === this.#to) {
      this.#to += length;
      return;
    }
    this.own();
    this.#owned.append(bytes, from, from + length);
    this.#readOwned();
  }

  /** The captured bytes are about to go: copies what is kept of them. */
  own(): void {
    if (this.#owned.length > 0) return;
    this.#owned.append(this.#bytes, this.#from, this.#to);
    this.#readOwned();
  }

  #keepWithout(replacements: HeadReader['replacements']): void {
    let at = this.#from;
    for (const { from, to, by } of replacements) {
      this.#owned.append(this.#bytes, at, from);
      this.#owned.append(by, 0, by.length);
      at = to;
    }
    this.#owned.append(this.#bytes, at, this.#to);
    this.#readOwned();
  }

  #readOwned(): void {
    this.#bytes = this.#owned.buffer;
    this.#from = 0;
    this.#to = this.#owned.length;
  }

  /** Bytes of the body that are kept. */
  get keptLength(): number {
    return this.length - this.bodyAt;
  }

  /** Bytes that are kept in all. */
  get length(): number {
    return this.#to - this.#from;
  }

  /** Copies all that is kept to `target` at `at`. */
  copyTo(target: Uint8Array, at: number): void {
    copyBytes(this.#bytes, this.#from, this.#to, target, at);
  }

  /** The method of a request. */
  get method(): string {
    return methodText(this.#bytes, this.#from, this.#from + this.methodEnd);
  }

  /** The target of a request, as sent. */
  target(texts: TextCache): string {
    return texts.text(this.#bytes, this.#from + this.methodEnd + 1, this.#from + this.targetEnd);
  }

  /** Whether the method of a request is `name`. */
  isMethod(name: string): boolean {
    if (this.methodEnd !== name.length) return false;
    for (let at = 0; at < name.length; at++) if (this.#bytes[this.#from + at] !== name.charCodeAt(at)) return false;
    return true;
  }

  /** Bytes of memory it keeps, or will when its bytes are copied. */
  get cost(): number {
    return overhead + pooledSize(this.length) + this.trailers.length;
  }

  /** Gives its memory back; what was kept is gone. */
  free(): void {
    this.#owned.free();
    this.#readOwned();
  }

  /** "3 of 10 bytes", or "3 bytes" where the whole is not known. */
  get progress(): string {
    const whole = this.transferEncoding ? -1 : this.contentLength;
    return whole < 0 ? `${this.bodySize} bytes` : `${this.bodySize} of ${whole} bytes`;
  }
}
