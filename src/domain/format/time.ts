/** Unix nanoseconds as text. The offset is handed in, so that the same input always gives the same text. */

const nanosPerMilli = 1_000_000n;

/**
 * Wall clock: `12:34:56.789`.
 *
 * @param offsetMinutes east of UTC, i.e. `-date.getTimezoneOffset()`.
 */
export function formatTime(nanoseconds: bigint, offsetMinutes = 0): string {
  const date = new Date(toMillis(nanoseconds) + offsetMinutes * 60_000);
  return Number.isNaN(date.getTime()) ? '-' : date.toISOString().slice(11, 23);
}

/** ISO 8601 with all nine digits, in UTC or that many minutes east of it: `2026-01-31T12:34:56.789012345Z`, `…+01:00`. */
export function formatTimestamp(nanoseconds: bigint, offsetMinutes = 0): string {
  const date = new Date(toMillis(nanoseconds) + offsetMinutes * 60_000);
  if (Number.isNaN(date.getTime())) return String(nanoseconds);
  const below = ((nanoseconds % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n;
  return `${date.toISOString().slice(0, -5)}.${String(below).padStart(9, '0')}${zoneOf(offsetMinutes)}`;
}

/** RFC 3339 §5.6 time-offset. */
function zoneOf(offsetMinutes: number): string {
  if (offsetMinutes === 0) return 'Z';
  const minutes = Math.abs(offsetMinutes);
  const two = (n: number) => String(n).padStart(2, '0');
  return `${offsetMinutes < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

/** Rounds down, before 1970 too. */
function toMillis(nanoseconds: bigint): number {
  const below = ((nanoseconds % nanosPerMilli) + nanosPerMilli) % nanosPerMilli;
  return Number((nanoseconds - below) / nanosPerMilli);
}
