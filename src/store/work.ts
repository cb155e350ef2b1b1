/** Long work in pieces, so that a key pressed meanwhile is answered between two of them. */

/** Yields wherever it may be left off for a while: a few dozen microseconds apart, some milliseconds at most. */
export type Work<T> = Generator<undefined, T>;

/** All of it at once. */
export function finish<T>(work: Work<T>): T {
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
  }
}

export interface Pacing {
  /** Runs something after what else has come in, keys above all: setImmediate. */
  readonly later: (run: () => void) => void;
  /** A piece of work takes about so long, ms. */
  readonly sliceMs: number;
  /** Share of the time that may go into it, 1 by default: after much work the next waits accordingly, some seconds at most. */
  readonly mostShare?: number;
}

export interface WorkQueue {
  add(work: Work<void>): void;
  /** Something is under way. */
  readonly busy: boolean;
  /** It has had its share of the time. What somebody waits for may be added all the same. */
  readonly isResting: boolean;
}

/** Nobody waits longer for the next picture because the one before took long, ms. */
const mostRestMs = 3_000;

/** One work after the other, a slice at a time; calls `done` whenever nothing is left. */
export function createWorkQueue({ later, sliceMs, mostShare = 1 }: Pacing, done: () => void): WorkQueue {
  const queue: Work<void>[] = [];
  let spentMs = 0;
  let restsUntil = Number.NEGATIVE_INFINITY;
  const slice = () => {
    const from = performance.now();
    const isDone = workUntil(from + sliceMs);
    const now = performance.now();
    spentMs += now - from;
    if (!isDone) return later(slice);
    restsUntil = now + Math.min(mostRestMs, spentMs * (1 / mostShare - 1));
    spentMs = 0;
    done();
  };
  const workUntil = (until: number): boolean => {
    for (let work = queue[0]; work; work = queue[0]) {
      while (!work.next().done) {
        if (performance.now() >= until) return false;
      }
      queue.shift();
    }
    return true;
  };
  return {
    add(work) {
      queue.push(work);
      if (queue.length === 1) later(slice);
    },
    get busy() {
      return queue.length > 0;
    },
    get isResting() {
      return performance.now() < restsUntil;
    },
  };
}
