/**
 * Where rows keep their bytes and numbers: chunks outside the JavaScript heap, filled in turn and used again once every row in them
 * was let go of. The garbage collector then moves one small object per row instead of its text, and memory stays where it is.
 */

/** Large beside a row, small beside the ring of recent rows, which holds a chunk as long as one of its rows. */
const chunkBytes = 1 << 20;

/** Empty chunks kept for use, as rows come and go by turns; the garbage collector frees others. */
const maxSpare = 3;

export interface Chunk {
  readonly bytes: Buffer;
  /** The same memory by eights and fours. */
  readonly numbers: Float64Array;
  readonly words: Int32Array;
  /** Rises when the chunk is used again: what was put in before is gone. */
  generation: number;
  /** Bytes taken, and rows that live in it. */
  used: number;
  rows: number;
}

export class RowMemory {
  #current: Chunk = createChunk(chunkBytes);
  readonly #spare: Chunk[] = [];

  /** A chunk with room for a row of `bytes` at `chunk.used`; `commit` takes it. */
  reserve(bytes: number): Chunk {
    if (this.#current.used + bytes <= this.#current.bytes.length) return this.#current;
    const full = this.#current;
    this.#current = bytes > chunkBytes ? createChunk(bytes) : (this.#spare.pop() ?? createChunk(chunkBytes));
    if (full.rows === 0) this.#recycle(full);
    return this.#current;
  }

  /** Takes `bytes` of the chunk for one more row; returns where they begin, a multiple of eight. */
  commit(chunk: Chunk, bytes: number): number {
    const at = chunk.used;
    chunk.used += (bytes + 7) & ~7;
    chunk.rows++;
    return at;
  }

  /** One row of the chunk was let go of. */
  release(chunk: Chunk): void {
    if (--chunk.rows === 0 && chunk !== this.#current) this.#recycle(chunk);
  }

  #recycle(chunk: Chunk): void {
    chunk.generation++;
    chunk.used = 0;
    if (this.#spare.length < maxSpare && chunk.bytes.length === chunkBytes) this.#spare.push(chunk);
  }
}

function createChunk(bytes: number): Chunk {
  const size = (bytes + 7) & ~7;
  // Not cleared: a row writes all it reads.
  const memory = Buffer.allocUnsafeSlow(size);
  return {
    bytes: memory,
    numbers: new Float64Array(memory.buffer, 0, size >> 3),
    words: new Int32Array(memory.buffer, 0, size >> 2),
    generation: 0,
    used: 0,
    rows: 0,
  };
}
