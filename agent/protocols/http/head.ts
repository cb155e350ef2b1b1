/** Message heads: start line and header section in one pass, keeping only what framing and rows need at once. */
import { createFieldShapes, type FieldShapes, fold, maybeSecret, shapeOf } from './field-shapes.ts';
import { type Redactor, redacted } from './redact.ts';
import {
  parseCutRequestLine,
  parseRequestLine,
  parseStatusLine,
  type RequestLine,
  type StatusLine,
} from './start-line.ts';

export type Kind = 'request' | 'response';

/** A head. `fields` is the header section as text, secrets already replaced; `fieldsOf` (fields.ts) makes a list of it. */
export interface Head {
  readonly request: RequestLine | undefined;
  readonly response: StatusLine | undefined;
  fields: string;
  /** The one Content-Length, or -1 where there is none. */
  contentLength: number;
  /** Transfer-Encoding is present, and chunked is the last of its codings. */
  transferEncoding: boolean;
  chunked: boolean;
  host: string | undefined;
  contentType: string | undefined;
  contentEncoding: string | undefined;
  /** What is wrong with the head, for the row's `error`. */
  fault: string | undefined;
}

/** What heads are read with. */
export interface Reading {
  readonly redactor: Redactor;
  readonly shapes: FieldShapes;
}

export function createReading(redactor: Redactor): Reading {
  return { redactor, shapes: createFieldShapes(redactor) };
}

export type HeadResult =
  /** `end` is where the body begins. */
  | { readonly type: 'frame'; readonly head: Head; readonly end: number }
  | { readonly type: 'need-more' }
  /** No message begins here. */
  | { readonly type: 'resync' };

const needMore: HeadResult = { type: 'need-more' };
const resync: HeadResult = { type: 'resync' };

/** Reads the head that begins at `from`. Lines end with CRLF or a bare LF (RFC 9112 §2.2). */
export function readHead(text: string, from: number, kind: Kind, reading: Reading): HeadResult {
  const newline = text.indexOf('\n', from);
  if (newline < 0) return needMore;
  const head = begin(text, from, lineEnd(text, from, newline), kind, reading);
  if (head === undefined) return resync;
  const end = readFields(text, newline + 1, head, reading);
  return end < 0 ? needMore : { type: 'frame', head, end };
}

/** What can be said of a head of which only the beginning is there; an incomplete line at its end is left out. */
export function readCutHead(text: string, kind: Kind, reading: Reading): Head | undefined {
  const newline = text.indexOf('\n');
  if (newline < 0) {
    const line = kind === 'request' ? parseCutRequestLine(text) : parseStatusLine(text, 0, text.length);
    return line && newHead(line, kind, reading);
  }
  const head = begin(text, 0, lineEnd(text, 0, newline), kind, reading);
  // A blank line makes the complete lines a head; the incomplete one may be half a secret.
  if (head) readFields(`${text.slice(0, text.lastIndexOf('\n') + 1)}\n`, newline + 1, head, reading);
  return head;
}

/** A trailer section with its secrets replaced. */
export function redactTrailers(section: string, reading: Reading): string {
  if (section === '') return '';
  const head = emptyHead(undefined, undefined);
  readFields(`${section}\n`, 0, head, reading);
  return head.fields;
}

function begin(text: string, from: number, to: number, kind: Kind, reading: Reading): Head | undefined {
  const line = kind === 'request' ? parseRequestLine(text, from, to) : parseStatusLine(text, from, to);
  return line && newHead(line, kind, reading);
}

function newHead(line: RequestLine | StatusLine, kind: Kind, reading: Reading): Head {
  const request = kind === 'request' ? (line as RequestLine) : undefined;
  const target = request && reading.redactor.target(request.target);
  return emptyHead(
    request && target !== undefined && target !== request.target ? { ...request, target } : request,
    kind === 'response' ? (line as StatusLine) : undefined,
  );
}

function emptyHead(request: RequestLine | undefined, response: StatusLine | undefined): Head {
  return {
    request,
    response,
    fields: '',
    contentLength: -1,
    transferEncoding: false,
    chunked: false,
    host: undefined,
    contentType: undefined,
    contentEncoding: undefined,
    fault: undefined,
  };
}

function lineEnd(text: string, from: number, newline: number): number {
  return newline > from && text.charCodeAt(newline - 1) === 13 ? newline - 1 : newline;
}

/** Reads field lines from `from` on into `head`; the index after the blank line, or -1 when there is none yet. */
function readFields(text: string, from: number, head: Head, reading: Reading): number {
  const { redactor, shapes } = reading;
  let secrets: number[] | undefined;
  let at = from;
  for (;;) {
    let newline = text.indexOf('\n', at);
    if (newline < 0) return -1;
    const first = text.charCodeAt(at);
    if (newline === at || (first === 13 && newline === at + 1)) {
      head.fields = secrets === undefined ? text.slice(from, at) : withoutSecrets(text, from, at, secrets);
      return newline + 1;
    }
    // obs-fold (RFC 9112 §5.2): a line that begins with white space continues the one before.
    let next = text.charCodeAt(newline + 1);
    while (next === 32 || next === 9) {
      newline = text.indexOf('\n', newline + 1);
      if (newline < 0) return -1;
      next = text.charCodeAt(newline + 1);
    }
    if (shapes.letters[fold(first)] === 1) {
      const colon = text.indexOf(':', at);
      const nameEnd = colon > at && colon < newline ? fieldNameEnd(text, at, colon) : at;
      const shape = nameEnd > at ? (shapes.shapes[shapeOf(first, text.charCodeAt(nameEnd - 1), nameEnd - at)] ?? 0) : 0;
      if (shape !== 0) {
        const name = text.slice(at, nameEnd);
        const end = lineEnd(text, at, newline);
        if ((shape & maybeSecret) !== 0 && redactor.isSecret(name)) {
          secrets ??= [];
          secrets.push(colon + 1, end);
          // Framing needs its fields even when their values are not to be shown.
          if (name.length >= 14) noteField(head, name, text, colon + 1, end);
        } else noteField(head, name, text, colon + 1, end);
      }
    }
    at = newline + 1;
  }
}

/** Some senders put white space before the colon; it is no part of the name (RFC 9112 §5.1). */
function fieldNameEnd(text: string, from: number, colon: number): number {
  let end = colon;
  while (end > from) {
    const last = text.charCodeAt(end - 1);
    if (last !== 32 && last !== 9) break;
    end--;
  }
  return end;
}

function noteField(head: Head, name: string, text: string, from: number, to: number): void {
  switch (name.length) {
    case 4:
      if (!is(name, 'Host', 'host')) return;
      head.host ??= text.slice(from, to).trim();
      return;
    case 12:
      if (!is(name, 'Content-Type', 'content-type')) return;
      head.contentType = text.slice(from, to).trim();
      return;
    case 14:
      if (!is(name, 'Content-Length', 'content-length')) return;
      noteLength(head, text, from, to);
      return;
    case 16: {
      if (!is(name, 'Content-Encoding', 'content-encoding')) return;
      const value = text.slice(from, to).trim();
      head.contentEncoding = head.contentEncoding === undefined ? value : `${head.contentEncoding}, ${value}`;
      return;
    }
    case 17:
      if (!is(name, 'Transfer-Encoding', 'transfer-encoding')) return;
      noteTransferEncoding(head, text.slice(from, to));
      return;
  }
}

/** Most senders use the usual spelling, which needs no lower-casing. */
function is(name: string, usual: string, lower: string): boolean {
  return name === usual || name === lower || name.toLowerCase() === lower;
}

/** A plain number is read in place; everything else goes the careful way. */
function noteLength(head: Head, text: string, from: number, to: number): void {
  let value = 0;
  let digits = 0;
  for (let at = from; at < to; at++) {
    const digit = text.charCodeAt(at) - 48;
    if (digit >= 0 && digit <= 9 && digits < 15) {
      value = value * 10 + digit;
      digits++;
    } else if (digits > 0 || text.charCodeAt(at) !== 32) {
      noteOddLength(head, text.slice(from, to).trim());
      return;
    }
  }
  if (digits === 0 || head.contentLength >= 0) noteOddLength(head, text.slice(from, to).trim());
  else head.contentLength = value;
}

/** Equal repetitions count as one; of conflicting ones the first is used and the conflict told (RFC 9110 §8.6). */
function noteOddLength(head: Head, value: string): void {
  for (const part of value.includes(',') ? value.split(',') : [value]) {
    const digits = part.trim();
    const length = /^\d{1,15}$/.test(digits) ? Number(digits) : -1;
    if (length < 0) head.fault ??= `invalid Content-Length: ${digits.slice(0, 32)}`;
    else if (head.contentLength < 0) head.contentLength = length;
    else if (head.contentLength !== length) {
      head.fault ??= `conflicting Content-Length: ${head.contentLength} and ${length}`;
    }
  }
}

function noteTransferEncoding(head: Head, value: string): void {
  const codings = value.toLowerCase().split(',');
  head.transferEncoding = true;
  head.chunked = codings[codings.length - 1]?.trim() === 'chunked';
}

function withoutSecrets(text: string, from: number, to: number, secrets: readonly number[]): string {
  let result = '';
  let at = from;
  for (let i = 0; i < secrets.length; i += 2) {
    result += `${text.slice(at, secrets[i])} ${redacted}`;
    at = secrets[i + 1] ?? at;
  }
  return result + text.slice(at, to);
}
