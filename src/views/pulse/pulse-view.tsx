/** `:pulse`: one screen that says whether all is well, and where to look if not. */
import { failures } from '../../domain/tables/derived/failures.ts';
import { endpointStats } from '../../domain/tables/endpoint-stats.ts';
import type { Snapshot } from '../../store/store.ts';
import { cellWidth } from '../../tui/cells.ts';
import { Lines } from '../../tui/lines.tsx';
import { cropLine, paintLine, plainText, type StyledLine, span } from '../../tui/styled-line.ts';
import type { Action, Area } from '../../tui/view.ts';
import { failureSource } from '../list/failure-source.ts';
import { spanText } from '../list/heading.ts';
import { namespaceTest } from '../list/namespaces.ts';
import { summariesFrom } from '../list/row-source.ts';
import { Message } from '../message.tsx';
import { liveTime, stepTime, type TimeState, timeLabel, togglePause } from '../time.ts';
import type { Opening, View, ViewContext, ViewScreen } from '../view.ts';
import { type Placed, placePanels } from './layout.ts';
import type { Panel } from './panel.ts';
import { panelLines } from './panel-lines.ts';
import { agentsPanel } from './panels/agents.ts';
import { endpointsPanel } from './panels/endpoints.ts';
import { failuresPanel } from './panels/failures.ts';
import { moversPanel } from './panels/movers.ts';
import { recentPanel } from './panels/recent.ts';
import { resourcesPanel } from './panels/resources.ts';
import { servicesPanel } from './panels/services.ts';
import { pulseActions } from './pulse-actions.ts';
import { type Readings, readPulse } from './readings.ts';
import { tileLines } from './tiles.ts';
import { verdictOf } from './verdict.ts';

/** Verdict, two lines of figures, a blank one. */
const headLines = 4;

/** Nothing narrows what failed. */
const everything = {
  filter: '',
  failuresOnly: false,
  namespaces: new Set<string>(),
  window: undefined,
  rowsStand: true,
};

interface Cursor {
  readonly panel: string;
  /** The chosen row by its key: rows move, the choice stays. */
  readonly key: string | undefined;
  readonly index: number;
}

export function createPulseView(context: ViewContext, opening: Opening = {}): View {
  const { ui } = context;
  let area: Area = { width: 78, height: 20 };
  let time: TimeState = opening.time ?? liveTime;
  let cursor: Cursor = { panel: 'movers', key: undefined, index: 0 };
  let known: { key: string; readings: Readings; panels: readonly Panel[] } | undefined;

  const recent = failureSource();
  const offset = () => -new Date(context.now()).getTimezoneOffset();

  const failedIn = (snapshot: Snapshot) => {
    const isIn = namespaceTest(failures, context.namespaces());
    const { rows } = recent.take(snapshot, time);
    return isIn ? rows.filter(({ row }) => isIn(row)) : rows;
  };
  const read = () => {
    const snapshot = context.snapshot();
    const key = JSON.stringify([snapshot.version, time, area.width, [...context.namespaces()]]);
    if (known?.key !== key) {
      const readings = readPulse(snapshot, time, context.namespaces(), Math.max(20, Math.floor(area.width / 2) - 22));
      const panels = [
        moversPanel(readings, ui),
        endpointsPanel(readings, ui),
        servicesPanel(readings, ui),
        failuresPanel(readings, ui),
        recentPanel(failedIn(snapshot), snapshot.pods, time, offset()),
        resourcesPanel(readings, ui),
        agentsPanel(snapshot, readings.now),
      ];
      known = { key, readings, panels };
    }
    return known;
  };
  const placed = () => placePanels(read().panels, { width: area.width, height: Math.max(6, area.height - headLines) });
  const rowsOf = (id: string) => read().panels.find((panel) => panel.id === id)?.rows ?? [];
  /** Row the cursor is on: where it went, else where it was. */
  const indexOf = ({ panel, key, index }: Cursor) => {
    const rows = rowsOf(panel);
    const found = rows.findIndex((row) => row.key === key);
    return found === -1 ? Math.max(0, Math.min(index, rows.length - 1)) : found;
  };
  const go = (panel: string, index: number) => {
    const rows = rowsOf(panel);
    const at = Math.max(0, Math.min(index, rows.length - 1));
    cursor = { panel, key: rows[at]?.key, index: at };
    context.changed();
  };
  const turn = (by: number) => {
    const all = placed();
    const at = all.findIndex(({ panel }) => panel.id === cursor.panel);
    const next = all[(at + by + all.length) % all.length];
    if (next) go(next.panel.id, 0);
  };
  /** A row on; past the end of a panel into the next one of its column. */
  const moveRow = (by: number) => {
    const index = indexOf(cursor) + by;
    const here = placed().find(({ panel }) => panel.id === cursor.panel);
    const column = placed().filter((each) => each.column === here?.column);
    const next = column[column.findIndex(({ panel }) => panel.id === cursor.panel) + Math.sign(by)];
    if (index >= 0 && index < rowsOf(cursor.panel).length) go(cursor.panel, index);
    else if (next) go(next.panel.id, by > 0 ? 0 : rowsOf(next.panel.id).length - 1);
  };
  /** To the panel beside, at the same height. */
  const moveColumn = (by: number) => {
    const all = placed();
    const here = all.find(({ panel }) => panel.id === cursor.panel);
    if (!here) return;
    const line = here.top + 1 + indexOf(cursor);
    const beside = all.filter(({ column }) => column === here.column + by);
    const next = beside.findLast(({ top }) => top <= line) ?? beside[0];
    if (next) go(next.panel.id, Math.min(next.height - 1, Math.max(0, line - next.top - 1)));
  };
  const open = () => {
    const row = rowsOf(cursor.panel)[indexOf(cursor)];
    const panel = read().panels.find(({ id }) => id === cursor.panel);
    if (row?.opens) context.openRow(row.opens.table, row.opens.stored, nextLike(row.opens.table));
    else if (row) context.drill(row.view, row.opening);
    else if (panel) context.drill(panel.view, { time });
  };
  /** The next row of the panel that stands for a row of that table. */
  const nextLike = (table: string) => (by: number) => {
    const { panel } = cursor;
    const rows = rowsOf(panel);
    for (let at = indexOf(cursor) + by; rows[at] !== undefined; at += by) {
      const opens = rows[at]?.opens;
      if (opens?.table !== table) continue;
      go(panel, at);
      return opens.stored;
    }
    return undefined;
  };
  const openAll = () => {
    const panel = read().panels.find(({ id }) => id === cursor.panel);
    if (panel) context.drill(panel.view, { time });
  };
  const setTime = (next: TimeState) => {
    time = next;
    context.changed();
  };
  const actions = (): readonly Action[] =>
    pulseActions(
      {
        open,
        openAll,
        turn,
        moveRow,
        moveColumn,
        pause: () => setTime(togglePause(time, context.snapshot())),
        stepTime: (steps) => setTime(stepTime(time, context.snapshot(), steps)),
      },
      { isPaused: time.kind === 'paused' },
    );

  const body = (): readonly StyledLine[] => {
    const { readings, panels } = read();
    const columns = new Map<number, StyledLine[]>();
    const places: readonly Placed[] = placed();
    for (const place of places) {
      const isHere = place.panel.id === cursor.panel;
      const lines = panelLines(place, isHere ? indexOf(cursor) : undefined, ui);
      const column = columns.get(place.column) ?? [];
      while (column.length < place.top) column.push([]);
      column.push(...lines.map((line) => cropLine(line, 0, place.width)));
      columns.set(place.column, column);
    }
    const [first] = places;
    const width = first?.width ?? area.width;
    const height = Math.max(...[...columns.values()].map(({ length }) => length));
    const side = Array.from({ length: height }, (_, row) =>
      [...columns.values()].flatMap((column, i) => {
        const line = column[row] ?? [];
        return i === columns.size - 1 ? line : [...line, span(' '.repeat(width - cellWidth(plainText(line)) + 2))];
      }),
    );
    return [verdictOf(panels, readings, area.width, ui).line, ...tileLines(readings, area.width, ui), [], ...side];
  };
  const heading = (): StyledLine => {
    const chosen = [...context.namespaces()].toSorted().join(', ');
    const { before, now } = read().readings;
    return [
      span('pulse', 'title'),
      span('('),
      span(chosen || 'all', 'titleScope'),
      span(')['),
      span(spanText(now.window.to - now.window.from), 'titleCount'),
      span(']'),
      span(before ? ' against the same before' : '', 'muted'),
      ...(time.kind === 'live' ? [] : [span(' '), ...timeLabel(time, offset())]),
    ];
  };
  return {
    id: 'pulse',
    crumb: 'pulse',
    actions,
    needs: () => ({
      tables: placed().flatMap(({ panel: { id } }) => {
        if (id === 'recent') return recent.needs(everything);
        return id === 'endpoints' ? [summariesFrom(endpointStats)] : [];
      }),
      level: 'heads',
      scopes: [],
    }),
    screen(given: Area): ViewScreen {
      area = given;
      const title = heading();
      const { held, agents } = context.snapshot();
      const isOld = held === undefined && agents.length === 0;
      return {
        title: plainText(title),
        heading: title,
        actions: actions(),
        body: isOld ? (
          <Message lines={['No figures yet.', 'They come once a second while an agent captures.']} area={area} />
        ) : (
          <Lines
            lines={body().map((line) => paintLine(cropLine(line, 0, area.width), ui.theme))}
            width={area.width}
            height={area.height}
          />
        ),
      };
    },
    state: () => timeLabel(time, offset()),
    time: { get: () => time, set: setTime },
  };
}
