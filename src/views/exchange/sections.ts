/** One exchange as lines of text under headings. What the payload says is added once it is here. */
import type { HeaderList, Row } from '../../domain/column.ts';
import { formatCount, formatDuration, formatTimestamp, severityOf } from '../../domain/format/index.ts';
import { sanitizeLine } from '../../domain/sanitize.ts';
import { type HttpEvent, httpEvents } from '../../domain/tables/http-events.ts';
import { type Span, type StyledLine, span } from '../../tui/styled-line.ts';
import type { Token } from '../../tui/theme.ts';
import type { Ui } from '../../tui/ui-context.tsx';
import { type BodySide, bodyLines } from './body-lines.ts';
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

/** All sections, top to bottom. `width` is for the bar and for hex. */
export function sectionsOf(row: HttpEvent, payload: Payload, width: number, ui: Ui): readonly Section[] {
  const full = payload.state === 'here' ? (payload.row as HttpEvent) : undefined;
  return [
    { id: 'overview', heading: [], lines: startLines(row, ui) },
    { id: 'timing', heading: title('Timing'), lines: timingLines(row, width, ui) },
    ...(payload.state === 'failed'
      ? [failure(payload.reason, row)]
      : [...sideSections(row, full, 'request', width, ui), ...sideSections(row, full, 'response', width, ui)]),
    { id: 'connection', heading: title('Connection'), lines: connectionLines(row, ui) },
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

function sideSections(row: HttpEvent, full: HttpEvent | undefined, side: BodySide, width: number, ui: Ui): Section[] {
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
    ? bodyLines(full, side, width, ui)
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

function connectionLines(row: HttpEvent, ui: Ui): StyledLine[] {
  const safe = (text: string | null) => sanitizeLine(text ?? '', { ascii: ui.glyphs.ascii });
  const process = row.process ? `${safe(row.process)}${row.pid === null ? '' : ` (pid ${row.pid})`}` : '';
  const facts: readonly (readonly [string, string])[] = [
    ['time', localTime(row.time_)],
    ['from', safe(row.source)],
    ['to', safe(row.destination)],
    ['seen at', `the ${row.trace_role}'s socket on ${safe(row.node)}`],
    ['pod', safe(row.pod)],
    ['container', safe(row.container)],
    ['process', process],
    ['remote pod', safe(row.remote_pod)],
    ['remote process', safe(row.remote_process)],
    ['local', endpoint(row.local_addr, row.local_port)],
    ['remote', endpoint(row.remote_addr, row.remote_port)],
    ['connection', `${safe(row.conn_id)}, exchange ${row.conn_exchange} on it`],
    ['opened', row.conn_opened === null ? '' : `${localTime(row.conn_opened)}${openedBefore(row)}`],
    ['TLS', row.encrypted ? 'yes, read above it' : 'no'],
    ['cgroup', safe(row.cgroup)],
    ['id', safe(row.id)],
  ];
  return facts.filter(([, value]) => value !== '').map(([label, value]) => fact(label, value));
}

/** In the reader's own time zone, as the table has it; the offset says which that is. */
function localTime(nanoseconds: bigint): string {
  return formatTimestamp(nanoseconds, -new Date(Number(nanoseconds / 1_000_000n)).getTimezoneOffset());
}

function openedBefore(row: HttpEvent): string {
  const age = row.conn_opened === null ? 0 : Number(row.time_ - row.conn_opened);
  return age > 0 ? `, ${formatDuration(age)} before the request` : '';
}

function endpoint(address: string, port: number): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

/** `  label    value`. */
export function fact(label: string, value: string, token: Token = 'text'): StyledLine {
  return [span(`  ${label.padEnd(16)}`, 'label'), span(value, token)];
}

function title(text: string): StyledLine {
  return [span(text, 'section')];
}

const tokens = { none: 'text', ok: 'ok', notice: 'info', warn: 'warning', bad: 'error' } as const;

function severityToken(row: HttpEvent, column: 'outcome' | 'resp_status'): Token {
  return tokens[severityOf(httpEvents.columns[column], row[column])];
}
