/**
 * A distribution of durations that merges without losing accuracy: DDSketch (Masson, Rim, Lee, VLDB 2019) with logarithmic buckets.
 * Quantiles are within 1 % of a value that was added.
 */

/** Ratio between the bounds of a bucket: (1 + α) / (1 − α) with α = 1 %. */
const gamma = 1.01 / 0.99;
const logGamma = Math.log(gamma);
/** Values below a nanosecond count as zero; 2^53 ns (104 days) is the largest. */
export const maxIndex = Math.ceil((53 * Math.LN2) / logGamma);
export const version = 1;

export interface Sketch {
  /** Values added. */
  readonly count: number;
  readonly sum: number;
  /** Exact; undefined without values. */
  readonly min: number | undefined;
  readonly max: number | undefined;
  /** Negative and non-finite values are ignored. */
  add(value: number, count?: number): void;
  merge(other: Sketch): void;
  /** The value at this share of the values in order (0 to 1); undefined without values. */
  quantile(share: number): number | undefined;
  /** Buckets that hold values, in order of value: `(low, high]` and how many. */
  buckets(): readonly SketchBucket[];
  /** A compact form for the wire. */
  encode(): Uint8Array;
}

export interface SketchBucket {
  readonly low: number;
  readonly high: number;
  readonly count: number;
}

interface OpenSketch extends Sketch {
  readonly counts: ReadonlyMap<number, number>;
}

/** An empty sketch. */
export function createSketch(): Sketch {
  return sketchOf(new Map(), 0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY);
}

function sketchOf(counts: Map<number, number>, firstSum: number, firstMin: number, firstMax: number): OpenSketch {
  let sum = firstSum;
  let min = firstMin;
  let max = firstMax;
  let total = 0;
  let sorted: readonly (readonly [index: number, count: number])[] | undefined;
  for (const count of counts.values()) total += count;

  const put = (index: number, count: number) => {
    counts.set(index, (counts.get(index) ?? 0) + count);
    total += count;
    sorted = undefined;
  };
  const inOrder = () => {
    sorted ??= [...counts].sort(([a], [b]) => a - b);
    return sorted;
  };

  return {
    counts,
    get count() {
      return total;
    },
    get sum() {
      return sum;
    },
    get min() {
      return total === 0 ? undefined : min;
    },
    get max() {
      return total === 0 ? undefined : max;
    },
    add(value, count = 1) {
      if (!(value >= 0) || value === Number.POSITIVE_INFINITY || !(count > 0)) return;
      put(bucketOf(value), count);
      sum += value * count;
      if (value < min) min = value;
      if (value > max) max = value;
    },
    merge(other) {
      if (other.count === 0) return;
      for (const [index, count] of (other as OpenSketch).counts) put(index, count);
      sum += other.sum;
      min = Math.min(min, other.min ?? min);
      max = Math.max(max, other.max ?? max);
    },
    quantile(share) {
      if (total === 0) return undefined;
      const rank = Math.min(1, Math.max(0, share)) * (total - 1);
      let before = 0;
      for (const [index, count] of inOrder()) {
        before += count;
        if (before > rank) return Math.min(max, Math.max(min, middleOf(index)));
      }
      return max;
    },
    buckets: () => inOrder().map(([index, count]) => ({ low: boundOf(index - 1), high: boundOf(index), count })),
    encode: () => encodeBuckets(sum, total === 0 ? 0 : min, total === 0 ? 0 : max, inOrder()),
  };
}

/** The wire form of buckets in order; what `decodeSketch` reads. Sum and bounds are those of the values. */
export function encodeBuckets(
  sum: number,
  min: number,
  max: number,
  entries: readonly (readonly [index: number, count: number])[],
): Uint8Array {
  const bytes: number[] = [version];
  varint(bytes, Math.round(sum));
  varint(bytes, Math.round(min));
  varint(bytes, Math.round(max));
  varint(bytes, entries.length);
  let last = 0;
  for (const [index, count] of entries) {
    varint(bytes, index - last);
    varint(bytes, count);
    last = index;
  }
  return Uint8Array.from(bytes);
}

/** A sketch from its wire form; undefined for bytes that are none. Never throws. */
export function decodeSketch(bytes: Uint8Array): Sketch | undefined {
  if (bytes[0] !== version) return undefined;
  const reader = { at: 1 };
  const sum = readVarint(bytes, reader);
  const min = readVarint(bytes, reader);
  const max = readVarint(bytes, reader);
  const length = readVarint(bytes, reader);
  if (sum === undefined || min === undefined || max === undefined || length === undefined) return undefined;
  if (length > maxIndex + 2 || min > max) return undefined;
  const counts = new Map<number, number>();
  let index = 0;
  for (let i = 0; i < length; i += 1) {
    const step = readVarint(bytes, reader);
    const count = readVarint(bytes, reader);
    if (step === undefined || count === undefined || count === 0 || (step === 0 && i > 0)) return undefined;
    index += step;
    if (index > maxIndex + 1) return undefined;
    counts.set(index, count);
  }
  if (reader.at !== bytes.length) return undefined;
  return sketchOf(
    counts,
    sum,
    length === 0 ? Number.POSITIVE_INFINITY : min,
    length === 0 ? Number.NEGATIVE_INFINITY : max,
  );
}

/** The bucket of a value (0 or more): 0 holds zero; bucket i the values in (γ^(i−2), γ^(i−1)]. */
export function bucketOf(value: number): number {
  return value < 1 ? 0 : Math.min(maxIndex, Math.max(0, Math.ceil(Math.log(value) / logGamma))) + 1;
}

function boundOf(index: number): number {
  return index <= 0 ? 0 : gamma ** (index - 1);
}

/** The value that is within 1 % of every one in the bucket. */
export function middleOf(index: number): number {
  return index === 0 ? 0 : (2 * gamma ** (index - 1)) / (1 + gamma);
}

/** LEB128 of a whole number; beyond 2^53, as sums may be, as near as a double is. */
export function varint(bytes: number[], value: number): void {
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  bytes.push(rest);
}

function readVarint(bytes: Uint8Array, reader: { at: number }): number | undefined {
  let value = 0;
  let scale = 1;
  for (let i = 0; i < 10; i += 1) {
    const byte = bytes[reader.at];
    if (byte === undefined) return undefined;
    reader.at += 1;
    value += (byte & 0x7f) * scale;
    if (byte < 0x80) return value;
    scale *= 0x80;
  }
  return undefined;
}
