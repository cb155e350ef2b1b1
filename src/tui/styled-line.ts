/** Lines of text with meaning attached, so that they can be wrapped, searched and painted without parsing escapes. */
import { cellWidth, takeStart } from './cells.ts';
import type { Theme, Token } from './theme.ts';

/** Text of one meaning. Holds no control characters. */
export interface Span {
  readonly text: string;
  readonly token: Token;
}

export type StyledLine = readonly Span[];

/** Shorthand for one span. */
export function span(text: string, token: Token = 'text'): Span {
  return { text, token };
}

/** The line without its meaning. */
export function plainText(line: StyledLine): string {
  return line.map(({ text }) => text).join('');
}

/** The line with its looks, for `<Text>`. */
export function paintLine(line: StyledLine, theme: Theme): string {
  return line.map(({ text, token }) => theme.paint(token, text)).join('');
}

/** The line broken into pieces of at most `width` cells; an empty line stays one piece. */
export function wrapLine(line: StyledLine, width: number): readonly StyledLine[] {
  if (width <= 0 || cellWidth(plainText(line)) <= width) return [line];
  const pieces: Span[][] = [];
  let piece: Span[] = [];
  let room = width;
  for (const { text, token } of line) {
    let rest = text;
    while (rest !== '') {
      const head = takeStart(rest, room);
      if (head === '') {
        // Not even one character fits what is left; a character wider than the whole line is left out.
        if (room === width) break;
      } else {
        piece.push({ text: head, token });
        rest = rest.slice(head.length);
        room -= cellWidth(head);
      }
      if (rest === '') break;
      pieces.push(piece);
      piece = [];
      room = width;
    }
  }
  if (piece.length > 0) pieces.push(piece);
  return pieces;
}

/** The part of the line from cell `left`, at most `width` cells. */
export function cropLine(line: StyledLine, left: number, width: number): StyledLine {
  const cropped: Span[] = [];
  let skip = left;
  let room = width;
  for (const { text, token } of line) {
    const skipped = skip > 0 ? takeStart(text, skip) : '';
    skip -= cellWidth(skipped);
    const kept = takeStart(text.slice(skipped.length), room);
    room -= cellWidth(kept);
    if (kept !== '') cropped.push({ text: kept, token });
    if (room <= 0) break;
  }
  return cropped;
}

/** A stretch of a line's plain text, in characters. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly token: Token;
}

/** The line with stretches (in order, apart from each other) painted in their own token. */
export function highlight(line: StyledLine, stretches: readonly Stretch[]): StyledLine {
  if (stretches.length === 0) return line;
  const marked: Span[] = [];
  let offset = 0;
  for (const { text, token } of line) {
    let at = 0;
    for (const { from, to, token: over } of stretches) {
      const start = Math.max(at, Math.min(text.length, from - offset));
      const end = Math.max(start, Math.min(text.length, to - offset));
      if (start > at) marked.push({ text: text.slice(at, start), token });
      if (end > start) marked.push({ text: text.slice(start, end), token: over });
      at = end;
    }
    if (at < text.length) marked.push({ text: text.slice(at), token });
    offset += text.length;
  }
  return marked;
}
