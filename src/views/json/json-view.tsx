/** One row as the JSON that `get -o json` would print. Opened with y. */
import type { Row } from '../../domain/column.ts';
import { jsonLine, toJson } from '../../domain/output/index.ts';
import { sanitizeJson, sanitizeLine } from '../../domain/sanitize.ts';
import type { Table } from '../../domain/table.ts';
import type { StoredRow } from '../../store/store.ts';
import { type StyledLine, span } from '../../tui/styled-line.ts';
import type { Action } from '../../tui/view.ts';
import { errorText } from '../error-text.ts';
import { jsonSpans } from '../json-spans.ts';
import { createTextView } from '../text-view.tsx';
import type { View, ViewContext } from '../view.ts';

export function createJsonView(context: ViewContext, table: Table, { agent, row }: StoredRow): View {
  const id = String(row[table.key]);
  let whole: Row | undefined;
  let lines: readonly StyledLine[] = [[span(' loading …', 'muted')]];
  const show = (given: Row) => {
    whole = given;
    lines = jsonLines(table, given);
  };
  const load = () =>
    context.ports.fetchRow(agent, table.id, id).then(
      (fetched) => {
        show(fetched);
        context.changed();
      },
      (error: unknown) => {
        lines = [[span(` No headers or bodies: ${errorText(error)}`, 'warning')], [], ...jsonLines(table, row)];
        context.changed();
      },
    );
  // Without headers and bodies there is nothing to fetch: all of the row is here.
  if (table.columnIds.some((column) => table.columns[column]?.payload)) void load();
  else show(row);
  const actions = (): readonly Action[] => [
    {
      id: 'json.copy',
      title: 'copy the JSON',
      keys: ['c', 'y'],
      group: 'json',
      hint: true,
      disabled: whole ? undefined : 'still loading, or gone',
      run: () => whole && context.copy(jsonLine(table, whole), 'JSON'),
    },
  ];
  return createTextView(context, {
    id: 'json',
    crumb: 'json',
    heading: () => [span('json', 'title'), span('('), span(sanitizeLine(id), 'titleScope'), span(')')],
    lines: () => lines,
    actions,
  });
}

function jsonLines(table: Table, row: Row): readonly StyledLine[] {
  const text = JSON.stringify(toJson(table, row), undefined, 2);
  return text.split('\n').map((line) => [span(' '), ...jsonSpans(sanitizeJson(line))]);
}
