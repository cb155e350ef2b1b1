/** Decides when what was applied becomes visible. */
import type { Store } from './store.ts';

export interface TickerOptions {
  /** Milliseconds between publications, 250 to 60,000; default 1,000. */
  readonly refreshMs?: number;
  /** Nothing is there to show yet: what comes first is shown at once. */
  readonly isWaiting?: () => boolean;
}

export interface Ticker {
  /** Publishes soon and often for a moment: first rows and answers to a new query do not wait for the next tick. */
  hurry(): void;
  readonly refreshMs: number;
  stop(): void;
}

/** Ticks and milliseconds between them while in a hurry. */
const hurried = { ticks: 10, everyMs: 100 };

/** Milliseconds between looks while waiting; a look at a store without news costs next to nothing. */
const waitingMs = 30;

/** Publishes the store until stopped; begins in a hurry. Does not keep the process alive. */
export function createTicker(store: Store, options: TickerOptions = {}): Ticker {
  const refreshMs = Math.min(60_000, Math.max(250, options.refreshMs || 1_000));
  let hurriedTicks = hurried.ticks;
  let timer: NodeJS.Timeout;

  const schedule = () => {
    const calm = hurriedTicks > 0 ? Math.min(hurried.everyMs, refreshMs) : refreshMs;
    const delay = options.isWaiting?.() ? waitingMs : calm;
    hurriedTicks = Math.max(0, hurriedTicks - 1);
    timer = setTimeout(tick, delay);
    timer.unref();
  };
  const tick = () => {
    schedule();
    store.publish();
  };
  schedule();

  return {
    refreshMs,
    hurry() {
      clearTimeout(timer);
      hurriedTicks = hurried.ticks;
      schedule();
    },
    stop: () => clearTimeout(timer),
  };
}
