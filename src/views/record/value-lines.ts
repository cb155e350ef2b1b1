/** Every value of a row under its column's name, with what the column means beside it where there is room. */
import type { ColumnSpec, Row } from '../../domain/column.ts';
import { formatTimestamp, formatValue, severityOf } from '../../domain/format/index.ts';
import type { Table } from '../../domain/table.ts';
import { cellWidth } from '../../tui/cells.ts';
import { type StyledLine, span } from '../../tui/styled-line.ts';
import type { Token } from '../../tui/theme.ts';
import type { Ui } from '../../tui/ui-context.tsx';
import { wrapWords } from '../wrap-words.ts';

const tokens: Readonly<Record<ReturnType<typeof severityOf>, Token>> = {
  none: 'text',
  ok: 'ok',
  notice: 'info',
  warn: 'warning',
  bad: 'error',
};
/** Narrower screens have the values alone. */
const docsFrom = 110;
const valueWidth = 44;

/** Values first, in the order of the table; columns without one last, in a line of their own. */
export function valueLines(table: Table, row: Row, width: number, ui: Ui): readonly StyledLine[] {
  const present = table.columnIds.filter((id) => !isNothing(row[id]));
  const absent = table.columnIds.filter((id) => isNothing(row[id]));
  const labelWidth = Math.max(...table.columnIds.map((id) => id.length)) + 2;
  const lines = present.flatMap((id): StyledLine[] => {
    const spec = table.columns[id];
    if (!spec || spec.type === 'sketch') return [];
    const value = textOf(spec, row, id, ui);
    const hasRoom = width >= docsFrom && cellWidth(value) < valueWidth;
    const before = 1 + labelWidth + valueWidth;
    const [doc = '', ...more] = hasRoom ? wrapWords(spec.doc, width - before - 1) : [];
    return [
      [
        span(` ${id.padEnd(labelWidth)}`, 'label'),
        span(value, tokens[severityOf(spec, row[id])]),
        span(doc === '' ? '' : ' '.repeat(valueWidth - cellWidth(value)) + doc, 'muted'),
      ],
      ...more.map((words): StyledLine => [span(' '.repeat(before) + words, 'muted')]),
    ];
  });
  if (absent.length === 0) return lines;
  return [...lines, [], [span(` not known or none: ${absent.join(', ')}`, 'muted')]];
}

function isNothing(value: unknown): boolean {
  return value === null || value === undefined || value === '';
}

/** A time in full, in the reader's own zone; the rest as in tables. */
function textOf(spec: ColumnSpec, row: Row, id: string, ui: Ui): string {
  const value = row[id];
  if (typeof value === 'bigint') {
    return formatTimestamp(value, -new Date(Number(value / 1_000_000n)).getTimezoneOffset());
  }
  return formatValue(spec, value, { ascii: ui.glyphs.ascii });
}
