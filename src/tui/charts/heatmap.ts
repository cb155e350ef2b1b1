/** A grid of counts as shades: how often each cell happened, the darker the more often. */
import type { Token } from '../theme.ts';
import type { Canvas } from './canvas.ts';
import type { PlotArea } from './line-chart.ts';

interface Shade {
  readonly text: string;
  readonly ascii: string;
  readonly token: Token;
}

/** From seldom to often. Each has a character of its own, so that colour says nothing alone. */
export const shades: readonly Shade[] = [
  { text: '·', ascii: '.', token: 'heat1' },
  { text: '░', ascii: ':', token: 'heat2' },
  { text: '▒', ascii: '+', token: 'heat3' },
  { text: '▓', ascii: '*', token: 'heat4' },
  { text: '█', ascii: '#', token: 'heat5' },
];

/** The shade of a count where `most` is the darkest: by its logarithm, so that the few slow ones beside many fast ones are seen. */
export function shadeOf(count: number, most: number): Shade | undefined {
  if (!(count > 0)) return undefined;
  const share = most <= 1 ? 0 : Math.log(count) / Math.log(most);
  return shades[Math.min(shades.length - 1, Math.round(share * (shades.length - 1)))];
}

/** Draws the grid: `counts[step][row]`, row 0 at the bottom, a row a line. */
export function drawHeat(
  canvas: Canvas,
  counts: readonly (readonly number[])[],
  most: number,
  area: PlotArea,
  ascii: boolean,
): void {
  for (const [step, column] of counts.entries()) {
    for (const [row, count] of column.entries()) {
      const shade = shadeOf(count, most);
      if (!shade) continue;
      for (let cell = 0; cell < area.cells; cell += 1) {
        const x = area.left + step * area.cells + cell;
        canvas.put(x, area.top + area.height - 1 - row, ascii ? shade.ascii : shade.text, shade.token);
      }
    }
  }
}
