/** Nanoseconds as people read them. */
import { threeDigits } from './significant.ts';

const scales = [
  [1, 'ns'],
  [1e3, 'µs'],
  [1e6, 'ms'],
  [1e9, 's'],
] as const;

/**
 * Three significant digits: `812µs`, `12.4ms`, `1.38s`; from a minute on `2m05s`, `1h02m`, `3d04h`.
 * At most 7 characters up to 99 days. `ascii` writes `us`.
 */
export function formatDuration(nanoseconds: number, options?: { readonly ascii?: boolean | undefined }): string {
  if (!Number.isFinite(nanoseconds)) return '-';
  if (nanoseconds < 0) return `-${formatDuration(-nanoseconds, options)}`;
  if (nanoseconds < 999.5) return `${Math.round(nanoseconds)}ns`;
  for (const [scale, name] of scales) {
    const value = nanoseconds / scale;
    const limit = name === 's' ? 59.95 : 999.5;
    if (value < limit && value >= 0.9995) return threeDigits(value) + (options?.ascii && name === 'µs' ? 'us' : name);
  }
  return longDuration(Math.round(nanoseconds / 1e9));
}

function longDuration(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}m${two(seconds % 60)}s`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return `${hours}h${two(minutes % 60)}m`;
  return `${Math.floor(hours / 24)}d${two(hours % 24)}h`;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
