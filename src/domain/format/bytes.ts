/** Sizes and counts in decimal steps, as Content-Length is read: 1,234 bytes are `1.23k`. The filter's `k` is the same 1000. */
import { threeDigits } from './significant.ts';

const steps = ['', 'k', 'M', 'G', 'T', 'P', 'E'];

/** Bytes in at most 5 characters: `999`, `1.2k`, `12.3k`, `1M`. Trailing zeros are left out: `1k` is 1000 as near as three digits tell. */
export function formatBytes(bytes: number): string {
  return scaled(bytes);
}

/** A count for headings and counters: `1,234`. */
export function formatCount(count: number): string {
  if (!Number.isFinite(count)) return '-';
  return String(Math.round(count)).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** Things per second: `0.5/s`, `35k/s`. */
export function formatRate(perSecond: number): string {
  const shown = perSecond > 0 && perSecond < 99.95 ? threeDigits(perSecond).replace(/\.?0+$/, '') : scaled(perSecond);
  return `${shown}/s`;
}

/** A share, 0.123 → `12.3%`. Nothing is `0%`; next to nothing, `0.04%`, is not. */
export function formatPercent(share: number): string {
  if (!Number.isFinite(share)) return '-';
  const percent = share * 100;
  if (percent === 0) return '0%';
  const decimals = percent < 0.995 ? 2 : percent < 99.95 ? 1 : 0;
  return `${percent.toFixed(decimals)}%`;
}

function scaled(value: number): string {
  if (!Number.isFinite(value)) return '-';
  if (value < 0) return `-${scaled(-value)}`;
  if (value < 999.5) return String(Math.round(value));
  let step = 0;
  let rest = value;
  while (rest >= 999.5 && step < steps.length - 1) {
    rest /= 1000;
    step += 1;
  }
  const digits = threeDigits(rest);
  return (digits.includes('.') ? digits.replace(/\.?0+$/, '') : digits) + steps[step];
}
