/** Exchanges that the budget of a cgroup left out, shared out among what the cgroup did in that second. */
import type { Cell } from './cell.ts';

/**
 * Adds `count` to the cells in proportion to their requests: what was left out is taken to be like what was kept. Whole numbers,
 * `count` in all.
 */
export function shareOut(count: number, cells: readonly Cell[]): void {
  let left = count;
  let weight = 0;
  for (const cell of cells) weight += cell.requests;
  for (const cell of cells) {
    // Of what is left, by what is left to weigh: rounding errors do not add up.
    const share = weight === 0 ? left : Math.round((left * cell.requests) / weight);
    cell.sampledOut += share;
    left -= share;
    weight -= cell.requests;
  }
}
