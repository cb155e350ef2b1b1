/** Small-sample statistics of a benchmark: medians and ranges, never means of noisy things. */

export interface Summary {
  readonly median: number;
  readonly min: number;
  readonly max: number;
  readonly count: number;
}

/** Median, minimum and maximum of the finite values; undefined when there is none. */
export function summarize(values: readonly number[]): Summary | undefined {
  const sorted = values.filter(Number.isFinite).sort((a, b) => a - b);
  const min = sorted[0];
  const max = sorted.at(-1);
  if (min === undefined || max === undefined) return undefined;
  return { median: quantile(sorted, 0.5) ?? min, min, max, count: sorted.length };
}

/** Quantile `q` (0 to 1) of values sorted upwards, linear between neighbours; undefined when there is none. */
export function quantile(sorted: readonly number[], q: number): number | undefined {
  const at = (sorted.length - 1) * q;
  const below = sorted[Math.floor(at)];
  const above = sorted[Math.ceil(at)];
  if (below === undefined || above === undefined) return undefined;
  return below + (above - below) * (at - Math.floor(at));
}

/**
 * Ratio of a figure to the baseline's, round by round: neighbours in time share the machine's mood, so the
 * median of per-round ratios says more than the ratio of medians. Rounds that lack either side are left out.
 */
export function ratios(
  subject: ReadonlyMap<number, number>,
  baseline: ReadonlyMap<number, number>,
): Summary | undefined {
  const perRound: number[] = [];
  for (const [round, value] of subject) {
    const base = baseline.get(round);
    if (base !== undefined && base > 0) perRound.push(value / base);
  }
  return summarize(perRound);
}

/** A generator of numbers in [0, 1) that gives the same series for the same seed (mulberry32). */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The items in an order drawn with `random` (Fisher-Yates); the input stays as it is. */
export function shuffled<Item>(items: readonly Item[], random: () => number): Item[] {
  const pool = [...items];
  const drawn: Item[] = [];
  while (pool.length > 0) drawn.push(...pool.splice(Math.floor(random() * pool.length), 1));
  return drawn;
}
