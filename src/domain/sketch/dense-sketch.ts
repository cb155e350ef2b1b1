/** Many sketches added up, and taken away again: what a sliding window needs. Works on their encoded form (sketch.ts), bucket by bucket. */
import { decodeSketch, maxIndex, middleOf, type Sketch, varint, version } from './sketch.ts';

export interface DenseSketch {
  /** Values in it. */
  readonly count: number;
  /** Exact; undefined without values. */
  readonly mean: number | undefined;
  /** Adds (1) or takes away (-1) the encoded sketch in `bytes[from, to)`, which `isSketch` has approved. */
  put(bytes: Uint8Array, from: number, to: number, sign: 1 | -1): void;
  merge(other: DenseSketch): void;
  clear(): void;
  /** The values at rising shares (0 to 1), within 1 %; undefined without values. One pass. */
  quantiles(shares: readonly number[]): (number | undefined)[];
  /** As a sketch of its own. Exact where nothing was taken away; else smallest, largest and sum may be those of what is gone. */
  toSketch(): Sketch;
  encode(): Uint8Array;
}

interface OpenDense extends DenseSketch {
  readonly counts: Float64Array;
  readonly base: number;
  readonly sum: number;
  readonly min: number;
  readonly max: number;
}

const mostBuckets = maxIndex + 2;
/** Buckets made at once: a ratio of about two and a half between the shortest and the longest time. */
const grain = 48;

export function createDenseSketch(): DenseSketch {
  let counts = new Float64Array(0);
  /** Index of the first bucket in `counts`. */
  let base = 0;
  let count = 0;
  let sum = 0;
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;

  /** Makes room for these buckets, both included. */
  const cover = (low: number, high: number) => {
    const end = base + counts.length;
    if (counts.length > 0 && low >= base && high < end) return;
    const from = counts.length === 0 ? low : Math.min(low, base);
    const to = counts.length === 0 ? high + 1 : Math.max(high + 1, end);
    const first = Math.floor(from / grain) * grain;
    const wider = new Float64Array(Math.ceil((to - first) / grain) * grain);
    wider.set(counts, base - first < 0 || counts.length === 0 ? 0 : base - first);
    counts = wider;
    base = first;
  };

  const dense: OpenDense = {
    get counts() {
      return counts;
    },
    get base() {
      return base;
    },
    get count() {
      return count;
    },
    get sum() {
      return sum;
    },
    get mean() {
      return count > 0 ? Math.max(0, sum) / count : undefined;
    },
    get min() {
      return min;
    },
    get max() {
      return max;
    },
    put(bytes, from, to, sign) {
      const reader = { at: from + 1 };
      const itsSum = read(bytes, reader);
      const itsMin = read(bytes, reader);
      const itsMax = read(bytes, reader);
      const length = read(bytes, reader);
      if (length === 0) return;
      sum += sign * itsSum;
      if (sign === 1) {
        if (itsMin < min) min = itsMin;
        if (itsMax > max) max = itsMax;
      }
      let index = 0;
      while (reader.at < to) {
        index += read(bytes, reader);
        const many = read(bytes, reader);
        if (index < base || index >= base + counts.length) cover(index, index);
        counts[index - base] = (counts[index - base] ?? 0) + sign * many;
        count += sign * many;
      }
    },
    merge(other) {
      const its = other as OpenDense;
      if (its.count === 0) return;
      cover(its.base, its.base + its.counts.length - 1);
      const shift = its.base - base;
      for (let i = 0; i < its.counts.length; i += 1)
        counts[i + shift] = (counts[i + shift] ?? 0) + (its.counts[i] ?? 0);
      count += its.count;
      sum += its.sum;
      min = Math.min(min, its.min);
      max = Math.max(max, its.max);
    },
    clear() {
      counts.fill(0);
      count = 0;
      sum = 0;
      min = Number.POSITIVE_INFINITY;
      max = Number.NEGATIVE_INFINITY;
    },
    quantiles(shares) {
      if (count <= 0) return shares.map(() => undefined);
      const found: (number | undefined)[] = [];
      let before = 0;
      let i = -1;
      for (const share of shares) {
        const rank = Math.min(1, Math.max(0, share)) * (count - 1);
        while (before <= rank && i + 1 < counts.length) {
          i += 1;
          before += counts[i] ?? 0;
        }
        found.push(middleOf(base + i));
      }
      return found;
    },
    toSketch() {
      const sketch = decodeSketch(dense.encode());
      if (!sketch) throw new Error('a sketch that cannot be read back');
      return sketch;
    },
    encode() {
      const bytes: number[] = [version];
      const some = count > 0;
      varint(bytes, some ? Math.round(Math.max(0, sum)) : 0);
      varint(bytes, some ? Math.round(min) : 0);
      varint(bytes, some ? Math.round(max) : 0);
      const filled: number[] = [];
      for (let i = 0; i < counts.length; i += 1) if ((counts[i] ?? 0) > 0) filled.push(i);
      varint(bytes, filled.length);
      let last = 0;
      for (const i of filled) {
        varint(bytes, base + i - last);
        varint(bytes, counts[i] ?? 0);
        last = base + i;
      }
      return Uint8Array.from(bytes);
    },
  };
  return dense;
}

/** Whether bytes are an encoded sketch, without making one. Never throws. */
export function isSketch(bytes: Uint8Array): boolean {
  if (bytes[0] !== version) return false;
  const reader = { at: 1 };
  read(bytes, reader);
  const min = read(bytes, reader);
  const max = read(bytes, reader);
  const length = read(bytes, reader);
  if (!(length <= mostBuckets && min <= max)) return false;
  let index = 0;
  for (let i = 0; i < length; i += 1) {
    const step = read(bytes, reader);
    const many = read(bytes, reader);
    // Also false for what is not there (NaN).
    if (!(many > 0 && many <= 0xffff_ffff) || !(step > 0 || i === 0)) return false;
    index += step;
    if (!(index <= maxIndex + 1)) return false;
  }
  return reader.at === bytes.length;
}

/** A LEB128 number; NaN where the bytes end before it does. */
function read(bytes: Uint8Array, reader: { at: number }): number {
  let value = 0;
  let scale = 1;
  for (let i = 0; i < 8; i += 1) {
    const byte = bytes[reader.at];
    if (byte === undefined) return Number.NaN;
    reader.at += 1;
    value += (byte & 0x7f) * scale;
    if (byte < 0x80) return value;
    scale *= 0x80;
  }
  return Number.NaN;
}
