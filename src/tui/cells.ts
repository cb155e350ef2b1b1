/** Text measured in terminal cells: how wide it is, and how it is made to fit. */
import stringWidth from 'string-width';
import { isAllOneCell } from './narrow.ts';

const segmenter = new Intl.Segmenter();
/** Widths of the other strings met last; measuring is the dearest part of painting them. */
const widths = new Map<string, number>();
const widthsKept = 4096;

export type Align = 'left' | 'right';
/** Which part of a text is given up when it is too long. */
export type Trim = 'end' | 'middle' | 'start';

/** Cells a text takes. The text must hold no control characters. */
export function cellWidth(text: string): number {
  if (isAllOneCell(text)) return text.length;
  const known = widths.get(text);
  if (known !== undefined) return known;
  if (widths.size >= widthsKept) widths.clear();
  const width = stringWidth(text);
  widths.set(text, width);
  return width;
}

/** The text in exactly `width` cells: padded, or cut with an ellipsis where it is too long. */
export function fit(text: string, width: number, align: Align = 'left', trim: Trim = 'end', ellipsis = '…'): string {
  if (width <= 0) return '';
  const taken = cellWidth(text);
  const short = taken <= width ? text : cut(text, width, trim, ellipsis);
  const padding = ' '.repeat(Math.max(0, width - (taken <= width ? taken : cellWidth(short))));
  return align === 'left' ? short + padding : padding + short;
}

/** The text in at most `width` cells, with an ellipsis where something was left out. */
export function cut(text: string, width: number, trim: Trim = 'end', ellipsis = '…'): string {
  if (cellWidth(text) <= width) return text;
  const room = width - cellWidth(ellipsis);
  if (room <= 0) return takeStart(text, width);
  if (trim === 'end') return takeStart(text, room) + ellipsis;
  if (trim === 'start') return ellipsis + takeEnd(text, room);
  const head = Math.floor(room / 2);
  return takeStart(text, head) + ellipsis + takeEnd(text, room - head);
}

/** The longest beginning of the text that takes at most `width` cells; no character is cut in two. */
export function takeStart(text: string, width: number): string {
  if (isAllOneCell(text)) return text.slice(0, Math.max(0, width));
  let taken = '';
  let room = width;
  for (const { segment } of segmenter.segment(text)) {
    const cells = cellWidth(segment);
    if (cells > room) break;
    taken += segment;
    room -= cells;
  }
  return taken;
}

function takeEnd(text: string, width: number): string {
  if (isAllOneCell(text)) return width > 0 ? text.slice(-width) : '';
  let taken = '';
  let room = width;
  for (const { segment } of [...segmenter.segment(text)].reverse()) {
    const cells = cellWidth(segment);
    if (cells > room) break;
    taken = segment + taken;
    room -= cells;
  }
  return taken;
}
