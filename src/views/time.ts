/** Which stretch of time a screen shows: live, frozen, or somewhere in the past. Each view on the stack has its own. */
import { formatTime } from '../domain/format/index.ts';
import type { Snapshot, TimeWindow } from '../store/store.ts';
import { type StyledLine, span } from '../tui/styled-line.ts';

export interface TimeState {
  /** `paused`: the screen stands still at `at`, capture goes on. `past`: the person went back to the stretch that ends at `at`. */
  readonly kind: 'live' | 'paused' | 'past';
  /** End of the stretch, Unix ms; meaningless while live. */
  readonly at: number;
  /** Length of the stretch, ms. */
  readonly spanMs: number;
}

export const defaultSpanMs = 60_000;
export const liveTime: TimeState = { kind: 'live', at: 0, spanMs: defaultSpanMs };

/** The stretch of time that is shown, given what the store holds. */
export function windowOf(time: TimeState, snapshot: Snapshot): TimeWindow {
  const to = time.kind === 'live' ? endOf(snapshot) : time.at;
  return { from: to - time.spanMs, to };
}

/** Freezes the screen, or lets it run on from now. */
export function togglePause(time: TimeState, snapshot: Snapshot): TimeState {
  return time.kind === 'live' ? { ...time, kind: 'paused', at: endOf(snapshot) } : { ...time, kind: 'live' };
}

/** A stretch earlier (-1) or later (1), by half of its length in whole seconds, as summaries are. Past the newest it is live again; before the oldest it stays. */
export function stepTime(time: TimeState, snapshot: Snapshot, steps: number): TimeState {
  const newest = endOf(snapshot);
  const oldest = snapshot.held?.from ?? newest;
  const from = time.kind === 'live' ? newest : time.at;
  const at = from + steps * Math.max(1_000, Math.round(time.spanMs / 2_000) * 1_000);
  if (at >= newest) return { ...time, kind: 'live' };
  return { ...time, kind: 'past', at: Math.max(at, Math.min(newest, oldest + time.spanMs)) };
}

/** The stretch that ends at a time. */
export function goTo(time: TimeState, snapshot: Snapshot, at: number): TimeState {
  return at >= endOf(snapshot) ? { ...time, kind: 'live' } : { ...time, kind: 'past', at };
}

/** The state as the header and the heading say it: LIVE, PAUSED 12:03:04, PAST 12:03:04. */
export function timeLabel(time: TimeState, offsetMinutes: number): StyledLine {
  if (time.kind === 'live') return [span('LIVE', 'live')];
  const clock = formatTime(BigInt(Math.round(time.at)) * 1_000_000n, offsetMinutes).slice(0, 8);
  return [span(`${time.kind === 'paused' ? 'PAUSED' : 'PAST'} ${clock}`, 'paused')];
}

/** hh:mm:ss of a Unix time in ms, in the reader's own time zone. */
export function clockOf(unixMs: number): string {
  const ms = Math.round(unixMs);
  return formatTime(BigInt(ms) * 1_000_000n, -new Date(ms).getTimezoneOffset()).slice(0, 8);
}

/** Where the newest complete second ends; the clock while no summary has come. */
function endOf(snapshot: Snapshot): number {
  return snapshot.held?.to ?? snapshot.time;
}
