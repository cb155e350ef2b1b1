/** Rows of a table as painted lines. Only the rows on the screen come here, and each is formatted once per layout. */
import { type ColumnSpec, isSeries, type Severity, type Value } from '../../domain/column.ts';
import { formatValue, severityMark, severityOf } from '../../domain/format/index.ts';
import { type LaidOutColumn, layoutColumns } from '../../domain/layout.ts';
import type { Table } from '../../domain/table.ts';
import type { StoredRow } from '../../store/store.ts';
import {
  gutter,
  rowLine,
  selectedLine,
  type TableCell,
  type TableColumn,
  type TableRow,
} from '../../tui/table-line.ts';
import type { Ui } from '../../tui/ui-context.tsx';
import { ambiguousIn } from './ambiguous.ts';
import { cellToken, moveToken, rowToken } from './cell-token.ts';
import type { Marks } from './deltas.ts';
import type { SortBy } from './row-order.ts';
import { seriesSpans } from './series-cell.ts';

/** The columns of a width and everything painted in it. */
export interface TablePainter {
  readonly columns: readonly LaidOutColumn[];
  /** Headings with the sort arrow; the same array for the same sort. */
  headings(sort: SortBy): readonly TableColumn[];
  /** What is on the screen together: decides how names are shortened. To be told before lines are asked for. */
  together(rows: readonly StoredRow[]): void;
  line(stored: StoredRow, marks?: Marks): string;
  selectedLine(stored: StoredRow, column: number | undefined, marks?: Marks): string;
}

export interface PainterOptions {
  readonly width: number;
  readonly wide: boolean;
  readonly ui: Ui;
  /** Minutes east of UTC. */
  readonly offsetMinutes: number;
  /** Columns whose severity is the row's. */
  readonly severityColumns: readonly string[];
}

export function createTablePainter(table: Table, options: PainterOptions): TablePainter {
  const { ui, width } = options;
  const { ascii } = ui.glyphs;
  const columns = layoutColumns(table, { width: width - gutter, wide: options.wide });
  const plain: readonly TableColumn[] = columns.map(({ spec, width: cells, align, trim }) => {
    return { title: spec.title, width: cells, align, trim };
  });
  let lines = new WeakMap<StoredRow, string>();
  let ambiguous: ReadonlySet<string> = new Set();
  let ambiguousKey = '';
  let heading: { sort: SortBy; columns: readonly TableColumn[] } | undefined;

  /** What is shown in a column: its own value, or, where it has none, that of the column that stands in for it. */
  const shownIn = ({ row }: StoredRow, column: LaidOutColumn): { spec: ColumnSpec; value: Value | undefined } => {
    const { standIn } = column.spec;
    const other = standIn === undefined ? undefined : table.columns[standIn];
    const alone = other !== undefined && !columns.some(({ id }) => id === standIn);
    if (row[column.id] !== null || !alone || standIn === undefined) return { spec: column.spec, value: row[column.id] };
    return { spec: other, value: row[standIn] };
  };
  const markOf = (column: LaidOutColumn, marks: Marks | undefined): TableCell['mark'] => {
    const move = marks?.get(column.id);
    if (move === undefined) return undefined;
    return { text: move > 0 ? ui.glyphs.ascending : ui.glyphs.descending, token: moveToken(column.spec, move) };
  };
  const cellOf = (stored: StoredRow, column: LaidOutColumn, marks: Marks | undefined): TableCell => {
    const { spec, value } = shownIn(stored, column);
    const cells = column.width;
    if (spec.type === 'series' && Array.isArray(value) && isSeries(value)) {
      return { text: '', token: 'text', spans: seriesSpans(spec, value, cells, ascii) };
    }
    const text = formatValue(spec, value, { width: cells, offsetMinutes: options.offsetMinutes, ascii, ambiguous });
    return { text, token: cellToken(spec, value), mark: markOf(column, marks) };
  };
  const tableRow = (stored: StoredRow, marks: Marks | undefined): TableRow => {
    const severity = worst(
      options.severityColumns.map((id) => {
        const spec = table.columns[id];
        return spec ? severityOf(spec, stored.row[id]) : 'none';
      }),
    );
    return {
      cells: columns.map((column) => cellOf(stored, column, marks)),
      mark: severityMark(severity, { ascii }),
      token: rowToken(severity),
    };
  };

  return {
    columns,
    headings(sort) {
      if (heading?.sort !== sort) {
        const arrow = (id: string) => (id === sort.column ? sort.direction : undefined);
        heading = { sort, columns: plain.map((column, i) => ({ ...column, sort: arrow(columns[i]?.id ?? '') })) };
      }
      return heading.columns;
    },
    together(rows) {
      ambiguous = ambiguousIn(columns, rows);
      const key = [...ambiguous].sort().join(' ');
      if (key !== ambiguousKey) lines = new WeakMap();
      ambiguousKey = key;
    },
    line(stored, marks) {
      // Marks are gone with the next news: a line that bears any is not for keeping.
      if (marks) return rowLine(plain, tableRow(stored, marks), ui);
      const known = lines.get(stored);
      if (known !== undefined) return known;
      const line = rowLine(plain, tableRow(stored, undefined), ui);
      lines.set(stored, line);
      return line;
    },
    selectedLine: (stored, column, marks) => selectedLine(plain, tableRow(stored, marks), column, width, ui),
  };
}

const ranks: readonly Severity[] = ['none', 'ok', 'notice', 'warn', 'bad'];

function worst(severities: readonly Severity[]): Severity {
  return ranks[Math.max(0, ...severities.map((severity) => ranks.indexOf(severity)))] ?? 'none';
}
