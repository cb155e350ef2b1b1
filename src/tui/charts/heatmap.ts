/** A grid of counts as shades: how often each cell happened, the denser the more often. Colours are free to say something else. */
import type { Token } from '../theme.ts';
import type { Canvas } from './canvas.ts';
import type { PlotArea } from './line-chart.ts';

interface Shade {
  readonly text: string;
  readonly ascii: string;
}

/** From seldom to often. */
export const shades: readonly Shade[] = [
  { text: '░', ascii: '.' },
  { text: '▒', ascii: '+' },
  { text: '▓', ascii: '*' },
  { text: '█', ascii: '#' },
];

/** The shade of a count where `most` is the densest: by its logarithm, so that the few slow ones beside many fast ones are seen. */
export function shadeOf(count: number, most: number): Shade | undefined {
  if (!(count > 0)) return undefined;
  const share = most <= 1 ? 0 : Math.log(count) / Math.log(most);
  return shades[Math.min(shades.length - 1, Math.round(share * (shades.length - 1)))];
}

/** Draws the grid: `counts[step][row]`, row 0 at the bottom, each row `lines` lines high. */
export function drawHeat(
  canvas: Canvas,
  counts: readonly (readonly number[])[],
  most: number,
  area: PlotArea,
  lines: number,
  look: { readonly ascii: boolean; token(row: number): Token },
): void {
  for (const [step, column] of counts.entries()) {
    for (const [row, count] of column.entries()) {
      const shade = shadeOf(count, most);
      if (!shade) continue;
      const bottom = area.top + area.height - 1 - row * lines;
      for (let line = 0; line < lines; line += 1) {
        for (let cell = 0; cell < area.cells; cell += 1) {
          canvas.put(
            area.left + step * area.cells + cell,
            bottom - line,
            look.ascii ? shade.ascii : shade.text,
            look.token(row),
          );
        }
      }
    }
  }
}
