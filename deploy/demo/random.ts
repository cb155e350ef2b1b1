/** Seeded randomness: two runs with one seed make the same choices in the same order. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  /** Whole number in [from, to]. */
  between(from: number, to: number): number;
  /** True with probability `share`. */
  chance(share: number): boolean;
  pick<T>(items: readonly [T, ...T[]]): T;
  /** Log-normal around `median`, the shape service latencies have; `spread` 0.3 is steady, 1 is wild. */
  latency(median: number, spread?: number): number;
  /** `bytes` random bytes in lower-case hex. */
  hex(bytes: number): string;
}

/** Mulberry32 (public domain, T. Ettinger): 32 bits of state are plenty for choosing requests. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;

  function next(): number {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** Box–Muller; the first argument of log must not be 0. */
  function normal(): number {
    return Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
  }

  return {
    next,
    between: (from, to) => from + Math.floor(next() * (to - from + 1)),
    chance: (share) => next() < share,
    pick: (items) => items[Math.floor(next() * items.length)] ?? items[0],
    latency: (median, spread = 0.4) => median * Math.exp(spread * normal()),
    hex: (bytes) =>
      Array.from({ length: bytes }, () =>
        Math.floor(next() * 256)
          .toString(16)
          .padStart(2, '0'),
      ).join(''),
  };
}

/** One seed per pod out of the demo's seed (FNV-1a), so that pods do not move in step. */
export function seedFor(seed: number, name: string): number {
  let hash = 0x811c9dc5 ^ seed;
  for (const character of name) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return hash >>> 0;
}
