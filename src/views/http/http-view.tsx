/** `:http`: every HTTP request while it happens. */
import type { Row } from '../../domain/column.ts';
import { parseFilter } from '../../domain/filter/parse.ts';
import { addTerm, termFor } from '../../domain/filter/write.ts';
import { formatCount, formatValue } from '../../domain/format/index.ts';
import { toCurl } from '../../domain/output/index.ts';
import { type HttpEvent, httpEvents } from '../../domain/tables/http-events.ts';
import type { StoredRow, TableState } from '../../store/store.ts';
import { followStart, grip, type ListCursor, move, moveTo, place } from '../../tui/list-cursor.ts';
import type { Feedback } from '../../tui/prompt.tsx';
import { plainText, type StyledLine, span } from '../../tui/styled-line.ts';
import { Table } from '../../tui/table.tsx';
import type { Area } from '../../tui/view.ts';
import { errorText } from '../error-text.ts';
import { leftOutOf } from '../losses.ts';
import { Message } from '../message.tsx';
import type { View, ViewContext, ViewScreen } from '../view.ts';
import { emptyLines } from './empty.ts';
import { completeFilter } from './filter-completion.ts';
import { headingOf } from './heading.ts';
import { type HttpMoves, httpActions } from './http-actions.ts';
import {
  byTime,
  following,
  type HttpState,
  initialState,
  newSincePause,
  sortedBy,
  stepColumn,
  togglePause,
} from './http-state.ts';
import { createRowOrder, type RowTest } from './row-order.ts';
import { createTablePainter, type TablePainter } from './table-rows.ts';

const failed = new Set(['error', 'unanswered', 'reset']);
const isFailed: RowTest = (row) => failed.has(String(row.outcome));
/** How long an answer of the agents to a new query may take before "no row matches" is said. */
const askingMs = 1_500;

export function createHttpView(context: ViewContext): View {
  const { ports, ui } = context;
  const order = createRowOrder(httpEvents);
  let state: HttpState = initialState;
  let area: Area = { width: 80, height: 20 };
  let painter: TablePainter | undefined;
  let painterKey = '';
  let test: RowTest | undefined;
  let askedAt = 0;
  const isSampled = createRiseWatch(() => leftOutOf(context.snapshot().losses));

  const set = (next: HttpState) => {
    if (next.filter !== state.filter || next.errorsOnly !== state.errorsOnly) test = testOf(next);
    state = next;
    context.changed();
  };
  const live = (): TableState => context.snapshot().table(httpEvents.id);
  const rows = (): readonly StoredRow[] => order.select((state.paused ?? live()).rows, test, state.sort);
  const keys = () => {
    const list = rows();
    return { length: list.length, keyAt: (index: number) => list[index]?.key ?? '' };
  };
  /** Lines for rows: the heading takes one. */
  const height = () => Math.max(1, area.height - 1);
  const current = (): StoredRow | undefined => rows()[place(state.cursor, keys(), height()).index];
  const paint = (): TablePainter => {
    const key = `${area.width} ${state.wide}`;
    if (!painter || key !== painterKey) {
      painterKey = key;
      painter = createTablePainter(httpEvents, {
        width: area.width,
        wide: state.wide,
        ui,
        offsetMinutes: -new Date(context.now()).getTimezoneOffset(),
        severityColumns: ['outcome', 'resp_status'],
      });
    }
    return painter;
  };
  const shownColumns = () =>
    paint()
      .columns.map(({ id }) => id)
      .join();
  const setCursor = (cursor: ListCursor) => set({ ...state, cursor });
  const ask = () => {
    askedAt = context.now();
    // So that "no row matches" replaces "asking" even when nothing comes.
    setTimeout(context.changed, askingMs + 50).unref();
  };
  /** Applies a filter that parses; says what is wrong with one that does not. */
  const preview = (typed: string): Feedback => {
    const text = typed.trimEnd();
    const result = parseFilter(httpEvents, text);
    if (!result.ok) return { error: result.error };
    if (text !== state.filterText) set({ ...state, filterText: text, filter: text === '' ? undefined : result.filter });
    const total = formatCount((state.paused ?? live()).rows.length);
    if (result.filter.needsPayload) return { note: 'looks into headers or bodies: the agents will answer it' };
    return { note: text === '' ? `${total} rows` : `${formatCount(rows().length)} of ${total} rows match` };
  };
  let pushedFilter = '';
  const commit = (typed: string): boolean => {
    const text = typed.trimEnd();
    if (preview(text).error) return false;
    if (text !== pushedFilter) {
      pushedFilter = text;
      ask();
      context.changed();
    }
    return true;
  };
  const withPayload = async (stored: StoredRow): Promise<Row> => {
    return ports.fetchRow(stored.agent, httpEvents.id, String(stored.row[httpEvents.key]));
  };
  const copyWhole = (what: string, text: (row: Row) => string) => {
    const stored = current();
    if (!stored) return;
    withPayload(stored).then(
      (row) => context.copy(text(row), what),
      (error: unknown) => context.flash('error', `could not copy ${what}: ${errorText(error)}`),
    );
  };

  const moves: HttpMoves = {
    moveRows: (delta) => setCursor(move(state.cursor, keys(), height(), delta)),
    movePage: (pages) => setCursor(move(state.cursor, keys(), height(), pages * Math.max(1, height() - 1))),
    toStart: () => setCursor(state.sort === byTime ? moveTo(state.cursor, keys(), height(), 0) : followStart),
    toNewest: () => set(following(state)),
    moveColumn: (step) =>
      set(
        stepColumn(
          state,
          paint().columns.map(({ id }) => id),
          step,
        ),
      ),
    open: () => {
      const stored = current();
      if (!stored) return;
      setCursor(grip(state.cursor, keys(), height()));
      context.openRow(httpEvents.id, stored, (step) => {
        setCursor(move(state.cursor, keys(), height(), step));
        setCursor(grip(state.cursor, keys(), height()));
        return current();
      });
    },
    pause: () => set(togglePause(state, live())),
    toggleErrors: () => set({ ...state, errorsOnly: !state.errorsOnly }),
    toggleWide: () => {
      const before = shownColumns();
      set({ ...state, wide: !state.wide });
      if (shownColumns() === before) context.flash('info', 'no room for more columns: a wider terminal shows them');
    },
    sort: (column, first) => set(sortedBy(state, column, first)),
    sortCurrent: () => state.column !== undefined && set(sortedBy(state, state.column, 'descending')),
    filterToValue: (exclude) => {
      const stored = current();
      if (!stored || state.column === undefined) return;
      const term = termFor(httpEvents, state.column, stored.row[state.column], exclude);
      if (term) commit(addTerm(state.filterText, term));
    },
    copyCell: () => {
      const stored = current();
      const id = (state.column ?? 'req_path') as keyof HttpEvent;
      const spec = httpEvents.columns[id];
      if (stored) context.copy(formatValue(spec, stored.row[id]), spec.title);
    },
    copyCurl: () => copyWhole('curl command', (row) => toCurl(row as HttpEvent)),
    openJson: () => {
      const stored = current();
      if (!stored) return;
      setCursor(grip(state.cursor, keys(), height()));
      context.openJson(httpEvents, stored);
    },
    clearFilter: () => void commit(''),
  };

  const screen = (given: Area): ViewScreen => {
    area = given;
    const list = rows();
    const { index, top } = place(state.cursor, keys(), height());
    const painted = paint();
    const column = painted.columns.findIndex(({ id }) => id === state.column);
    const currentColumn = column === -1 ? undefined : column;
    const lines = list
      .slice(top, top + height())
      .map((stored, i) => (top + i === index ? painted.selectedLine(stored, currentColumn) : painted.line(stored)));
    const total = (state.paused ?? live()).rows.length;
    const heading = headingOf(state, { shown: list.length, total, fresh: newSincePause(state, live()) });
    const isAsking = context.now() - askedAt < askingMs;
    const body =
      list.length === 0 ? (
        <Message lines={emptyLines(state, context.snapshot(), total, isAsking)} area={area} />
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
  const actions = () => {
    return httpActions(moves, {
      noRow: rows().length === 0 ? 'no row here' : undefined,
      noColumn: state.column === undefined ? 'choose a column first: left and right' : undefined,
    });
  };

  return {
    id: 'http',
    crumb: 'http',
    needs: () => ({
      tables: [{ table: httpEvents.id, filter: pushedFilter, rowsStand: !state.filter?.needsPayload }],
      level: 'bodies',
      scopes: [],
    }),
    screen,
    actions,
    field: {
      title: 'filter',
      get text() {
        // What is typed next narrows further: it must not grow onto the last word.
        return state.filterText === '' ? '' : `${state.filterText} `;
      },
      preview,
      commit,
      complete: (text) => completeFilter(httpEvents, text, live().rows),
    },
    accept(argument) {
      const text = argument.replace(/^\//, '');
      const { error } = preview(text);
      if (error) return error.reason;
      commit(text);
      return undefined;
    },
    back() {
      if (state.filterText === '' && !state.errorsOnly) return false;
      set({ ...state, errorsOnly: false });
      commit('');
      return true;
    },
    state: (): StyledLine => {
      if (state.paused) return [span('PAUSED', 'paused')];
      const { agents } = context.snapshot();
      const isOver = agents.length > 0 && agents.every(({ link }) => link.state === 'ended');
      if (isOver) return [span('ENDED', 'muted')];
      return [
        span('LIVE', 'live'),
        ...(isSampled(context.snapshot().version) ? [span(' sampled', 'warning')] : []),
        ...(state.cursor.hold === 'row' ? [span(' not following', 'muted')] : []),
      ];
    },
  };
}

/** Whether a total rose with the last news; asked with the version of the news. */
function createRiseWatch(total: () => number): (version: number) => boolean {
  let seen = { version: -1, total: 0, isRising: false };
  return (version) => {
    if (version !== seen.version) {
      const now = total();
      seen = { version, total: now, isRising: seen.version !== -1 && now > seen.total };
    }
    return seen.isRising;
  };
}

/** A filter that looks into payloads cannot be answered from rows without it: there the agents' answer stands. */
function testOf({ filter, errorsOnly }: HttpState): RowTest | undefined {
  const local = filter && !filter.needsPayload ? filter : undefined;
  if (!local) return errorsOnly ? isFailed : undefined;
  return errorsOnly ? (row) => isFailed(row) && local.matches(row) : (row) => local.matches(row);
}
