/** Which rows of a longer text are on the screen, for its title; nothing where all of it is. */
import { type StyledLine, span } from '../tui/styled-line.ts';

export function positionOf(top: number, height: number, length: number): StyledLine {
  if (length <= height) return [];
  return [span(` ${top + 1}-${Math.min(top + height, length)} of ${length}`, 'titleCount')];
}
