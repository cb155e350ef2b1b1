/** Table rows and the heading as finished strings. Only rows on the screen are ever formatted. */
import { type Align, cellWidth, cut, fit, type Trim } from './cells.ts';
import { plainText, type Span } from './styled-line.ts';
import type { Token } from './theme.ts';
import type { Ui } from './ui-context.tsx';

export interface TableColumn {
  readonly title: string;
  /** Cells; 0 = the column is not shown. */
  readonly width: number;
  readonly align: Align;
  readonly trim?: Trim;
  readonly sort?: 'ascending' | 'descending' | undefined;
}

/** Text of one cell, free of control characters, and what it means. */
export interface TableCell {
  readonly text: string;
  readonly token: Token;
  /** In the place of the text where it has several looks; exactly as wide as the column. */
  readonly spans?: readonly Span[] | undefined;
  /** One cell, in the gap behind the column; not shown behind the last. */
  readonly mark?: Span | undefined;
}

export interface TableRow {
  readonly cells: readonly TableCell[];
  /** One cell wide, so that a row's state shows without colour; ' ' = none. */
  readonly mark: string;
  readonly token: Token;
}

/** Cells before the first column: cursor and mark. */
export const gutter = 2;

/** The heading, with the sort arrow and the column the cursor is in. */
export function headLine(columns: readonly TableColumn[], current: number | undefined, ui: Ui): string {
  const titles = columns.map(({ title, width, align, sort }, i) => {
    const arrow = sort === undefined ? '' : sort === 'ascending' ? ui.glyphs.ascending : ui.glyphs.descending;
    // A title as wide as its column gives way: the arrow says more than its last letter.
    const text = cut(title, width - cellWidth(arrow), 'end', '') + arrow;
    return ui.theme.paint(i === current ? 'headActive' : 'head', fit(text, width, align, 'end', ''));
  });
  return ' '.repeat(gutter) + titles.join(' ');
}

/** One row as it looks when the cursor is elsewhere. Neighbours of one look are painted as one: fewer bytes on the line. */
export function rowLine(columns: readonly TableColumn[], row: TableRow, ui: Ui): string {
  const { theme } = ui;
  let line = ` ${theme.paint(row.token, row.mark)}`;
  let run = '';
  let token: Token = 'text';
  const add = (text: string, as: Token, gap: string) => {
    if (as === token) run += gap + text;
    else {
      line += theme.paint(token, run) + gap;
      run = text;
      token = as;
    }
  };
  for (let i = 0; i < columns.length; i += 1) {
    const cell = row.cells[i];
    const column = columns[i];
    if (!cell || !column) continue;
    const before = i === 0 ? undefined : row.cells[i - 1]?.mark;
    if (before) add(before.text, before.token, '');
    let gap = i === 0 || before ? '' : ' ';
    for (const span of cell.spans ?? [{ text: fitCell(cell, column, ui), token: cell.token }]) {
      add(span.text, span.token, gap);
      gap = '';
    }
  }
  return line + theme.paint(token, run);
}

/** The row under the cursor: one bar in the row's colour, a mark for terminals without one, the current cell apart. */
export function selectedLine(
  columns: readonly TableColumn[],
  row: TableRow,
  current: number | undefined,
  width: number,
  ui: Ui,
): string {
  const { theme } = ui;
  const texts = columns.map((column, i) => fitCell(row.cells[i] ?? { text: '', token: 'text' }, column, ui));
  /** Columns from one to another with the gaps between them. */
  const join = (from: number, to: number) =>
    texts
      .slice(from, to)
      .map((text, i) => text + (from + i + 1 < texts.length ? (row.cells[from + i]?.mark?.text ?? ' ') : ''))
      .join('');
  const lead = `>${row.mark}`;
  if (current === undefined) {
    return theme.paintSelected(row.token, fit(lead + join(0, texts.length), width, 'left', 'end', ''));
  }
  const before = lead + join(0, current);
  const cell = texts[current] ?? '';
  const gap = current + 1 < texts.length ? (row.cells[current]?.mark?.text ?? ' ') : '';
  const after = gap + join(current + 1, texts.length);
  const taken = cellWidth(before) + cellWidth(cell) + cellWidth(after);
  return (
    theme.paintSelected(row.token, before) +
    theme.paint('selectedCell', cell) +
    theme.paintSelected(row.token, after + ' '.repeat(Math.max(0, width - taken)))
  );
}

function fitCell(cell: TableCell, column: TableColumn, ui: Ui): string {
  if (cell.spans) return plainText(cell.spans);
  return fit(cell.text, column.width, column.align, column.trim ?? 'end', ui.glyphs.ellipsis);
}
