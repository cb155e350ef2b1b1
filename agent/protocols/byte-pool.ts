/** Bytes of unfinished messages, in buffers that are used again: what is short-lived costs the garbage collector nothing. */
import { copyBytes } from './bytes.ts';

const smallest = 11;
const largest = 18;
/** Buffers of one size kept for use, bytes. */
const maxSpareBytes = 1 << 20;

/** Buffers of 2 KiB to 256 KiB, each twice the size of the one before. */
export class BytePool {
  readonly #spare: Buffer[][] = Array.from({ length: largest + 1 }, () => []);

  /** A buffer of at least `bytes`, holding anything. */
  take(bytes: number): Buffer {
    const power = powerOf(bytes);
    return this.#spare[power]?.pop() ?? Buffer.allocUnsafeSlow(2 ** power);
  }

  give(buffer: Buffer): void {
    const spare = this.#spare[powerOf(buffer.length)];
    if (spare !== undefined && (spare.length + 1) * buffer.length <= maxSpareBytes) spare.push(buffer);
  }
}

/** Bytes of memory that so many bytes take. */
export function pooledSize(bytes: number): number {
  return 1 << powerOf(bytes);
}

function powerOf(bytes: number): number {
  return Math.max(smallest, 32 - Math.clz32(bytes - 1));
}

const nothing = Buffer.alloc(0);

/** Bytes that grow at their end. */
export class PooledBytes {
  readonly #pool: BytePool;
  #buffer: Buffer = nothing;
  length = 0;

  constructor(pool: BytePool) {
    this.#pool = pool;
  }

  /** Holds `length` bytes at its beginning; another one after `append` or `free`. */
  get buffer(): Buffer {
    return this.#buffer;
  }

  /** Bytes of memory it takes. */
  get size(): number {
    return this.#buffer.length;
  }

  append(source: Uint8Array, from: number, to: number): void {
    if (to <= from) return;
    const length = this.length + to - from;
    if (length > this.#buffer.length) this.#grow(length);
    copyBytes(source, from, to, this.#buffer, this.length);
    this.length = length;
  }

  /** Gives the memory back: nothing is held any more. */
  free(): void {
    if (this.#buffer !== nothing) this.#pool.give(this.#buffer);
    this.#buffer = nothing;
    this.length = 0;
  }

  #grow(length: number): void {
    const larger = this.#pool.take(length);
    if (this.#buffer !== nothing) {
      copyBytes(this.#buffer, 0, this.length, larger, 0);
      this.#pool.give(this.#buffer);
    }
    this.#buffer = larger;
  }
}
