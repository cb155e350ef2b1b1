/** Table rows and the heading as finished strings. Only rows on the screen are ever formatted. */
import { type Align, cellWidth, cut, fit, type Trim } from './cells.ts';
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
  for (let i = 0; i < columns.length; i += 1) {
    const cell = row.cells[i];
    const column = columns[i];
    if (!cell || !column) continue;
    const text = fitCell(cell, column, ui);
    if (cell.token === token) {
      run += i === 0 ? text : ` ${text}`;
    } else {
      line += theme.paint(token, run) + (i === 0 ? '' : ' ');
      run = text;
      token = cell.token;
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
  const before = `>${row.mark}${texts
    .slice(0, current ?? texts.length)
    .map((text, i) => (i === 0 ? text : ` ${text}`))
    .join('')}`;
  if (current === undefined) return theme.paintSelected(row.token, fit(before, width, 'left', 'end', ''));
  const after = texts
    .slice(current + 1)
    .map((text) => ` ${text}`)
    .join('');
  const taken = before.length + (texts[current]?.length ?? 0) + after.length;
  const lead = current === 0 ? before : `${before} `;
  return (
    theme.paintSelected(row.token, lead) +
    theme.paint('selectedCell', texts[current] ?? '') +
    theme.paintSelected(row.token, after + ' '.repeat(Math.max(0, width - taken - (current === 0 ? 0 : 1))))
  );
}

function fitCell(cell: TableCell, column: TableColumn, ui: Ui): string {
  return fit(cell.text, column.width, column.align, column.trim ?? 'end', ui.glyphs.ellipsis);
}
