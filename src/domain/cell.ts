/** Text cut or padded to an exact number of cells. */
import type { Align, Trim } from './format/align.ts';

/** Cells a text takes. The default counts code points; a terminal's own measure can be handed in. */
export type CellWidth = (text: string) => number;

export const codePointWidth: CellWidth = (text) => {
  let width = 0;
  for (const _ of text) width += 1;
  return width;
};

export interface FitOptions {
  readonly align?: Align;
  /** Which part goes when it is too long. */
  readonly trim?: Trim;
  readonly ascii?: boolean | undefined;
  readonly widthOf?: CellWidth;
}

/** The text in exactly `width` cells; an ellipsis (`~` in ASCII) stands for what was cut. */
export function fitCell(text: string, width: number, options: FitOptions = {}): string {
  const widthOf = options.widthOf ?? codePointWidth;
  if (width <= 0) return '';
  const short = widthOf(text) <= width ? text : cut(text, width, options, widthOf);
  const padding = ' '.repeat(Math.max(0, width - widthOf(short)));
  return options.align === 'right' ? padding + short : short + padding;
}

/** A line broken into pieces of at most `width` cells (a character wider than that stands alone); at least one piece. */
export function wrapLine(line: string, width: number, widthOf: CellWidth = codePointWidth): string[] {
  if (width <= 0 || widthOf(line) <= width) return [line];
  const pieces: string[] = [];
  let piece = '';
  let taken = 0;
  for (const char of line) {
    const cells = widthOf(char);
    if (taken + cells > width && piece !== '') {
      pieces.push(piece);
      piece = '';
      taken = 0;
    }
    piece += char;
    taken += cells;
  }
  pieces.push(piece);
  return pieces;
}

function cut(text: string, width: number, { trim = 'end', ascii }: FitOptions, widthOf: CellWidth): string {
  const ellipsis = ascii ? '~' : '…';
  const room = width - 1;
  const chars = [...text];
  const tail = trim === 'start' ? room : trim === 'middle' ? Math.ceil(room / 2) : 0;
  const behind = take(chars.toReversed(), tail, widthOf).toReversed().join('');
  const before = take(chars, room - widthOf(behind), widthOf).join('');
  if (trim === 'start') return ellipsis + behind;
  return before + ellipsis + behind;
}

function take(chars: readonly string[], width: number, widthOf: CellWidth): string[] {
  const taken: string[] = [];
  let left = width;
  for (const char of chars) {
    left -= widthOf(char);
    if (left < 0) break;
    taken.push(char);
  }
  return taken;
}
