/** One exchange: both start lines, all headers, bodies, timing, connection. Opened with enter on a row of `:http`. */
import type { Row } from '../../domain/column.ts';
import { toCurl } from '../../domain/output/index.ts';
import { sanitizeLine } from '../../domain/sanitize.ts';
import { type HttpEvent, httpEvents } from '../../domain/tables/http-events.ts';
import type { StoredRow } from '../../store/store.ts';
import type { Feedback } from '../../tui/prompt.tsx';
import {
  clampScroll,
  type Layout,
  layOut,
  reveal,
  type ScrollState,
  scrollTop,
  stepMatch,
} from '../../tui/scroll-state.ts';
import { ScrollText } from '../../tui/scroll-text.tsx';
import { plainText, type StyledLine, span } from '../../tui/styled-line.ts';
import type { Area } from '../../tui/view.ts';
import { errorText } from '../error-text.ts';
import { positionOf } from '../position.ts';
import { searchField } from '../search-field.ts';
import type { Neighbour, View, ViewContext, ViewScreen } from '../view.ts';
import { bodyText } from './body-lines.ts';
import { type ExchangeMoves, exchangeActions } from './exchange-actions.ts';
import { type Payload, type Section, type SectionId, sectionsOf } from './sections.ts';

export function createExchangeView(context: ViewContext, first: StoredRow, neighbour: Neighbour): View {
  const { ports, ui } = context;
  let stored = first;
  let payload: Payload = { state: 'loading' };
  let scroll: ScrollState = scrollTop;
  let area: Area = { width: 80, height: 20 };
  /** Late answers of earlier fetches are not for the row on the screen. */
  let epoch = 0;
  let seenRows: readonly StoredRow[] | undefined;
  let laidOut: { key: string; payload: Payload; stored: StoredRow; scroll: ScrollState; text: Text } | undefined;

  const load = () => {
    epoch += 1;
    const mine = epoch;
    ports.fetchRow(stored.agent, httpEvents.id, String(stored.row[httpEvents.key])).then(
      (row) => mine === epoch && settle({ state: 'here', row }),
      (error: unknown) => mine === epoch && settle({ state: 'failed', reason: errorText(error) }),
    );
  };
  const settle = (next: Payload) => {
    // An update that could not be fetched must not take away what is on the screen already.
    if (next.state === 'failed' && payload.state === 'here') return;
    payload = next;
    context.changed();
  };
  /** An exchange in flight goes on while one looks at it. */
  const refresh = () => {
    const { rows } = context.snapshot().table(httpEvents.id);
    if (rows === seenRows) return;
    seenRows = rows;
    const now = rows.findLast(({ key }) => key === stored.key);
    if (!now || now === stored) return;
    stored = now;
    load();
  };
  const text = (): Text => {
    const key = `${area.width}`;
    const isFresh =
      laidOut?.key === key &&
      laidOut.payload === payload &&
      laidOut.stored === stored &&
      sameLayout(laidOut.scroll, scroll);
    if (!laidOut || !isFresh) {
      laidOut = { key, payload, stored, scroll, text: textOf(rowOf(stored, payload), payload, area.width, scroll, ui) };
    }
    return laidOut.text;
  };
  const set = (next: ScrollState) => {
    scroll = next;
    scroll = clampScroll(next, text().layout, area.height);
    context.changed();
  };
  const needPayload = (run: (row: HttpEvent) => void) => {
    if (payload.state === 'here') run(payload.row as HttpEvent);
  };

  const moves: ExchangeMoves = {
    scroll: (rows) => set({ ...scroll, top: Math.max(0, scroll.top + rows) }),
    page: (pages) => set({ ...scroll, top: Math.max(0, scroll.top + pages * Math.max(1, area.height - 1)) }),
    toStart: () => set({ ...scroll, top: 0, left: 0 }),
    toEnd: () => set({ ...scroll, top: Number.MAX_SAFE_INTEGER }),
    shift: (cells) => set({ ...scroll, left: Math.max(0, scroll.left + cells) }),
    jumpTo: (what) => {
      const { sections, starts, layout } = text();
      const rows = jumpTargets[what].flatMap((wanted) => {
        const at = sections.findIndex(({ id, lines }) => id === wanted && lines.length > 0);
        return at === -1 ? [] : [clampScroll({ ...scroll, top: starts[at] ?? 0 }, layout, area.height).top];
      });
      // The same key again goes on to the other side.
      const next = rows[(rows.indexOf(scroll.top) + 1) % rows.length];
      if (next === undefined) context.flash('info', `no ${what}`);
      else set({ ...scroll, top: next });
    },
    match: (step) => {
      const { layout } = text();
      if (layout.matchRows.length === 0)
        context.flash('info', scroll.search === '' ? 'search with / first' : 'no match');
      else set(stepMatch(scroll, layout, area.height, step));
    },
    toggleWrap: () => set({ ...scroll, wrap: !scroll.wrap, left: 0 }),
    neighbour: (step) => {
      const next = neighbour(step);
      if (!next || next.key === stored.key)
        return context.flash('info', step > 0 ? 'this is the last' : 'this is the first');
      stored = next;
      payload = { state: 'loading' };
      scroll = { ...scroll, top: 0, left: 0, match: 0 };
      load();
      context.changed();
    },
    copyBody: () =>
      needPayload((row) => {
        const body = bodyText(row);
        if (body) context.copy(body.text, body.what);
        else context.flash('info', 'no body to copy');
      }),
    copyCurl: () => needPayload((row) => context.copy(toCurl(row), 'curl command')),
    openJson: () => context.openJson(httpEvents, stored),
  };
  const actions = () => {
    const loading =
      payload.state === 'here'
        ? undefined
        : payload.state === 'loading'
          ? 'still loading'
          : 'headers and body are gone';
    return exchangeActions(moves, loading);
  };
  const screen = (given: Area): ViewScreen => {
    area = given;
    refresh();
    scroll = clampScroll(scroll, text().layout, area.height);
    const heading = headingOf(rowOf(stored, payload), text().layout, scroll, area.height);
    const body = <ScrollText layout={text().layout} state={scroll} width={area.width} height={area.height} />;
    return { title: plainText(heading), heading, actions: actions(), body };
  };
  const search = (wanted: string): Feedback => {
    scroll = { ...scroll, search: wanted, match: 0 };
    const { matchRows } = text().layout;
    const ahead = matchRows.findIndex((row) => row >= scroll.top);
    scroll = { ...scroll, match: Math.max(0, ahead) };
    const row = matchRows[scroll.match];
    if (row !== undefined) scroll = reveal(scroll, row, area.height);
    if (wanted === '') return { note: 'text to look for; n and N go from match to match' };
    return { note: matchRows.length === 1 ? '1 match' : `${matchRows.length} matches` };
  };

  load();
  return {
    id: 'exchange',
    crumb: 'exchange',
    screen,
    actions,
    field: searchField(() => scroll.search, search),
    back() {
      if (scroll.search === '') return false;
      scroll = { ...scroll, search: '', match: 0 };
      return true;
    },
  };
}

interface Text {
  readonly sections: readonly Section[];
  /** Row each section begins on. */
  readonly starts: readonly number[];
  readonly layout: Layout;
}

const jumpTargets: Readonly<Record<'body' | 'headers' | 'timing' | 'connection', readonly SectionId[]>> = {
  body: ['response-body', 'request-body'],
  headers: ['request-headers', 'response-headers'],
  timing: ['timing'],
  connection: ['connection'],
};

/** The row as the store knows it is newer than the fetched one while an exchange is in flight. */
function rowOf(stored: StoredRow, payload: Payload): HttpEvent {
  const fetched: Row = payload.state === 'here' ? payload.row : {};
  return { ...fetched, ...stored.row } as HttpEvent;
}

function textOf(row: HttpEvent, payload: Payload, width: number, scroll: ScrollState, ui: ViewContext['ui']): Text {
  const sections = sectionsOf(row, payload, width, ui);
  const lines: StyledLine[] = [];
  const firsts: number[] = [];
  for (const { heading, lines: content } of sections) {
    if (lines.length > 0) lines.push([]);
    firsts.push(lines.length);
    if (heading.length > 0) lines.push(heading);
    lines.push(...content);
  }
  const layout = layOut(
    lines.map((line) => [span(' '), ...line]),
    width,
    scroll,
  );
  return { sections, starts: firsts.map((line) => layout.starts[line] ?? 0), layout };
}

function sameLayout(a: ScrollState, b: ScrollState): boolean {
  return a.wrap === b.wrap && a.search === b.search && a.match === b.match;
}

function headingOf(row: HttpEvent, layout: Layout, scroll: ScrollState, height: number): StyledLine {
  const { matchRows } = layout;
  return [
    span(sanitizeLine(row.source), 'titleScope'),
    span(' > '),
    span(sanitizeLine(row.destination), 'titleScope'),
    span(' '),
    span(sanitizeLine(row.req_method ?? '?'), 'title'),
    ...positionOf(scroll.top, height, layout.rows.length),
    ...(scroll.search === ''
      ? []
      : [
          span(` </${sanitizeLine(scroll.search)}>`, 'titleFilter'),
          span(` ${matchRows.length === 0 ? 0 : scroll.match + 1}/${matchRows.length}`, 'titleCount'),
        ]),
  ];
}
