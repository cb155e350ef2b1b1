/** At most so many rows a second. */

/** The second is let through in slices of this length, ms, so that a table goes on moving when there is too much. */
const sliceMs = 100;

/**
 * A gate that lets `perSecond` rows through in each second of `now` (ms); 0 = all. A tenth of them pass in each tenth of a second, of less
 * than ten a second all of them at once.
 */
export function createRowLimit(perSecond: number, now: () => number): () => boolean {
  if (perSecond === 0) return () => true;
  const length = perSecond < 10 ? 1000 : sliceMs;
  const share = (perSecond * length) / 1000;
  let slice = Number.NaN;
  let left = 0;
  return () => {
    const current = Math.floor(now() / length);
    if (current !== slice) {
      slice = current;
      // What does not divide evenly is carried over, a whole share never is.
      left = (left % 1) + share;
    }
    if (left < 1) return false;
    left -= 1;
    return true;
  };
}
