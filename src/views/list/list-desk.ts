/** One list under somebody's hands: what state it is in, which rows it shows, where the cursor is and how rows are painted. */
import type { StoredRow } from '../../store/store.ts';
import { grip, type Keys, type ListCursor, move, place } from '../../tui/list-cursor.ts';
import type { Area } from '../../tui/view.ts';
import type { TimeState } from '../time.ts';
import type { ViewContext } from '../view.ts';
import { createFilterField, type FilterField } from './list-field.ts';
import { createListRows, type ListRows } from './list-rows.ts';
import type { ListSpec } from './list-spec.ts';
import { growsAtEnd, inTime, type ListState } from './list-state.ts';
import { createTablePainter, type TablePainter } from './table-painter.ts';

/** How long an answer of the agents to a new query may take before "no row matches" is said. */
const askingMs = 1_500;

export interface ListDesk {
  readonly rows: ListRows;
  readonly field: FilterField;
  readonly state: ListState;
  set(next: ListState): void;
  area: Area;
  /** The filter as far as the person is done with it. */
  readonly settledFilter: string;
  shown(): readonly StoredRow[];
  keys(): Keys;
  /** Lines for rows: the heading takes one. */
  height(): number;
  current(): StoredRow | undefined;
  painter(): TablePainter;
  columnIds(): readonly string[];
  setCursor(cursor: ListCursor): void;
  moveCursor(delta: number): void;
  /** The cursor stays with its row from now on. */
  hold(): void;
  /** A new query is on its way to the agents. */
  ask(): void;
  readonly isAsking: boolean;
  goTo(time: TimeState): void;
}

export function createListDesk(context: ViewContext, spec: ListSpec, first: ListState): ListDesk {
  const { table } = spec;
  const rows = createListRows(context, spec);
  let state = first;
  let painter: TablePainter | undefined;
  let painterKey = '';
  // Whoever opens a list asks for its rows.
  let askedAt = rows.asksAgents ? context.now() : Number.NEGATIVE_INFINITY;
  let settledFilter = first.filterText;

  const desk: ListDesk = {
    rows,
    get state() {
      return state;
    },
    set(next) {
      state = next;
      context.changed();
    },
    field: createFilterField({
      table,
      rows,
      pods: () => context.snapshot().pods,
      state: () => state,
      set: (next) => desk.set(next),
      done(text) {
        if (text === settledFilter) return;
        settledFilter = text;
        desk.ask();
        context.changed();
      },
    }),
    area: { width: 80, height: 20 },
    get settledFilter() {
      return settledFilter;
    },
    shown: () => rows.shown(state),
    keys() {
      const list = desk.shown();
      return { length: list.length, keyAt: (index: number) => list[index]?.key ?? '' };
    },
    height: () => Math.max(1, desk.area.height - 1),
    current: () => desk.shown()[place(state.cursor, desk.keys(), desk.height()).index],
    painter() {
      const { width } = desk.area;
      const key = `${width} ${state.wide}`;
      if (!painter || key !== painterKey) {
        painterKey = key;
        painter = createTablePainter(table, {
          width,
          wide: state.wide,
          ui: context.ui,
          offsetMinutes: offsetAt(context.now()),
          severityColumns: spec.severityColumns,
        });
      }
      return painter;
    },
    columnIds: () => desk.painter().columns.map(({ id }) => id),
    setCursor: (cursor) => desk.set({ ...state, cursor }),
    moveCursor: (delta) =>
      desk.setCursor(move(state.cursor, desk.keys(), desk.height(), delta, growsAtEnd(state.sort, table.time))),
    hold: () => desk.setCursor(grip(state.cursor, desk.keys(), desk.height())),
    ask() {
      if (!rows.asksAgents) return;
      askedAt = context.now();
      // So that "no row matches" replaces "asking" even when nothing comes.
      setTimeout(context.changed, askingMs + 50).unref();
    },
    get isAsking() {
      return context.now() - askedAt < askingMs;
    },
    goTo(time) {
      rows.forget();
      desk.ask();
      desk.set(inTime(state, time));
    },
  };
  return desk;
}

/** Minutes east of UTC at a time. */
export function offsetAt(unixMs: number): number {
  return -new Date(unixMs).getTimezoneOffset();
}
