/** Of how much of a stretch of time the connections of a group are known: who comes late knows them from then on. */
import type { Fold, Group } from '../fold.ts';
import { secondMs } from '../history.ts';
import type { KeyBook } from '../keys.ts';
import type { Stretch } from './derivation.ts';

export interface Told {
  /** The stretch from which everything is known of each connection; all of it where nothing is missing. */
  readonly stretch: Stretch;
  /** What share of the sums of the whole stretch is of it. */
  readonly share: number;
}

export function toldOf(fold: Fold, group: Group | undefined, keys: KeyBook, stretch: Stretch): Told {
  const begin = Math.max(stretch.from, stretch.heldFrom);
  const end = Math.min(stretch.to, stretch.heldTo);
  let from = begin;
  for (const id of group?.keys.ids() ?? []) {
    const untold = keys.get(id)?.untold;
    // A connection that is told of for the first time at the very end leaves the last second: better than nothing.
    if (untold && untold.from < end && untold.to > from) from = Math.min(untold.to, Math.max(begin, end - secondMs));
  }
  if (!group || from <= begin) return { stretch, share: 1 };
  return {
    stretch: { ...stretch, heldFrom: from, seconds: Math.max(1, (end - from) / 1_000) },
    share: group.first >= from - secondMs ? 1 : shareFrom(fold, group, stretch, from),
  };
}

/** By steps: sums are not kept by the second. The step in which it begins counts as far as it lies behind. */
function shareFrom(fold: Fold, group: Group, { from: begin }: Stretch, from: number): number {
  const { stepMs } = fold;
  const first = Math.floor(begin / stepMs) * stepMs;
  let all = 0;
  let known = 0;
  fold.stepSums(group).forEach((sum, at) => {
    const ends = first + (at + 1) * stepMs;
    all += sum;
    known += sum * Math.min(1, Math.max(0, (ends - from) / stepMs));
  });
  return all > 0 ? known / all : 1;
}
