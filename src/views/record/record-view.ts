/** The view of one row, made from a declaration. */
import type { Row } from '../../domain/column.ts';
import { jsonLine } from '../../domain/output/index.ts';
import type { PodFacts } from '../../domain/pods/pod-facts.ts';
import { sanitizeLine } from '../../domain/sanitize.ts';
import type { Table } from '../../domain/table.ts';
import type { StoredRow } from '../../store/store.ts';
import { plainText, type StyledLine, span } from '../../tui/styled-line.ts';
import type { Ui } from '../../tui/ui-context.tsx';
import type { Action } from '../../tui/view.ts';
import { endLines } from '../pod-lines.ts';
import { createTextView } from '../text-view.tsx';
import type { Neighbour, RowViewSpec, View, ViewContext } from '../view.ts';
import { valueLines } from './value-lines.ts';

export interface RecordSpec<T extends Table = Table> {
  readonly table: T;
  /** What one row is: "query", "connection". */
  readonly name: string;
  /** What happened, in sentences; [] where the values say it all. */
  describe(row: Row, ui: Ui): readonly StyledLine[];
  /** Where one can go from it; undefined as filter = not from this row. */
  readonly ways: readonly {
    readonly key: string;
    readonly title: string;
    readonly viewId: string;
    filterOf(row: Row): string | undefined;
  }[];
}

export function recordView(spec: RecordSpec): RowViewSpec {
  return { table: spec.table.id, create: (context, row, neighbour) => createRecordView(context, spec, row, neighbour) };
}

function createRecordView(context: ViewContext, spec: RecordSpec, first: StoredRow, neighbour: Neighbour): View {
  const { table, name } = spec;
  let stored = first;
  let seenRows: readonly StoredRow[] | undefined;
  let laidOut: { stored: StoredRow; width: number; podChanges: number; lines: readonly StyledLine[] } | undefined;

  /** The row goes on while one looks at it: a connection, a question not yet answered. */
  const refresh = () => {
    const { rows } = context.snapshot().table(table.id);
    if (rows === seenRows) return;
    seenRows = rows;
    stored = rows.findLast(({ key }) => key === stored.key) ?? stored;
  };
  const lines = (width: number): readonly StyledLine[] => {
    refresh();
    const { pods } = context.snapshot();
    const isSame = laidOut?.stored === stored && laidOut.width === width && laidOut.podChanges === pods.changes;
    if (!laidOut || !isSame) {
      const sentences = spec.describe(stored.row, context.ui);
      const head = sentences.length === 0 ? [] : [...sentences.map((line) => [span(' '), ...line]), []];
      const values = valueLines(table, stored.row, width, context.ui);
      const ends = endsOf(stored.row, pods, width, context.ui);
      laidOut = { stored, width, podChanges: pods.changes, lines: [...head, ...values, ...ends] };
    }
    return laidOut.lines;
  };
  const step = (steps: number) => {
    const next = neighbour(steps);
    if (!next || next.key === stored.key) {
      return context.flash('info', steps > 0 ? 'this is the last' : 'this is the first');
    }
    stored = next;
    view.text.toStart();
  };
  const ways = (): readonly Action[] =>
    spec.ways
      .filter(({ viewId }) => context.specs.some(({ id }) => id === viewId))
      .map(({ key, title, viewId, filterOf }, i) => {
        const filter = filterOf(stored.row);
        return {
          id: `${name}.${viewId}`,
          title,
          keys: i === 0 ? [key, 'enter'] : [key],
          group: name,
          hint: true,
          disabled: filter === undefined ? 'nothing to go by in this row' : undefined,
          run: () => filter !== undefined && context.drill(viewId, { filter, about: filter }),
        };
      });
  const actions = (): readonly Action[] => [
    ...ways(),
    { id: `${name}.next`, title: 'next', keys: [']', 'shift+j'], group: name, hint: true, run: () => step(1) },
    { id: `${name}.previous`, title: 'previous', keys: ['[', 'shift+k'], group: name, hint: true, run: () => step(-1) },
    {
      id: `${name}.copy`,
      title: 'copy as text',
      keys: ['c'],
      group: name,
      run: () => context.copy(lines(100).map(plainText).join('\n'), name),
    },
    {
      id: `${name}.copy.json`,
      title: 'copy as JSON',
      keys: ['shift+c'],
      group: name,
      run: () => context.copy(jsonLine(table, stored.row), 'JSON'),
    },
    {
      id: `${name}.json`,
      title: 'as JSON',
      keys: ['y'],
      group: name,
      hint: true,
      run: () => context.openJson(table, stored),
    },
  ];
  const view = createTextView(context, {
    id: name,
    crumb: name,
    heading: () => headingOf(name, stored.row),
    lines,
    actions,
  });
  return { ...view, saving: () => ({ table, rows: [stored.row] }) };
}

function headingOf(name: string, { source, destination, pod }: Row): StyledLine {
  const text = (value: unknown) => sanitizeLine(typeof value === 'string' ? value : '');
  const ends = [text(source), text(destination)].filter(Boolean);
  const about = ends.length > 0 ? ends.join(' > ') : text(pod);
  return [span(name, 'title'), ...(about === '' ? [] : [span('('), span(about, 'titleScope'), span(')')])];
}

const endLabelWidth = 20;

/** Whose both ends are, below what the row says itself. */
function endsOf(row: Row, pods: PodFacts, width: number, { glyphs }: Ui): readonly StyledLine[] {
  const lines = endLines(row, pods, width - endLabelWidth - 2, glyphs.ascii);
  if (lines.length === 0) return [];
  return [
    [],
    ...lines.map(({ label, value }): StyledLine => [span(` ${label.padEnd(endLabelWidth)}`, 'label'), span(value)]),
  ];
}
