/** How much of one kind the agent takes on a second: less when it falls behind, more again when it keeps up. */

export interface Capacity {
  readonly perSecond: number;
  /** The agent lost kernel records, or fell behind, while it was given this much; `least` is a share of the most. */
  lower(perSecond: number, least: number): void;
  /** It has kept up for `seconds` more. */
  raise(seconds: number): void;
}

/** Of what was too much. */
const kept = 0.8;
/** Of the most, per second: one loss, as when the agent has just begun and its code is cold, is made good in some seconds. */
const quick = 0.2;
/** Where more is too much again and again, it is tried ever more rarely. */
const slowest = 0.01;
/** Nothing is regained for this long after a loss, s. */
const patience = 1;
/** Losses further apart than this have nothing to do with each other, s. */
const forgotten = 30;

export function createCapacity(most: number): Capacity {
  let now = most;
  let calm = forgotten;
  let pace = quick;
  return {
    get perSecond() {
      return now;
    },
    lower(perSecond, least) {
      // Within the first moments it is the same loss.
      if (calm >= forgotten) pace = quick;
      else if (calm > patience) pace = Math.max(slowest, pace / 2);
      calm = 0;
      now = Math.max(most * least, Math.min(now, perSecond) * kept);
    },
    raise(seconds) {
      calm += seconds;
      if (calm > patience) now = Math.min(most, now + most * pace * seconds);
    },
  };
}
