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
}

export interface WorkQueue {
  add(work: Work<void>): void;
  /** Something is under way. */
  readonly busy: boolean;
}

/** One work after the other, a slice at a time; calls `done` whenever nothing is left. */
export function createWorkQueue({ later, sliceMs }: Pacing, done: () => void): WorkQueue {
  const queue: Work<void>[] = [];
  const slice = () => {
    const until = performance.now() + sliceMs;
    for (let work = queue[0]; work; work = queue[0]) {
      while (!work.next().done) {
        if (performance.now() >= until) return later(slice);
      }
      queue.shift();
    }
    done();
  };
  return {
    add(work) {
      queue.push(work);
      if (queue.length === 1) later(slice);
    },
    get busy() {
      return queue.length > 0;
    },
  };
}
