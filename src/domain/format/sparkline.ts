/** A series as one line of bars: one cell a value, the newest at the right end. */

const blocks = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const asciiBlocks = ['_', '.', '-', '=', '+', '*', '#', '@'];

export interface SparklineOptions {
  /** Cells; the newest values that fit are shown, each the largest of its share when there are more values than cells. */
  readonly width: number;
  readonly ascii?: boolean | undefined;
  /** What the full height stands for; default the largest value shown. */
  readonly max?: number | undefined;
}

/** Exactly `width` cells. Unknown values (NaN) are blank, zero is the lowest bar: "nothing happened" and "nobody looked" differ. */
export function formatSparkline(values: readonly number[], options: SparklineOptions): string {
  const { width, ascii } = options;
  if (width <= 0) return '';
  const bars = ascii ? asciiBlocks : blocks;
  const shown = sparklineValues(values, width);
  const max = options.max ?? shown.reduce((most, value) => (value > most ? value : most), 0);
  const text = shown.map((value) => {
    if (Number.isNaN(value)) return ' ';
    if (max <= 0 || value <= 0) return bars[0];
    return bars[Math.min(bars.length - 1, Math.max(0, Math.ceil((value / max) * bars.length) - 1))];
  });
  return text.join('');
}

/** The value of each of `width` cells, the newest in the last; NaN where there is none. */
export function sparklineValues(values: readonly number[], width: number): readonly number[] {
  const squeezed = squeeze(values, width);
  return [...Array<number>(Math.max(0, width - squeezed.length)).fill(Number.NaN), ...squeezed];
}

/** At most `width` values, each the largest of an equal share of the series. */
function squeeze(values: readonly number[], width: number): readonly number[] {
  if (values.length <= width) return values;
  return Array.from({ length: width }, (_, cell) => {
    const from = Math.floor((cell * values.length) / width);
    const to = Math.max(from + 1, Math.floor(((cell + 1) * values.length) / width));
    let largest = Number.NaN;
    for (const value of values.slice(from, to)) if (!(value <= largest) && !Number.isNaN(value)) largest = value;
    return largest;
  });
}
