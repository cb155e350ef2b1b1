/**
 * What agents say, taken in by turns: a hundred of them may speak at once, and one of them more than all others together. Nobody's words
 * stand between a key and its paint for long, and nobody takes the time of the others.
 */

export interface Inbox {
  /** For the words of one agent. */
  lane(): Lane;
}

export interface Lane {
  /** Runs it at once where there is time, else when its turn comes; in the order in which it was added. Must not throw. */
  add(take: () => void): void;
  /** Forgets what waits. */
  close(): void;
}

export interface InboxOptions {
  /** Taken in without a break, ms. */
  readonly sliceMs: number;
  /** Share of the time that one agent may take, as things are now. */
  readonly mostShare: () => number;
  /** Runs something after what else has come in: setImmediate. */
  readonly later: (run: () => void) => void;
  readonly now: () => number;
}

interface Queue {
  readonly waiting: (() => void)[];
  /** It has had its share until then, ms. */
  restsUntil: number;
}

export function createInbox({ sliceMs, mostShare, later, now }: InboxOptions): Inbox {
  /** Those with something waiting, in the order of their turns. */
  const turns = new Set<Queue>();
  /** Taken in since others had a chance, ms. */
  let spent = 0;
  let isScheduled = false;
  let timer: NodeJS.Timeout | undefined;

  function run(queue: Queue, take: () => void): void {
    const from = now();
    take();
    const ms = now() - from;
    spent += ms;
    // What it is ahead of its share adds up, so that many small words weigh as much as a few large ones.
    queue.restsUntil = Math.max(queue.restsUntil, from) + ms / mostShare();
  }

  const isResting = ({ restsUntil }: Queue, time: number): boolean => restsUntil > time + restFromMs;

  function schedule(): void {
    if (isScheduled) return;
    isScheduled = true;
    later(() => {
      isScheduled = false;
      spent = 0;
      slice();
    });
  }

  function slice(): void {
    while (spent < sliceMs) {
      const time = now();
      const next = firstOf(turns, (queue) => !isResting(queue, time));
      if (!next) {
        wait();
        return;
      }
      turns.delete(next);
      const take = next.waiting.shift();
      if (next.waiting.length > 0) turns.add(next);
      if (take) run(next, take);
    }
    if (turns.size > 0) schedule();
  }

  /** Until the first of those that rest may go on. */
  function wait(): void {
    if (timer !== undefined || turns.size === 0) return;
    const until = Math.min(...Array.from(turns, ({ restsUntil }) => restsUntil)) - restFromMs;
    timer = setTimeout(
      () => {
        timer = undefined;
        schedule();
      },
      Math.max(1, until - now()),
    );
    timer.unref();
  }

  return {
    lane() {
      const queue: Queue = { waiting: [], restsUntil: Number.NEGATIVE_INFINITY };
      return {
        add(take) {
          // Whoever speaks while there is time is heard at once; the count begins anew with the next turn.
          if (queue.waiting.length === 0 && spent < sliceMs && !isResting(queue, now())) {
            run(queue, take);
            schedule();
            return;
          }
          queue.waiting.push(take);
          turns.add(queue);
          schedule();
        },
        close() {
          queue.waiting.length = 0;
          turns.delete(queue);
        },
      };
    },
  };
}

function firstOf<T>(all: Iterable<T>, isIt: (each: T) => boolean): T | undefined {
  for (const each of all) if (isIt(each)) return each;
  return undefined;
}

/** Ahead of its share by so much an agent rests: what it has kept when a terminal comes shall not wait. */
const restFromMs = 2_000;
