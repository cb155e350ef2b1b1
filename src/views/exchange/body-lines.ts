/** A body as lines of text, with what it is, how big it was and what of it was not kept. */
import { bytesPerLine, hexLines } from '../../domain/body/hex.ts';
import { decodeUtf8 } from '../../domain/body/text.ts';
import { presentBody } from '../../domain/body.ts';
import type { HeaderList } from '../../domain/column.ts';
import { formatCount } from '../../domain/format/index.ts';
import { jsonLine } from '../../domain/output/index.ts';
import { sanitizeLine } from '../../domain/sanitize.ts';
import { type HttpEvent, httpEvents } from '../../domain/tables/http-events.ts';
import { type StyledLine, span } from '../../tui/styled-line.ts';
import type { Ui } from '../../tui/ui-context.tsx';
import { jsonSpans } from '../json-spans.ts';

export type BodySide = 'request' | 'response';

export interface BodyText {
  /** For the heading: "1,234 bytes, application/json, gzip taken off, 512 bytes kept". */
  readonly note: string;
  readonly lines: readonly StyledLine[];
}

export interface BodyForm {
  /** What a hex dump may take. */
  readonly width: number;
  /** As bytes, whatever they are. */
  readonly hex: boolean;
}

/** The body of one side. `row` has its payload columns. */
export function bodyLines(row: HttpEvent, side: BodySide, { width, hex }: BodyForm, ui: Ui): BodyText {
  const { bytes, size, kept, headers } = sideOf(row, side);
  const { ascii } = ui.glyphs;
  const cut = kept !== null && kept < size;
  const type = headerValue(headers, 'content-type');
  const coding = headerValue(headers, 'content-encoding');
  const kind = { width: width - 4, cut: cut && size > 0, ascii };
  const body =
    hex && bytes && bytes.length > 0
      ? { kind: 'hex' as const, lines: hexLines(bytes, bytesPerLine(width - 4)), notes: ['as bytes'] }
      : presentBody(bytes ?? new Uint8Array(), type ?? null, kind);
  const note = [
    `${formatCount(size)} bytes`,
    type && size > 0 ? sanitizeLine(type, { ascii }) : '',
    coding && size > 0 ? sanitizeLine(coding, { ascii }) : '',
    cut && kept > 0 ? `${formatCount(kept)} kept` : '',
    ...body.notes,
  ];
  const lines = body.lines.map(
    (line): StyledLine => [span('  '), ...(body.kind === 'json' ? jsonSpans(line) : [span(line, hexToken[body.kind])])],
  );
  return { note: note.filter(Boolean).join(', '), lines };
}

const hexToken = { json: 'text', text: 'text', form: 'text', empty: 'muted', hex: 'string' } as const;

/** The body as text for the clipboard: the response's, else the request's; binary ones as base64. */
export function bodyText(row: HttpEvent): { readonly text: string; readonly what: string } | undefined {
  for (const side of ['response', 'request'] as const) {
    const { bytes } = sideOf(row, side);
    if (!bytes || bytes.length === 0) continue;
    const text = decodeUtf8(bytes);
    if (text !== undefined) return { text, what: `${side} body` };
    const json = JSON.parse(jsonLine(httpEvents, row)) as Record<string, string>;
    return { text: json[side === 'request' ? 'req_body' : 'resp_body'] ?? '', what: `${side} body (base64)` };
  }
  return undefined;
}

interface Side {
  readonly bytes: Uint8Array | null;
  readonly size: number;
  readonly kept: number | null;
  readonly headers: HeaderList | null;
}

function sideOf(row: HttpEvent, side: BodySide): Side {
  return side === 'request'
    ? { bytes: row.req_body, size: row.req_body_size, kept: row.req_body_kept, headers: row.req_headers }
    : { bytes: row.resp_body, size: row.resp_body_size, kept: row.resp_body_kept, headers: row.resp_headers };
}

function headerValue(headers: HeaderList | null, name: string): string | undefined {
  return headers?.find(([field]) => field.toLowerCase() === name)?.[1];
}
