/** How long to wait before the next attempt. */

/**
 * Exponential back-off: `first` ms doubling up to `most`, each wait shortened by up to a half at random, so that many terminals
 * do not come back to a restarted agent at the same moment. `attempt` counts from 1.
 */
export function backoffDelay(attempt: number, first: number, most: number, random: () => number = Math.random): number {
  const full = Math.min(most, first * 2 ** Math.min(attempt - 1, 30));
  return full * (1 - random() / 2);
}
