/** From values to places on an axis and back, with ticks at round values. */

export interface Scale {
  readonly min: number;
  readonly max: number;
  /** 0 at `min`, 1 at `max`; values outside lie on the edge. NaN stays NaN. */
  position(value: number): number;
  /** Round values within the scale, rising, at most `most`. */
  ticks(most: number): readonly number[];
}

/** From 0 to a round value that is no less than `max`. */
export function linearScale(max: number): Scale {
  const top = max > 0 ? roundUp(max) : 1;
  return {
    min: 0,
    max: top,
    position: (value) => clamp(value / top),
    ticks(most) {
      const step = roundUp(top / Math.max(1, most - 1));
      return Array.from({ length: Math.floor(top / step + 1e-9) + 1 }, (_, i) => i * step);
    },
  };
}

/** From a power of ten or its half or fifth that is no more than `min` to one that is no less than `max`. Both must be above 0. */
export function logScale(min: number, max: number): Scale {
  const low = roundDown(Math.max(Number.MIN_VALUE, min));
  const high = Math.max(roundUp(max), low * 10);
  const span = Math.log(high / low);
  return {
    min: low,
    max: high,
    position: (value) => (value <= low ? 0 : clamp(Math.log(value / low) / span)),
    ticks(most) {
      for (const steps of [[1, 2, 5], [1, 3], [1]]) {
        const ticks = decades(low, high, steps);
        if (ticks.length <= most) return ticks;
      }
      return decades(low, high, [1]).filter((_, i, { length }) => i % Math.ceil(length / most) === 0);
    },
  };
}

/** Bounds of buckets on a log axis: at most `most` buckets that hold everything from `min` to `max`, as fine as round numbers allow. */
export function logBounds(min: number, max: number, most: number): readonly number[] {
  const from = Math.max(1, min);
  const to = Math.max(from, max);
  for (const steps of bucketSteps) {
    const all = decades(10 ** (Math.floor(Math.log10(from)) - 1), 10 ** (Math.ceil(Math.log10(to)) + 1), steps);
    const first = all.findLastIndex((bound) => bound <= from);
    const last = all.findIndex((bound) => bound > to);
    if (last - first <= most) return all.slice(Math.max(0, first), last + 1);
  }
  // log10 rounds: just below a power of ten it says that power.
  const rounded = Math.floor(Math.log10(from));
  const decade = 10 ** rounded > from ? rounded - 1 : rounded;
  const wide = Math.max(1, Math.ceil((Math.log10(to) + 1 - decade) / Math.max(1, most)));
  return Array.from({ length: Math.max(1, most) + 1 }, (_, i) => 10 ** (decade + i * wide));
}

const bucketSteps: readonly (readonly number[])[] = [
  [1, 1.1, 1.2, 1.3, 1.5, 1.6, 1.8, 2, 2.2, 2.5, 2.7, 3, 3.3, 3.6, 4, 4.5, 5, 5.5, 6, 6.5, 7.5, 8, 9],
  [1, 1.2, 1.5, 1.8, 2.2, 2.7, 3.3, 4, 5, 6, 7, 8.5],
  [1, 1.5, 2, 3, 5, 7],
  [1, 2, 5],
  [1, 3],
  [1],
];

/** Bucket of a value among rising bounds; -1 below, `bounds.length - 1` at or above the last. */
export function bucketOf(bounds: readonly number[], value: number): number {
  let low = 0;
  let high = bounds.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((bounds[middle] ?? 0) <= value) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

function decades(low: number, high: number, steps: readonly number[]): readonly number[] {
  const ticks: number[] = [];
  for (let power = Math.floor(Math.log10(low) + 1e-9); power <= Math.ceil(Math.log10(high)); power += 1) {
    for (const step of steps) {
      const tick = round(step * 10 ** power);
      if (tick >= low * 0.999_999 && tick <= high * 1.000_001) ticks.push(tick);
    }
  }
  return ticks;
}

/** The next of 1, 2, 5, 10 … that is no less. */
function roundUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value) + 1e-9);
  for (const step of [1, 2, 5, 10]) if (value <= step * power * 1.000_001) return round(step * power);
  return round(10 * power);
}

function roundDown(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value) + 1e-9);
  for (const step of [5, 2, 1]) if (value >= step * power * 0.999_999) return round(step * power);
  return round(power);
}

/** Takes the dust of binary fractions off. */
function round(value: number): number {
  return Number(value.toPrecision(12));
}

function clamp(share: number): number {
  return Number.isNaN(share) ? share : Math.max(0, Math.min(1, share));
}
