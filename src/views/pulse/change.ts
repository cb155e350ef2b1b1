/** How a figure changed from one stretch of time to the next. */
import { formatPercent } from '../../domain/format/index.ts';
import type { Glyphs } from '../../tui/glyphs.ts';

/** `↑2.1x`, `↓40%`, `=`; '' where one of them is not known. */
export function changeText(now: number, before: number, glyphs: Glyphs): string {
  if (!Number.isFinite(now) || !Number.isFinite(before)) return '';
  if (before === now) return '=';
  if (before <= 0) return `${glyphs.ascending}new`;
  const ratio = now / before;
  if (Math.abs(ratio - 1) < 0.05) return '=';
  const arrow = ratio > 1 ? glyphs.ascending : glyphs.descending;
  if (ratio >= 1.95) return `${arrow}${ratio < 9.95 ? ratio.toFixed(1) : Math.round(Math.min(999, ratio))}x`;
  return `${arrow}${formatPercent(Math.abs(ratio - 1)).replace(/\.\d+(?=%)/, '')}`;
}

/** By how many doublings a figure changed, either way; 0 where it cannot be said. */
export function doublings(now: number | null, before: number | null): number {
  if (now === null || before === null || !(now > 0) || !(before > 0)) return 0;
  return Math.log2(now / before);
}
