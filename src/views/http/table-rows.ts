/** Rows of a table as painted lines. Only the rows on the screen come here, and each is formatted once per layout. */
import type { Severity } from '../../domain/column.ts';
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
import type { Token } from '../../tui/theme.ts';
import type { Ui } from '../../tui/ui-context.tsx';
import type { SortBy } from './row-order.ts';

/** The columns of a width and everything painted in it. */
export interface TablePainter {
  readonly columns: readonly LaidOutColumn[];
  /** Headings with the sort arrow; the same array for the same sort. */
  headings(sort: SortBy): readonly TableColumn[];
  line(stored: StoredRow): string;
  selectedLine(stored: StoredRow, column: number | undefined): string;
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
  const columns = layoutColumns(table, { width: width - gutter, wide: options.wide });
  const plain: readonly TableColumn[] = columns.map(({ spec, width: cells, align, trim }) => {
    return { title: spec.title, width: cells, align, trim };
  });
  const lines = new WeakMap<StoredRow, string>();
  let heading: { sort: SortBy; columns: readonly TableColumn[] } | undefined;

  /** What is shown in a column: its own value, or, where it has none, that of the column that stands in for it. */
  const shownIn = ({ row }: StoredRow, column: LaidOutColumn) => {
    const { standIn } = column.spec;
    const other = standIn === undefined ? undefined : table.columns[standIn];
    const alone = other !== undefined && !columns.some(({ id }) => id === standIn);
    if (row[column.id] !== null || !alone || standIn === undefined) return { spec: column.spec, value: row[column.id] };
    return { spec: other, value: row[standIn] };
  };
  const cellOf = (stored: StoredRow, column: LaidOutColumn): TableCell => {
    const { spec, value } = shownIn(stored, column);
    const cells = column.width;
    const text = formatValue(spec, value, {
      width: cells,
      offsetMinutes: options.offsetMinutes,
      ascii: ui.glyphs.ascii,
    });
    return { text, token: tokenOf(spec.type, severityOf(spec, value)) };
  };
  const tableRow = (stored: StoredRow): TableRow => {
    const severity = worst(
      options.severityColumns.map((id) => {
        const spec = table.columns[id];
        return spec ? severityOf(spec, stored.row[id]) : 'none';
      }),
    );
    return {
      cells: columns.map((column) => cellOf(stored, column)),
      mark: severityMark(severity, { ascii: ui.glyphs.ascii }),
      token: severityTokens[severity],
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
    line(stored) {
      const known = lines.get(stored);
      if (known !== undefined) return known;
      const line = rowLine(plain, tableRow(stored), ui);
      lines.set(stored, line);
      return line;
    },
    selectedLine: (stored, column) => selectedLine(plain, tableRow(stored), column, width, ui),
  };
}

const severityTokens: Readonly<Record<Severity, Token>> = {
  none: 'text',
  ok: 'text',
  notice: 'muted',
  warn: 'warning',
  bad: 'error',
};

/** What a type looks like where its value is nothing special. */
const typeTokens: Partial<Record<string, Token>> = {
  time: 'muted',
  method: 'accent',
  endpoint: 'name',
  pod: 'name',
  protocol: 'muted',
  bytes: 'muted',
  id: 'muted',
  ip: 'muted',
  port: 'muted',
};

function tokenOf(type: string, severity: Severity): Token {
  if (severity === 'bad') return 'error';
  if (severity === 'warn') return 'warning';
  if (severity === 'ok') return 'ok';
  if (severity === 'notice') return 'info';
  return typeTokens[type] ?? 'text';
}

const ranks: readonly Severity[] = ['none', 'ok', 'notice', 'warn', 'bad'];

function worst(severities: readonly Severity[]): Severity {
  return ranks[Math.max(0, ...severities.map((severity) => ranks.indexOf(severity)))] ?? 'none';
}
