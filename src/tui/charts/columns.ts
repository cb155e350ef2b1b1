/** Upright bars over time, eight heights to a cell. */
import type { Token } from '../theme.ts';
import type { Canvas } from './canvas.ts';
import type { PlotArea } from './line-chart.ts';

const eighths = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/** Draws a bar for each value, `max` as high as the area. Zero is a line on the floor: "nothing" and "not known" (NaN, blank) differ. */
export function drawColumns(
  canvas: Canvas,
  values: readonly number[],
  max: number,
  area: PlotArea,
  look: { readonly token: Token; readonly ascii: boolean; readonly full?: string },
): void {
  const floor = area.top + area.height - 1;
  for (const [step, value] of values.entries()) {
    if (Number.isNaN(value)) continue;
    const parts =
      max > 0 ? Math.min(area.height * 8, Math.max(value > 0 ? 1 : 0, Math.round((value / max) * area.height * 8))) : 0;
    for (let cell = 0; cell < area.cells; cell += 1) {
      const x = area.left + step * area.cells + cell;
      if (parts === 0) canvas.put(x, floor, look.ascii ? '_' : '▁', 'border');
      for (let row = 0; row * 8 < parts; row += 1) {
        const part = Math.min(8, parts - row * 8);
        canvas.put(x, floor - row, look.ascii ? asciiPart(part, look.full) : (eighths[part] ?? ' '), look.token);
      }
    }
  }
}

function asciiPart(part: number, full = '#'): string {
  return part > 5 ? full : part > 2 ? '=' : '.';
}
