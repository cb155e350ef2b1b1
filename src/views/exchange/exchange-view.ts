/** One exchange: both start lines, timing, all headers, bodies, connection. Opened with enter on a row of `:http`. */
import { toCurl } from '../../domain/output/index.ts';
import { sanitizeLine } from '../../domain/sanitize.ts';
import { type HttpEvent, httpEvents } from '../../domain/tables/http-events.ts';
import type { StoredRow } from '../../store/store.ts';
import { plainText, type StyledLine, span } from '../../tui/styled-line.ts';
import { createTextView } from '../text-view.tsx';
import type { Neighbour, View, ViewContext } from '../view.ts';
import { bodyText } from './body-lines.ts';
import { createConnectionFinder, whyNoRow } from './connection-finder.ts';
import { type ExchangeMoves, exchangeActions, type SectionName } from './exchange-actions.ts';
import { flowOf } from './flow-of.ts';
import { createFollowedRow } from './followed-row.ts';
import { type BothSides, bothSides } from './other-side.ts';
import { type Section, type SectionId, type Shown, sectionsOf } from './sections.ts';

export function createExchangeView(context: ViewContext, first: StoredRow, neighbour: Neighbour): View {
  const { ui } = context;
  const followed = createFollowedRow(context, first);
  const sidesOf = createSidesFinder(context);
  const connectionOf = createConnectionFinder(context);
  let hex = false;
  let laidOut: (Page & { readonly width: number; readonly shown: Shown }) | undefined;

  const shownNow = (): Shown => {
    const row = followed.row();
    const { pods } = context.snapshot();
    return {
      row,
      payload: followed.payload,
      both: sidesOf(row),
      connection: connectionOf(followed.stored.agent, row),
      pods,
      podChanges: pods.changes,
      hex,
    };
  };
  const page = (width: number): Page => {
    const shown = shownNow();
    if (laidOut?.width !== width || !isSame(laidOut.shown, shown)) {
      laidOut = { width, shown, ...pageOf(sectionsOf(shown, width, ui)) };
    }
    return laidOut;
  };
  const needPayload = (run: (row: HttpEvent) => void) => {
    if (followed.payload.state === 'here') run(followed.payload.row as HttpEvent);
  };
  const canDrill = (viewId: string) => context.specs.some(({ id }) => id === viewId);

  const moves: ExchangeMoves = {
    jumpTo: (what) => {
      const { sections, firsts } = page(laidOut?.width ?? 80);
      const lines = jumpTargets[what].flatMap((wanted) => {
        const at = sections.findIndex(({ id, lines: content }) => id === wanted && content.length > 0);
        return at === -1 ? [] : [firsts[at] ?? 0];
      });
      if (!view.text.jump(lines)) context.flash('info', `no ${what}`);
    },
    neighbour: (step) => {
      const next = neighbour(step);
      if (!next || next.key === followed.stored.key) {
        return context.flash('info', step > 0 ? 'this is the last' : 'this is the first');
      }
      followed.follow(next);
      view.text.toStart();
    },
    toggleHex: () => {
      hex = !hex;
      context.changed();
    },
    openConnection: () => {
      const row = followed.row();
      const id = row.conn_id;
      if (connectionOf(followed.stored.agent, row).state === 'none' && canDrill('flows')) {
        context.drill('flows', flowOf(row, context.snapshot()));
        return context.flash('info', `the connection has no row of its own: ${whyNoRow(row)}. This is its flow`);
      }
      if (!canDrill('conns')) return context.flash('info', 'connections are not listed here');
      context.drill('conns', { filter: `conn=${id}`, about: id });
    },
    openOtherSide: () => {
      const row = followed.row();
      const both = sidesOf(row);
      const other = both && (both.client === row ? both.server : both.client);
      const stored =
        other &&
        context
          .snapshot()
          .table(httpEvents.id)
          .rows.findLast((each) => each.row === other);
      if (!stored) return context.flash('info', 'the other side is not here: not watched, or left out by the filter');
      followed.follow(stored);
      context.changed();
    },
    copyBody: () =>
      needPayload((row) => {
        const body = bodyText(row);
        if (body) context.copy(body.text, body.what);
        else context.flash('info', 'no body to copy');
      }),
    copySection: () => {
      const { sections, firsts } = page(laidOut?.width ?? 80);
      const at = firsts.findLastIndex((line) => line <= view.text.line());
      const section = sections[Math.max(0, at)];
      if (!section) return;
      const name = plainText(section.heading) || 'start lines';
      context.copy(section.lines.map((line) => plainText(line).trim()).join('\n'), name.toLowerCase());
    },
    copyCurl: () => needPayload((row) => context.copy(toCurl(row), 'curl command')),
    openJson: () => context.openJson(httpEvents, followed.stored),
  };
  const view = createTextView(context, {
    id: 'exchange',
    crumb: 'exchange',
    heading: () => headingOf(followed.row()),
    lines: (width) => {
      followed.refresh();
      return page(width).lines;
    },
    actions: () => exchangeActions(moves, { loading: loadingOf(followed.payload.state), hex }),
  });
  return {
    ...view,
    // Its neighbours shall have bodies too when one gets to them.
    needs: () => ({ tables: [], level: 'bodies', scopes: [] }),
    saving: () => {
      if (followed.payload.state !== 'here') return { table: httpEvents, rows: [followed.row()] };
      return { table: httpEvents, rows: [followed.row()], payload: true };
    },
  };
}

interface Page {
  readonly sections: readonly Section[];
  /** Line each section begins on. */
  readonly firsts: readonly number[];
  readonly lines: readonly StyledLine[];
}

const jumpTargets: Readonly<Record<SectionName, readonly SectionId[]>> = {
  body: ['response-body', 'request-body'],
  headers: ['request-headers', 'response-headers'],
  timing: ['timing'],
  connection: ['connection'],
};

function pageOf(sections: readonly Section[]): Page {
  const lines: StyledLine[] = [];
  const firsts: number[] = [];
  for (const { heading, lines: content } of sections) {
    if (lines.length > 0) lines.push([]);
    firsts.push(lines.length);
    if (heading.length > 0) lines.push(heading);
    lines.push(...content);
  }
  return { sections, firsts, lines: lines.map((line) => [span(' '), ...line]) };
}

function isSame(a: Shown, b: Shown): boolean {
  const isConnection = a.connection === b.connection && a.hex === b.hex;
  return (
    a.row === b.row && a.payload === b.payload && a.both === b.both && isConnection && a.podChanges === b.podChanges
  );
}

/** The other side may come later than this one; once found it is looked for no more. */
function createSidesFinder(context: ViewContext): (row: HttpEvent) => BothSides | undefined {
  let looked: { row: HttpEvent; rows: readonly StoredRow[]; both: BothSides | undefined } | undefined;
  return (row) => {
    const { rows } = context.snapshot().table(httpEvents.id);
    if (looked?.row !== row || (looked.rows !== rows && !looked.both))
      looked = { row, rows, both: bothSides(row, rows) };
    return looked.both;
  };
}

function loadingOf(state: 'loading' | 'here' | 'failed'): string | undefined {
  if (state === 'here') return undefined;
  return state === 'loading' ? 'still loading' : 'headers and body are gone';
}

function headingOf(row: HttpEvent): StyledLine {
  return [
    span(sanitizeLine(row.source), 'titleScope'),
    span(' > '),
    span(sanitizeLine(row.destination), 'titleScope'),
    span(' '),
    span(sanitizeLine(row.req_method ?? '?'), 'title'),
  ];
}
