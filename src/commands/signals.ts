/** SIGINT, SIGTERM and SIGHUP as one abort signal, so that every command ends in order. */
import { constants } from 'node:os';
import { Interrupted } from './fail.ts';

const watched = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Aborts with `Interrupted` at the first signal. At the second the program ends at once: its children notice by
 * themselves. `release` gives the signals back.
 */
export function watchSignals(): { readonly signal: AbortSignal; release(): void } {
  const controller = new AbortController();
  const on = (name: NodeJS.Signals) => {
    const exitCode = 128 + (constants.signals[name] ?? 0);
    if (controller.signal.aborted) process.exit(exitCode);
    controller.abort(new Interrupted(exitCode));
  };
  for (const name of watched) process.on(name, on);
  return {
    signal: controller.signal,
    release() {
      for (const name of watched) process.off(name, on);
    },
  };
}

/** Rejects with the signal's reason once it aborts. */
export function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}
