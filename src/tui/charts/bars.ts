/** Lying bars, and gauges: how much of something there is. */
import type { Span } from '../styled-line.ts';
import type { Token } from '../theme.ts';

const eighths = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/** A bar of `share` (0 to 1) of `width` cells, to an eighth of a cell; anything above nothing can be seen. No padding. */
export function bar(share: number, width: number, ascii: boolean): string {
  const parts = Math.round(Math.max(0, Math.min(1, share)) * width * 8);
  if (ascii) return '#'.repeat(Math.round(parts / 8)) || (share > 0 ? '.' : '');
  const text = '█'.repeat(Math.floor(parts / 8)) + (eighths[parts % 8] ?? '');
  return text || (share > 0 ? '▏' : '');
}

/** `████░░░░`, exactly `width` cells; the token of the full part is the caller's to choose. */
export function gauge(share: number, width: number, token: Token, ascii: boolean): readonly Span[] {
  const full = Math.round(Math.max(0, Math.min(1, Number.isNaN(share) ? 0 : share)) * width);
  return [
    { text: (ascii ? '#' : '█').repeat(full), token },
    { text: (ascii ? '.' : '░').repeat(Math.max(0, width - full)), token: 'border' },
  ];
}
