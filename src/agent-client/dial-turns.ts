/**
 * Whose turn it is to dial: agents that answer all at once keep this thread so busy with what they have kept that the last of a hundred would count as out of
 * reach.
 */

export interface DialTurns {
  /** Calls `dial` when it is its turn, at once where it can. Returns what ends the turn, or the wait for it. */
  take(dial: () => void): () => void;
}

/** @param patienceMs who takes longer makes way: an agent that never answers holds nobody up */
export function createDialTurns(most: number, patienceMs: number): DialTurns {
  const waiting = new Set<() => void>();
  let under = 0;

  const next = (): void => {
    for (const begin of waiting) {
      if (under >= most) return;
      waiting.delete(begin);
      begin();
    }
  };
  return {
    take(dial) {
      let timer: NodeJS.Timeout | undefined;
      let isOver = false;
      const begin = () => {
        under += 1;
        timer = setTimeout(end, patienceMs).unref();
        dial();
      };
      const end = () => {
        if (isOver) return;
        isOver = true;
        if (timer === undefined) {
          waiting.delete(begin);
          return;
        }
        clearTimeout(timer);
        under -= 1;
        next();
      };
      if (under < most) begin();
      else waiting.add(begin);
      return end;
    },
  };
}
