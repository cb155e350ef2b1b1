/** The view of any list: rows that come and change by themselves under the hands of a person. Each list is a declaration (list-spec.ts). */
import { parseFilter } from '../../domain/filter/parse.ts';
import { place } from '../../tui/list-cursor.ts';
import { plainText, type StyledLine, span } from '../../tui/styled-line.ts';
import { Table } from '../../tui/table.tsx';
import type { Area } from '../../tui/view.ts';
import { leftOutOf } from '../losses.ts';
import { Message } from '../message.tsx';
import { liveTime, timeLabel } from '../time.ts';
import type { Opening, View, ViewContext, ViewScreen } from '../view.ts';
import { emptyLines } from './empty.ts';
import { headingOf } from './heading.ts';
import { listActions } from './list-actions.ts';
import { createListDesk, offsetAt } from './list-desk.ts';
import { createListMoves } from './list-moves.ts';
import type { ListSpec, ListTools } from './list-spec.ts';
import { growsAtEnd, initialState, type ListState, newSincePause } from './list-state.ts';
import { createRiseWatch } from './rise-watch.ts';

export function createListView(context: ViewContext, spec: ListSpec, opening: Opening = {}): View {
  const { table } = spec;
  const firstFilter = opening.filter ?? spec.filter ?? '';
  const desk = createListDesk(
    context,
    spec,
    filteredFromStart(
      context,
      table,
      { ...initialState(spec.sort, table.time, opening.time ?? liveTime), side: spec.sides?.first ?? 'both' },
      firstFilter,
    ),
  );
  const { rows, field } = desk;
  const isSampled = createRiseWatch(() => leftOutOf(context.snapshot().losses));
  const tools: ListTools = {
    context,
    time: () => desk.state.time,
    current: desk.current,
    neighbour: (step) => {
      desk.moveCursor(step);
      desk.hold();
      return desk.current();
    },
    grip: desk.hold,
    get noRow() {
      return desk.shown().length === 0 ? 'no row here' : undefined;
    },
  };
  const moves = createListMoves(context, spec, desk, tools);
  const actions = () => {
    const { state } = desk;
    return listActions(
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
  };

  const freshOf = (state: ListState) => (state.frozen ? newSincePause(state, rows.received(state)) : 0);
  const namespaces = () => (spec.allNamespaces ? new Set<string>() : context.namespaces());
  const screen = (area: Area): ViewScreen => {
    desk.area = area;
    const { state } = desk;
    const list = desk.shown();
    const { index, top } = place(state.cursor, desk.keys(), desk.height());
    const painted = desk.painter();
    const column = painted.columns.findIndex(({ id }) => id === state.column);
    const currentColumn = column === -1 ? undefined : column;
    const seen = list.slice(top, top + desk.height());
    painted.together(seen);
    const lines = seen.map((stored, i) => {
      const marks = rows.marks(state, stored);
      return top + i === index ? painted.selectedLine(stored, currentColumn, marks) : painted.line(stored, marks);
    });
    const total = rows.all(state).rows.length;
    const heading = headingOf(spec, state, {
      shown: list.length,
      total,
      fresh: rows.isAskedAnew(state) ? undefined : freshOf(state),
      namespaces: namespaces(),
      about: isAboutThat(opening, state) ? opening.about : undefined,
      isSummary: rows.isSummary,
      isOfStretch: rows.isOfStretch(state),
    });
    const { isAsking } = desk;
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
    needs: () => ({
      tables: rows.needs(desk.state, desk.settledFilter),
      level: spec.level,
      scopes: scopesOf(opening, desk.state),
    }),
    screen,
    actions,
    field,
    time: { get: () => desk.state.time, set: desk.goTo },
    accept: (argument) => field.apply(argument.replace(/^\//, '')),
    back() {
      // What it was opened with is what it is about, and stays.
      const { state } = desk;
      if (state.filterText === firstFilter && !state.failuresOnly) return false;
      desk.set({ ...state, failuresOnly: false });
      field.apply(firstFilter);
      return true;
    },
    saving: () => ({ table, rows: desk.shown().map(({ row }) => row) }),
    state: (): StyledLine => {
      const { state } = desk;
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

function filteredFromStart(context: ViewContext, table: ListSpec['table'], state: ListState, text: string): ListState {
  const result = parseFilter(table, text, context.snapshot().pods);
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
