/** One exchange as lines of text under headings. What the payload says is added once it is here. */
import type { HeaderList, Row } from '../../domain/column.ts';
import { formatCount, severityOf } from '../../domain/format/index.ts';
import type { PodFacts } from '../../domain/pods/pod-facts.ts';
import { sanitizeLine } from '../../domain/sanitize.ts';
import { type HttpEvent, httpEvents } from '../../domain/tables/http-events.ts';
import { type Span, type StyledLine, span } from '../../tui/styled-line.ts';
import type { Token } from '../../tui/theme.ts';
import type { Ui } from '../../tui/ui-context.tsx';
import { type BodySide, bodyLines } from './body-lines.ts';
import type { FoundConnection } from './connection-finder.ts';
import { connectionLines } from './connection-lines.ts';
import type { BothSides } from './other-side.ts';
import { timingLines } from './timing-lines.ts';

export type SectionId =
  | 'overview'
  | 'timing'
  | 'request-headers'
  | 'request-body'
  | 'response-headers'
  | 'response-body'
  | 'connection';

export interface Section {
  readonly id: SectionId;
  readonly heading: StyledLine;
  readonly lines: readonly StyledLine[];
}

/** How far the fetch of headers and bodies has come. */
export type Payload =
  | { readonly state: 'loading' }
  | { readonly state: 'here'; readonly row: Row }
  | { readonly state: 'failed'; readonly reason: string };

export interface Shown {
  readonly row: HttpEvent;
  readonly payload: Payload;
  /** The same exchange at both sockets, where both were watched. */
  readonly both: BothSides | undefined;
  /** The connection it is on, as far as something was heard of it. */
  readonly connection: FoundConnection;
  /** Whose both ends are. */
  readonly pods: PodFacts;
  readonly podChanges: number;
  /** Bodies as the bytes they are. */
  readonly hex: boolean;
}

/** All sections, top to bottom. `width` is for the bars and for hex. */
export function sectionsOf(shown: Shown, width: number, ui: Ui): readonly Section[] {
  const { row, payload, both } = shown;
  const full = payload.state === 'here' ? (payload.row as HttpEvent) : undefined;
  return [
    { id: 'overview', heading: [], lines: startLines(row, ui) },
    { id: 'timing', heading: title('Timing'), lines: timingLines(row, both, width, ui) },
    ...(payload.state === 'failed'
      ? [failure(payload.reason, row)]
      : [...sideSections(shown, full, 'request', width, ui), ...sideSections(shown, full, 'response', width, ui)]),
    {
      id: 'connection',
      heading: title('Connection'),
      lines: connectionLines(row, shown.connection, shown.pods, width, ui),
    },
  ];
}

function failure(reason: string, row: HttpEvent): Section {
  const sizes = `  request body ${formatCount(row.req_body_size)} bytes, response body ${formatCount(row.resp_body_size)} bytes`;
  return {
    id: 'request-headers',
    heading: [span('No headers or body', 'error')],
    lines: [[span(`  ${reason}`, 'warning')], [span(sizes, 'muted')]],
  };
}

/** The request line and the status line, and in words what became of the exchange. */
function startLines(row: HttpEvent, ui: Ui): StyledLine[] {
  const safe = (text: string) => sanitizeLine(text, { ascii: ui.glyphs.ascii });
  const outcome = severityToken(row, 'outcome');
  const request: StyledLine = [
    span(safe(row.req_method ?? '?'), 'accent'),
    span(' '),
    span(safe(row.req_path ?? '?'), 'strong'),
    span(` ${safe(row.protocol)}`, 'muted'),
  ];
  const status: StyledLine =
    row.resp_status === null
      ? [span(`no answer: ${row.outcome}`, outcome)]
      : [
          span(safe(row.protocol), 'muted'),
          span(' '),
          span(`${row.resp_status} ${safe(row.resp_message ?? '')}`.trim(), severityToken(row, 'resp_status')),
          ...(row.outcome === 'ok' || row.outcome === 'error' ? [] : [span(`  ${row.outcome}`, outcome)]),
        ];
  const error: StyledLine[] = row.error ? [[span(safe(row.error), 'error')]] : [];
  const lost: StyledLine[] =
    row.lost_bytes > 0 ? [[span(`capture lost ${formatCount(row.lost_bytes)} bytes of this exchange`, 'warning')]] : [];
  return [request, status, ...error, ...lost];
}

function sideSections(
  { row, hex }: Shown,
  full: HttpEvent | undefined,
  side: BodySide,
  width: number,
  ui: Ui,
): Section[] {
  const name = side === 'request' ? 'Request' : 'Response';
  const fields = side === 'request' ? full?.req_headers : full?.resp_headers;
  const trailers = side === 'request' ? full?.req_trailers : full?.resp_trailers;
  const size = side === 'request' ? row.req_body_size : row.resp_body_size;
  const waiting: readonly StyledLine[] = [[span('  loading …', 'muted')]];
  const count = fields ? ` ${fields.length}` : '';
  const headers: Section = {
    id: `${side}-headers`,
    heading: [...title(`${name} headers`), span(count, 'muted')],
    lines: full ? headerLines(fields ?? null, trailers ?? null, ui) : waiting,
  };
  const body = full
    ? bodyLines(full, side, { width, hex }, ui)
    : { note: `${formatCount(size)} bytes`, lines: size > 0 ? waiting : [] };
  const heading: Span[] = [...title(`${name} body`), span(` ${body.note}`, 'muted')];
  return [headers, { id: `${side}-body`, heading, lines: body.lines }];
}

function headerLines(fields: HeaderList | null, trailers: HeaderList | null, ui: Ui): StyledLine[] {
  const safe = (text: string) => sanitizeLine(text, { ascii: ui.glyphs.ascii });
  const line = ([name, value]: readonly [string, string]): StyledLine => [
    span(`  ${safe(name)}`, 'name'),
    span(': ', 'muted'),
    span(safe(value)),
  ];
  if (!fields) return [[span('  none seen', 'muted')]];
  const behind = trailers && trailers.length > 0 ? [[span('  trailers', 'section')], ...trailers.map(line)] : [];
  return [...fields.map(line), ...behind];
}

function title(text: string): StyledLine {
  return [span(text, 'section')];
}

const tokens = { none: 'text', ok: 'ok', notice: 'info', warn: 'warning', bad: 'error' } as const;

function severityToken(row: HttpEvent, column: 'outcome' | 'resp_status'): Token {
  return tokens[severityOf(httpEvents.columns[column], row[column])];
}
