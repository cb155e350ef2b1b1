/** The view of any list: rows that come and change by themselves under the hands of a person. Each list is a declaration (list-spec.ts). */
import { parseFilter } from '../../domain/filter/parse.ts';
import { addTerm, termFor } from '../../domain/filter/write.ts';
import { formatValue } from '../../domain/format/index.ts';
import type { StoredRow } from '../../store/store.ts';
import { followStart, grip, type ListCursor, move, moveTo, place } from '../../tui/list-cursor.ts';
import { plainText, type StyledLine, span } from '../../tui/styled-line.ts';
import { Table } from '../../tui/table.tsx';
import type { Area } from '../../tui/view.ts';
import { leftOutOf } from '../losses.ts';
import { Message } from '../message.tsx';
import { liveTime, stepTime, type TimeState, timeLabel, togglePause } from '../time.ts';
import type { Opening, View, ViewContext, ViewScreen } from '../view.ts';
import { emptyLines } from './empty.ts';
import { headingOf } from './heading.ts';
import { type ListMoves, listActions } from './list-actions.ts';
import { createFilterField } from './list-field.ts';
import { createListRows } from './list-rows.ts';
import { drill, type ListSpec, type ListTools } from './list-spec.ts';
import {
  following,
  growsAtEnd,
  initialState,
  inTime,
  type ListState,
  newSincePause,
  sortedBy,
  stepColumn,
} from './list-state.ts';
import { createRiseWatch } from './rise-watch.ts';
import { nextSide } from './sides.ts';
import { createTablePainter, type TablePainter } from './table-painter.ts';

/** How long an answer of the agents to a new query may take before "no row matches" is said. */
const askingMs = 1_500;

export function createListView(context: ViewContext, spec: ListSpec, opening: Opening = {}): View {
  const { ui } = context;
  const { table } = spec;
  const rows = createListRows(context, spec);
  const firstFilter = opening.filter ?? spec.filter ?? '';
  let state: ListState = filteredFromStart(
    table,
    { ...initialState(spec.sort, table.time, opening.time ?? liveTime), side: spec.sides?.first ?? 'both' },
    firstFilter,
  );
  let area: Area = { width: 80, height: 20 };
  let painter: TablePainter | undefined;
  let painterKey = '';
  let askedAt = Number.NEGATIVE_INFINITY;
  /** The filter as far as the person is done with it. */
  let settledFilter = state.filterText;
  const isSampled = createRiseWatch(() => leftOutOf(context.snapshot().losses));

  const set = (next: ListState) => {
    state = next;
    context.changed();
  };
  const shown = (): readonly StoredRow[] => rows.shown(state);
  const keys = () => {
    const list = shown();
    return { length: list.length, keyAt: (index: number) => list[index]?.key ?? '' };
  };
  /** Lines for rows: the heading takes one. */
  const height = () => Math.max(1, area.height - 1);
  const current = (): StoredRow | undefined => shown()[place(state.cursor, keys(), height()).index];
  const paint = (): TablePainter => {
    const key = `${area.width} ${state.wide}`;
    if (!painter || key !== painterKey) {
      painterKey = key;
      painter = createTablePainter(table, {
        width: area.width,
        wide: state.wide,
        ui,
        offsetMinutes: offsetAt(context.now()),
        severityColumns: spec.severityColumns,
      });
    }
    return painter;
  };
  const columnIds = () => paint().columns.map(({ id }) => id);
  const setCursor = (cursor: ListCursor) => set({ ...state, cursor });
  const moveCursor = (delta: number) =>
    setCursor(move(state.cursor, keys(), height(), delta, growsAtEnd(state.sort, table.time)));
  const hold = () => setCursor(grip(state.cursor, keys(), height()));
  const ask = () => {
    if (!rows.asksAgents) return;
    askedAt = context.now();
    // So that "no row matches" replaces "asking" even when nothing comes.
    setTimeout(context.changed, askingMs + 50).unref();
  };
  const field = createFilterField({
    table,
    rows,
    state: () => state,
    set,
    done(text) {
      if (text === settledFilter) return;
      settledFilter = text;
      ask();
      context.changed();
    },
  });
  const goTo = (time: TimeState) => {
    rows.forget();
    ask();
    set(inTime(state, time));
  };
  const tools: ListTools = {
    context,
    time: () => state.time,
    current,
    neighbour: (step) => {
      moveCursor(step);
      hold();
      return current();
    },
    grip: hold,
    get noRow() {
      return shown().length === 0 ? 'no row here' : undefined;
    },
  };
  const withCurrent = (run: (stored: StoredRow) => void) => {
    const stored = current();
    if (stored) run(stored);
  };

  const moves: ListMoves = {
    moveRows: moveCursor,
    movePage: (pages) => moveCursor(pages * Math.max(1, height() - 1)),
    toStart: () =>
      setCursor(growsAtEnd(state.sort, table.time) ? moveTo(state.cursor, keys(), height(), 0) : followStart),
    toNewest: () => {
      if (state.time.kind === 'live') set(following(state, table.time));
      else {
        goTo({ ...state.time, kind: 'live' });
        set(following(state, table.time));
      }
    },
    moveColumn: (step) => set(stepColumn(state, columnIds(), step)),
    open: () =>
      withCurrent((stored) => {
        hold();
        spec.open.run(tools, stored);
      }),
    describe: () =>
      withCurrent((stored) => {
        hold();
        spec.describe?.run(tools, stored);
      }),
    pause: () => {
      const time = togglePause(state.time, context.snapshot());
      if (time.kind === 'live' && !state.frozen) goTo(time);
      else
        set({ ...inTime(state, time), frozen: time.kind === 'paused' ? rows.freeze(state, settledFilter) : undefined });
    },
    stepTime: (steps) => {
      const time = stepTime(state.time, context.snapshot(), steps);
      if (time.kind === state.time.kind && time.at === state.time.at) {
        context.flash('info', steps < 0 ? 'nothing older is held' : 'this is now');
      } else goTo(time);
    },
    toggleFailures: () => {
      ask();
      set({ ...state, failuresOnly: !state.failuresOnly });
    },
    turnSide: () => set({ ...state, side: nextSide(state.side) }),
    toggleWide: () => {
      const before = columnIds().join();
      set({ ...state, wide: !state.wide });
      if (columnIds().join() === before) context.flash('info', 'no room for more columns: a wider terminal shows them');
    },
    sort: (column, first) => set(sortedBy(state, column, first, table.time)),
    sortCurrent: () =>
      state.column !== undefined && set(sortedBy(state, state.column, firstOf(spec, state.column), table.time)),
    filterToValue: (exclude) =>
      withCurrent((stored) => {
        if (state.column === undefined) return;
        const term = termFor(table, state.column, stored.row[state.column], exclude);
        if (term) field.apply(addTerm(state.filterText, term));
        else context.flash('info', 'this value is none to filter by');
      }),
    copyCell: () =>
      withCurrent(({ row }) => {
        const id = state.column ?? spec.copies;
        const column = table.columns[id];
        if (column) context.copy(formatValue(column, row[id]), column.title);
      }),
    openJson: () =>
      withCurrent((stored) => {
        hold();
        const origin = spec.origin ? spec.origin(stored) : { table, stored };
        if (origin) context.openJson(origin.table, origin.stored);
      }),
    openRequests: () => withCurrent((stored) => drill(tools, 'http', spec.requests?.(stored))),
    openLatency: () => withCurrent((stored) => drill(tools, 'latency', spec.latency?.(stored))),
    clearFilter: () => void field.apply(''),
  };
  const actions = () =>
    listActions(
      spec,
      moves,
      {
        noRow: tools.noRow,
        noColumn: state.column === undefined ? 'choose a column first: left and right' : undefined,
        isPaused: state.time.kind === 'paused',
        isFailuresOnly: state.failuresOnly,
        isWide: state.wide,
        isGrowing: growsAtEnd(state.sort, table.time),
        hasLatencyView: context.specs.some(({ id }) => id === 'latency'),
      },
      tools,
    );

  const freshOf = () => (state.frozen ? newSincePause(state, rows.received(state)) : 0);
  const namespaces = () => (spec.allNamespaces ? new Set<string>() : context.namespaces());
  const screen = (given: Area): ViewScreen => {
    area = given;
    const list = shown();
    const { index, top } = place(state.cursor, keys(), height());
    const painted = paint();
    const column = painted.columns.findIndex(({ id }) => id === state.column);
    const currentColumn = column === -1 ? undefined : column;
    const seen = list.slice(top, top + height());
    painted.together(seen);
    const lines = seen.map((stored, i) => {
      const marks = rows.marks(state, stored);
      return top + i === index ? painted.selectedLine(stored, currentColumn, marks) : painted.line(stored, marks);
    });
    const total = rows.all(state).rows.length;
    const heading = headingOf(spec, state, {
      shown: list.length,
      total,
      fresh: rows.isAskedAnew(state) ? undefined : freshOf(),
      namespaces: namespaces(),
      about: isAboutThat(opening, state) ? opening.about : undefined,
      isSummary: rows.isSummary,
      isOfStretch: rows.isOfStretch(state),
    });
    const isAsking = context.now() - askedAt < askingMs;
    const emptiness = { spec, state, snapshot: context.snapshot(), total, namespaces: namespaces(), isAsking };
    const body =
      list.length === 0 ? (
        <Message lines={emptyLines(emptiness)} area={area} />
      ) : (
        <Table
          columns={painted.headings(state.sort)}
          current={currentColumn}
          lines={lines}
          width={area.width}
          height={area.height}
        />
      );
    return { title: plainText(heading), heading, actions: actions(), body };
  };

  return {
    id: spec.id,
    crumb: opening.about === undefined ? spec.id : `${spec.id} ${opening.about}`,
    needs: () => ({ tables: rows.needs(state, settledFilter), level: spec.level, scopes: scopesOf(opening, state) }),
    screen,
    actions,
    field,
    time: { get: () => state.time, set: goTo },
    accept: (argument) => field.apply(argument.replace(/^\//, '')),
    back() {
      // What it was opened with is what it is about, and stays.
      if (state.filterText === firstFilter && !state.failuresOnly) return false;
      set({ ...state, failuresOnly: false });
      field.apply(firstFilter);
      return true;
    },
    saving: () => ({ table, rows: shown().map(({ row }) => row) }),
    state: (): StyledLine => {
      if (state.time.kind !== 'live') return timeLabel(state.time, offsetAt(state.time.at));
      const { agents } = context.snapshot();
      const isOver = agents.length > 0 && agents.every(({ link }) => link.state === 'ended');
      if (isOver) return [span('ENDED', 'muted')];
      const isHeld = state.cursor.hold === 'row' && growsAtEnd(state.sort, table.time);
      return [
        span('LIVE', 'live'),
        ...(rows.asksAgents && isSampled(context.snapshot().version) ? [span(' sampled', 'warning')] : []),
        ...(isHeld ? [span(' not following', 'muted')] : []),
      ];
    },
  };
}

/** What a sort by this column puts first. */
function firstOf({ sorts }: ListSpec, column: string): 'ascending' | 'descending' {
  return sorts.find((key) => key.column === column)?.first ?? 'descending';
}

function filteredFromStart(table: ListSpec['table'], state: ListState, text: string): ListState {
  const result = parseFilter(table, text);
  return text === '' || !result.ok ? state : { ...state, filterText: text, filter: result.filter };
}

/** Whether the list still shows nothing but what it was opened for. */
function isAboutThat({ filter = '' }: Opening, { filterText }: ListState): boolean {
  if (filterText === filter || filter === '') return true;
  return filterText.startsWith(`${filter} `) && !/\sor\s|\|\|/.test(filterText.slice(filter.length));
}

/** Only the pod it was opened for needs the depth of this view. */
function scopesOf(opening: Opening, state: ListState): readonly string[] {
  const pod = opening.scope?.pod;
  return pod !== undefined && isAboutThat(opening, state) ? [pod] : [];
}

/** Minutes east of UTC at a time. */
function offsetAt(unixMs: number): number {
  return -new Date(unixMs).getTimezoneOffset();
}
