/** A sketch that is only added to, then written and used again: a few counts in an array, nothing made for a value. */
import { bucketOf, encodeBuckets, middleOf } from './sketch.ts';

/** Buckets at first; a factor of two in the values takes 35. */
const firstSize = 64;

export class SketchTally {
  #counts = new Uint32Array(firstSize);
  /** Bucket of the first count. */
  #base = 0;
  #lowest = 0;
  #highest = -1;
  count = 0;
  #sum = 0;
  #min = 0;
  #max = 0;

  /** `bucket` is `bucketOf(value)`: worked out once where a value goes into several. */
  add(value: number, bucket = bucketOf(value)): void {
    if (this.count === 0) {
      this.#base = Math.max(0, bucket - (this.#counts.length >> 1));
      this.#lowest = bucket;
      this.#highest = bucket;
      this.#min = value;
      this.#max = value;
    } else {
      if (bucket < this.#lowest) this.#lowest = bucket;
      if (bucket > this.#highest) this.#highest = bucket;
      if (value < this.#min) this.#min = value;
      if (value > this.#max) this.#max = value;
    }
    if (bucket < this.#base || bucket >= this.#base + this.#counts.length) this.#makeRoom();
    this.#counts[bucket - this.#base] = (this.#counts[bucket - this.#base] ?? 0) + 1;
    this.count++;
    this.#sum += value;
  }

  /** As Sketch.quantile. */
  quantile(share: number): number | undefined {
    if (this.count === 0) return undefined;
    const rank = Math.min(1, Math.max(0, share)) * (this.count - 1);
    let before = 0;
    for (let bucket = this.#lowest; bucket <= this.#highest; bucket++) {
      before += this.#counts[bucket - this.#base] ?? 0;
      if (before > rank) return Math.min(this.#max, Math.max(this.#min, middleOf(bucket)));
    }
    return this.#max;
  }

  /** As Sketch.encode. */
  encode(): Uint8Array {
    const entries: [number, number][] = [];
    for (let bucket = this.#lowest; bucket <= this.#highest; bucket++) {
      const count = this.#counts[bucket - this.#base] ?? 0;
      if (count > 0) entries.push([bucket, count]);
    }
    return encodeBuckets(this.#sum, this.#min, this.#max, entries);
  }

  /** Empty again. */
  clear(): void {
    if (this.#highest >= this.#lowest) {
      this.#counts.fill(0, this.#lowest - this.#base, this.#highest - this.#base + 1);
    }
    this.#lowest = 0;
    this.#highest = -1;
    this.count = 0;
    this.#sum = 0;
    this.#min = 0;
    this.#max = 0;
  }

  /** `#lowest` and `#highest` are where counts must fit. */
  #makeRoom(): void {
    const before = this.#counts;
    const oldBase = this.#base;
    let size = before.length;
    while (size < (this.#highest - this.#lowest + 1) * 2) size *= 2;
    this.#base = Math.max(0, this.#lowest - ((size - (this.#highest - this.#lowest + 1)) >> 1));
    this.#counts = new Uint32Array(size);
    for (let at = 0; at < before.length; at++) {
      const count = before[at] ?? 0;
      if (count > 0) this.#counts[at + oldBase - this.#base] = count;
    }
  }
}
