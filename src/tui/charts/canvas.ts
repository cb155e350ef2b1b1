/** A grid of cells to draw on, each with a meaning, read off as styled lines. Everything drawn is one cell wide. */
import type { Span, StyledLine } from '../styled-line.ts';
import type { Token } from '../theme.ts';

export interface Canvas {
  readonly width: number;
  readonly height: number;
  /** Draws one character; outside of the canvas nothing happens. */
  put(x: number, y: number, character: string, token?: Token): void;
  /** Draws a text from `x` to the right, one cell a character; what does not fit is left out. */
  write(x: number, y: number, text: string, token?: Token): void;
  /** What stands there; a space where nothing was drawn. */
  at(x: number, y: number): string;
  /** Gives a cell another look; what stands there stays. */
  mark(x: number, y: number, token: Token): void;
  /** From the top down; blanks at the ends of lines are kept. */
  lines(): readonly StyledLine[];
}

interface Cell {
  readonly character: string;
  readonly token: Token;
}

const blank: Cell = { character: ' ', token: 'text' };

export function createCanvas(width: number, height: number): Canvas {
  const columns = Math.max(0, Math.floor(width));
  const rows = Array.from({ length: Math.max(0, Math.floor(height)) }, () => Array<Cell>(columns).fill(blank));
  const set = (x: number, y: number, cell: Cell) => {
    const row = rows[y];
    if (row && x >= 0 && x < columns) row[x] = cell;
  };
  const at = (x: number, y: number) => rows[y]?.[x] ?? blank;
  return {
    width: columns,
    height: rows.length,
    put: (x, y, character, token = 'text') => set(x, y, { character, token }),
    write(x, y, text, token = 'text') {
      for (const [i, character] of [...text].entries()) set(x + i, y, { character, token });
    },
    at: (x, y) => at(x, y).character,
    mark: (x, y, token) => set(x, y, { ...at(x, y), token }),
    lines: () => rows.map(lineOf),
  };
}

/** Neighbours of one meaning become one span. */
function lineOf(row: readonly Cell[]): StyledLine {
  const spans: Span[] = [];
  let text = '';
  let token: Token = 'text';
  for (const cell of row) {
    if (cell.token !== token && text !== '') {
      spans.push({ text, token });
      text = '';
    }
    token = cell.token;
    text += cell.character;
  }
  if (text !== '') spans.push({ text, token });
  return spans;
}
