/** When what was captured is due again: at its own pace, N times as fast, or at once. */
import { setTimeout as sleep } from 'node:timers/promises';

export interface Pace {
  /** Waits for captured `time` and ticks on the way; a time that makes no sense is now. */
  until(time: number): Promise<void>;
  tick(): void;
}

/** Listeners are told of passing time at least this often, in captured ns. */
const tickNanos = 100e6;
/** A silence of hours is not worth more ticks than this. */
const maxTicks = 10_000;
/** Longest wait between two looks at the clock, ms. */
const waitMs = 50;

/** `onTick` gets every captured time at which something is due; it never goes back. */
export function createPace(
  began: number,
  speed: number | undefined,
  stop: AbortSignal,
  onTick: (time: number) => void,
): Pace {
  const startedMs = performance.now();
  let now = began;

  async function reach(time: number): Promise<void> {
    if (speed === undefined) return;
    for (;;) {
      const left = (time - began) / 1e6 / speed - (performance.now() - startedMs);
      if (left <= 0 || stop.aborted) return;
      await sleep(Math.min(left, waitMs), undefined, { signal: stop }).catch(() => {});
    }
  }

  return {
    async until(time) {
      if (!Number.isSafeInteger(Math.round(time)) || time <= now) return;
      const step = Math.max(tickNanos, (time - now) / maxTicks);
      while (time - now > step && !stop.aborted) {
        await reach(now + step);
        now += step;
        onTick(now);
      }
      await reach(time);
      now = Math.max(now, time);
    },
    tick: () => onTick(now),
  };
}
