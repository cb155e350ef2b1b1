/** `:at`, `:last`, `:live`: words to a move in time, and what the move leads to given what is held. */
import { readDuration } from '../domain/filter/units.ts';
import { formatDuration, formatTime } from '../domain/format/index.ts';
import type { Snapshot } from '../store/store.ts';
import { goTo, type TimeState } from '../views/time.ts';

export type TimeMove =
  | { readonly kind: 'live' }
  /** A clock time of the newest day there is, or of the one before. */
  | { readonly kind: 'clock'; readonly hours: number; readonly minutes: number; readonly seconds: number }
  | { readonly kind: 'ago'; readonly ms: number }
  | { readonly kind: 'span'; readonly ms: number };

const leastSpanMs = 5_000;
const longestSpanMs = 24 * 3_600_000;

/** The move a command asks for; a text says what is wrong with its word. */
export function readTimeMove(command: 'at' | 'last' | 'live', word: string | undefined): TimeMove | string {
  if (command === 'live') return word === undefined ? { kind: 'live' } : ':live takes no word';
  if (command === 'last') return word === undefined ? 'how much? last 5m, last 30s' : readSpan(word);
  if (word === undefined) return 'when? at 12:03, at 12:03:04, at -5m';
  if (word.toLowerCase() === 'now') return { kind: 'live' };
  if (/^[-−]/.test(word)) {
    const ago = readDuration(word.slice(1));
    return typeof ago === 'string' ? ago : { kind: 'ago', ms: ago.value / 1e6 };
  }
  const [, hours, minutes, seconds = '0'] = /^(\d{1,2}):(\d\d)(?::(\d\d))?$/.exec(word) ?? [];
  if (hours === undefined || minutes === undefined) return `"${word}" is no time: 12:03, 12:03:04 or -5m`;
  if (Number(hours) > 23 || Number(minutes) > 59 || Number(seconds) > 59) return `there is no ${word} on a clock`;
  return { kind: 'clock', hours: Number(hours), minutes: Number(minutes), seconds: Number(seconds) };
}

function readSpan(word: string): TimeMove | string {
  const span = readDuration(word);
  if (typeof span === 'string') return span;
  const ms = span.value / 1e6;
  if (ms < leastSpanMs) return `${word} is too short: 5s at least`;
  if (ms > longestSpanMs) return `${word} is too long: 24h at most`;
  return { kind: 'span', ms: Math.round(ms) };
}

export type Moved =
  | { readonly time: TimeState; readonly note: string }
  /** Why that time cannot be shown. */
  | { readonly problem: string };

/** Where the move leads. Times of the clock are the reader's own (the process's time zone). */
export function moveTime(time: TimeState, move: TimeMove, snapshot: Snapshot): Moved {
  const { held } = snapshot;
  const newest = held?.to ?? snapshot.time;
  switch (move.kind) {
    case 'live':
      return { time: { ...time, kind: 'live' }, note: 'what happens now' };
    case 'span': {
      const length = formatDuration(move.ms * 1e6);
      const kept = held ? held.to - held.from : 0;
      const less = kept < move.ms ? `, of which ${formatDuration(kept * 1e6)} are held` : '';
      const where = time.kind === 'live' ? `the newest ${length}` : `${length} up to ${clock(time.at)}`;
      return { time: { ...time, spanMs: move.ms }, note: where + less };
    }
    case 'ago':
      return go(time, newest - move.ms, snapshot);
    case 'clock': {
      const day = new Date(newest);
      const today = day.setHours(move.hours, move.minutes, move.seconds, 0);
      const yesterday = new Date(today).setDate(new Date(today).getDate() - 1);
      // A time still to come today was meant as yesterday's, if that is held; else it is said to be still to come.
      const isYesterdays = today > newest && held !== undefined && yesterday >= held.from;
      return go(time, isYesterdays ? yesterday : today, snapshot);
    }
  }
}

function go(time: TimeState, at: number, snapshot: Snapshot): Moved {
  const { held } = snapshot;
  if (!held) return { problem: 'nothing is held yet: the past begins with the first second that is captured' };
  const range = `held is ${clock(held.from)} to ${clock(held.to)}`;
  if (at > held.to) return { problem: `${clock(at)} has not come yet: ${range}` };
  if (at <= held.from) return { problem: `${clock(at)} is not held: ${range}` };
  return { time: goTo(time, snapshot, at), note: `${formatDuration(time.spanMs * 1e6)} up to ${clock(at)}` };
}

/** hh:mm:ss in the reader's own time zone. */
export function clock(unixMs: number): string {
  const ms = Math.round(unixMs);
  return formatTime(BigInt(ms) * 1_000_000n, -new Date(ms).getTimezoneOffset()).slice(0, 8);
}
