/** The one-line message at the foot of the screen: it has a level and goes away by itself. */

export type FlashLevel = 'info' | 'warning' | 'error';

export interface Flash {
  readonly level: FlashLevel;
  readonly text: string;
  /** Unix ms after which it is gone. */
  readonly until: number;
}

/** Errors stay longer: they take longer to read. */
const lifetimes: Readonly<Record<FlashLevel, number>> = { info: 4_000, warning: 6_000, error: 8_000 };

/** A message from `now` (Unix ms) on. */
export function flashOf(level: FlashLevel, text: string, now: number): Flash {
  return { level, text, until: now + lifetimes[level] };
}

/** The message as long as it lives, else undefined. */
export function currentFlash(flash: Flash | undefined, now: number): Flash | undefined {
  return flash && now < flash.until ? flash : undefined;
}
