/** At most so many rows a second. */

/** A gate that lets `perSecond` rows through in each second of `now` (ms); 0 = all. Bursts of a whole second's worth pass. */
export function createRowLimit(perSecond: number, now: () => number): () => boolean {
  if (perSecond === 0) return () => true;
  let second = Number.NaN;
  let left = 0;
  return () => {
    const current = Math.floor(now() / 1000);
    if (current !== second) {
      second = current;
      left = perSecond;
    }
    if (left === 0) return false;
    left -= 1;
    return true;
  };
}
