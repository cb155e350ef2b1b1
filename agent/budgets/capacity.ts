/** How much of one kind the agent takes on a second: less when it falls behind, slowly more again when it keeps up. */

export interface Capacity {
  readonly perSecond: number;
  /** The agent lost kernel records, or fell behind, while it was given this much. */
  lower(perSecond: number, least: number): void;
  /** It has kept up for `seconds` more. */
  raise(seconds: number): void;
}

/** Of what was too much. */
const kept = 0.8;
/** Of the most, per second: twelve seconds from nothing to all. */
const regained = 0.08;
/** Nothing is regained for this long after a loss, s. */
const patience = 2;

/** `least` (of `lower`) is a share of `most`. */
export function createCapacity(most: number): Capacity {
  let now = most;
  let calm = patience;
  return {
    get perSecond() {
      return now;
    },
    lower(perSecond, least) {
      calm = 0;
      now = Math.max(most * least, Math.min(now, perSecond) * kept);
    },
    raise(seconds) {
      calm += seconds;
      if (calm > patience) now = Math.min(most, now + most * regained * seconds);
    },
  };
}
