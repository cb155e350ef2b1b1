/** Message heads: start line and header section in one pass over the bytes, noting only what framing and rows need. */
import { redactedValue } from '../../../src/domain/redaction.ts';
import { latin1, lineFeed } from '../bytes.ts';
import { createFieldShapes, type FieldShapes, fold, maybeSecret, shapeOf } from './field-shapes.ts';
import { KnownSections, type SectionFacts } from './known-sections.ts';
import type { Redactor } from './redact.ts';
import { readCutRequestLine, readRequestLine, readStatusLine, StartLine } from './start-line.ts';

export type Kind = 'request' | 'response';

/** Part of the bytes that is not to be kept as it is, and what stands in its place. */
interface Replacement {
  readonly from: number;
  readonly to: number;
  readonly by: Buffer;
}

/** `complete`: `end` is where the body begins. `none`: no message begins here. */
export type HeadState = 'complete' | 'need-more' | 'none';

const LF = 10;
const CR = 13;
const SPACE = 32;
const TAB = 9;
const COLON = 58;
const SLASH = 47;

const redactedBytes = Buffer.from(` ${redactedValue}`);
const blankLine = Buffer.from('\n');

/**
 * Reads one head after the other; what it says of a head holds until the next. Places (`…At`, `…End`) are indices into the head as it
 * is kept: without its blank line, with secrets replaced (`HeadReader.replacements`), counted from the start line's first byte.
 */
export class HeadReader {
  readonly #redactor: Redactor;
  #shapes: FieldShapes;
  #version: number;
  readonly #line = new StartLine();
  #known = { request: new KnownSections(), response: new KnownSections() };
  /** What differs between the bytes and the head as it is kept so far. */
  #shift = 0;
  #start = 0;
  /** Where the body begins, and where the blank line does: indices into the bytes. */
  end = 0;
  blankAt = 0;
  replacements: readonly Replacement[] = [];
  /** Of a request. */
  methodEnd = 0;
  targetEnd = 0;
  /** Of a response; 0 in a request. */
  status = 0;
  reasonAt = 0;
  reasonEnd = 0;
  minor = 1;
  fieldsAt = 0;
  /** Value of Host and Content-Type with the white space around it; an end of 0 = there is none. */
  hostAt = 0;
  hostEnd = 0;
  typeAt = 0;
  typeEnd = 0;
  /** The one Content-Length, or -1 where there is none. */
  contentLength = -1;
  /** Transfer-Encoding is present, and chunked is the last of its codings. */
  transferEncoding = false;
  chunked = false;
  contentEncoding: string | undefined;
  /** What is wrong with the head, for the row's `error`. */
  fault: string | undefined;

  constructor(redactor: Redactor) {
    this.#redactor = redactor;
    this.#shapes = createFieldShapes(redactor);
    this.#version = redactor.version;
  }

  /** Other names are secrets now: what was remembered of heads may hold one. */
  #renew(): void {
    this.#version = this.#redactor.version;
    this.#shapes = createFieldShapes(this.#redactor);
    this.#known = { request: new KnownSections(), response: new KnownSections() };
  }

  /** Reads the head that begins at `from`; bytes are known up to `to`. Lines end with CRLF or a bare LF (RFC 9112 §2.2). */
  read(bytes: Uint8Array, from: number, to: number, kind: Kind): HeadState {
    const newline = lineFeed(bytes, from, to);
    if (newline < 0) return 'need-more';
    if (this.#version !== this.#redactor.version) this.#renew();
    const end = lineEnd(bytes, from, newline);
    const isStart =
      kind === 'request' ? readRequestLine(bytes, from, end, this.#line) : readStatusLine(bytes, from, end, this.#line);
    if (!isStart) return 'none';
    this.#begin(bytes, from, end, kind);
    this.fieldsAt = newline + 1 - from + this.#shift;
    return this.#readSection(bytes, newline + 1, to, this.#known[kind]) ? 'complete' : 'need-more';
  }

  /** Reads the fields from `from` on, or recalls what the same ones said before; false when there is no blank line behind them yet. */
  #readSection(bytes: Uint8Array, from: number, to: number, sections: KnownSections): boolean {
    const known = sections.find(bytes, from, to);
    if (known !== undefined) {
      this.#recall(known, from);
      return true;
    }
    if (!this.#readFields(bytes, from, to)) return false;
    // What had to be replaced is read each time.
    const place = this.replacements.length > 0 ? undefined : sections.note(bytes, from, this.end, to);
    if (place !== undefined) this.#remember(place, from);
    return true;
  }

  #recall(known: SectionFacts, from: number): void {
    const { fieldsAt } = this;
    this.blankAt = from + known.blankAt;
    this.end = from + known.end;
    if (known.hostEnd > 0) {
      this.hostAt = fieldsAt + known.hostAt;
      this.hostEnd = fieldsAt + known.hostEnd;
    }
    if (known.typeEnd > 0) {
      this.typeAt = fieldsAt + known.typeAt;
      this.typeEnd = fieldsAt + known.typeEnd;
    }
    this.contentLength = known.contentLength;
    this.transferEncoding = known.transferEncoding;
    this.chunked = known.chunked;
    this.contentEncoding = known.contentEncoding;
    this.fault = known.fault;
  }

  #remember(place: SectionFacts, from: number): void {
    const { fieldsAt } = this;
    place.blankAt = this.blankAt - from;
    place.end = this.end - from;
    place.hostAt = this.hostAt - fieldsAt;
    place.hostEnd = this.hostEnd > 0 ? this.hostEnd - fieldsAt : 0;
    place.typeAt = this.typeAt - fieldsAt;
    place.typeEnd = this.typeEnd > 0 ? this.typeEnd - fieldsAt : 0;
    place.contentLength = this.contentLength;
    place.transferEncoding = this.transferEncoding;
    place.chunked = this.chunked;
    place.contentEncoding = this.contentEncoding;
    place.fault = this.fault;
  }

  /** What can be said of a head of which only the beginning is there; an incomplete line at its end is left out. Undefined = nothing. */
  readCut(bytes: Uint8Array, kind: Kind): Uint8Array | undefined {
    const last = bytes.lastIndexOf(LF);
    if (last >= 0) {
      // A blank line makes the complete lines a head; the incomplete one may be half a secret.
      const lines = Buffer.concat([bytes.subarray(0, last + 1), blankLine]);
      return this.read(lines, 0, lines.length, kind) === 'complete' ? lines : undefined;
    }
    const isStart =
      kind === 'request'
        ? readCutRequestLine(bytes, 0, bytes.length, this.#line)
        : readStatusLine(bytes, 0, bytes.length, this.#line);
    if (!isStart) return undefined;
    this.#begin(bytes, 0, bytes.length, kind);
    this.fieldsAt = bytes.length + this.#shift;
    this.blankAt = bytes.length;
    this.end = bytes.length;
    return bytes;
  }

  /** A trailer section (lines, without a blank one at its end) with its secrets replaced. */
  redactTrailers(section: string): string {
    if (section === '') return '';
    const bytes = Buffer.from(`${section}\n`, 'latin1');
    if (this.#version !== this.#redactor.version) this.#renew();
    this.#forget(0);
    this.#readFields(bytes, 0, bytes.length);
    let text = '';
    let at = 0;
    for (const { from, to, by } of this.replacements) {
      text += latin1(bytes, at, from) + by.toString('latin1');
      at = to;
    }
    return text + latin1(bytes, at, this.blankAt);
  }

  #forget(start: number): void {
    this.#start = start;
    this.#shift = 0;
    if (this.replacements.length > 0) this.replacements = [];
    this.hostEnd = 0;
    this.typeEnd = 0;
    this.contentLength = -1;
    this.transferEncoding = false;
    this.chunked = false;
    this.contentEncoding = undefined;
    this.fault = undefined;
  }

  #begin(bytes: Uint8Array, from: number, end: number, kind: Kind): void {
    const line = this.#line;
    this.#forget(from);
    this.minor = line.minor;
    this.methodEnd = kind === 'request' ? line.methodEnd - from : 0;
    this.status = line.status;
    this.targetEnd = 0;
    this.reasonAt = 0;
    this.reasonEnd = 0;
    if (kind === 'request') {
      // Origin form, by far the most frequent, has no authority.
      if (bytes[line.methodEnd + 1] !== SLASH) this.#redactTarget(bytes, line.methodEnd + 1, line.targetEnd);
      this.targetEnd = line.targetEnd - from + this.#shift;
    } else {
      this.reasonAt = line.reasonAt - from;
      this.reasonEnd = end - from;
    }
  }

  #redactTarget(bytes: Uint8Array, from: number, to: number): void {
    const target = latin1(bytes, from, to);
    const safe = this.#redactor.target(target);
    if (safe !== target) this.#replace(from, to, Buffer.from(safe, 'latin1'));
  }

  #replace(from: number, to: number, by: Buffer): void {
    this.replacements = [...this.replacements, { from, to, by }];
    this.#shift += by.length - (to - from);
  }

  /** Reads field lines from `from` on; false when there is no blank line behind them yet. */
  #readFields(bytes: Uint8Array, from: number, to: number): boolean {
    const { letters, shapes } = this.#shapes;
    let at = from;
    for (;;) {
      let newline = lineFeed(bytes, at, to);
      if (newline < 0) return false;
      const first = bytes[at] ?? 0;
      if (newline === at || (first === CR && newline === at + 1)) {
        this.blankAt = at;
        this.end = newline + 1;
        return true;
      }
      // obs-fold (RFC 9112 §5.2): a line that begins with white space continues the one before.
      while (newline + 1 < to && (bytes[newline + 1] === SPACE || bytes[newline + 1] === TAB)) {
        newline = lineFeed(bytes, newline + 1, to);
        if (newline < 0) return false;
      }
      if (letters[fold(first)] === 1) {
        let colon = at;
        while (colon < newline && bytes[colon] !== COLON) colon++;
        // Some senders put white space before the colon; it is no part of the name (RFC 9112 §5.1).
        let nameEnd = colon < newline ? colon : at;
        while (nameEnd > at && (bytes[nameEnd - 1] === SPACE || bytes[nameEnd - 1] === TAB)) nameEnd--;
        const shape = nameEnd > at ? (shapes[shapeOf(first, bytes[nameEnd - 1] ?? 0, nameEnd - at)] ?? 0) : 0;
        if (shape !== 0) this.#field(bytes, at, nameEnd, colon + 1, lineEnd(bytes, at, newline), shape);
      }
      at = newline + 1;
    }
  }

  /** A field whose name looks like one that matters. */
  #field(bytes: Uint8Array, at: number, nameEnd: number, from: number, to: number, shape: number): void {
    const isSecret = (shape & maybeSecret) !== 0 && this.#redactor.isSecret(latin1(bytes, at, nameEnd));
    switch (nameEnd - at) {
      case 4:
        if (isSecret || this.hostEnd > 0 || !isName(bytes, at, 'host')) break;
        this.hostAt = from - this.#start + this.#shift;
        this.hostEnd = to - this.#start + this.#shift;
        break;
      case 12:
        if (isSecret || !isName(bytes, at, 'content-type')) break;
        this.typeAt = from - this.#start + this.#shift;
        this.typeEnd = to - this.#start + this.#shift;
        break;
      // Framing needs its fields even when their values are not to be shown.
      case 14:
        if (isName(bytes, at, 'content-length')) this.#noteLength(bytes, from, to);
        break;
      case 16:
        if (isName(bytes, at, 'content-encoding')) this.#noteEncoding(latin1(bytes, from, to).trim());
        break;
      case 17:
        if (isName(bytes, at, 'transfer-encoding')) this.#noteTransferEncoding(latin1(bytes, from, to));
        break;
    }
    if (isSecret) this.#replace(from, to, redactedBytes);
  }

  /** A plain number is read in place; everything else goes the careful way. */
  #noteLength(bytes: Uint8Array, from: number, to: number): void {
    let value = 0;
    let digits = 0;
    for (let at = from; at < to; at++) {
      const digit = (bytes[at] ?? 0) - 48;
      if (digit >= 0 && digit <= 9 && digits < 15) {
        value = value * 10 + digit;
        digits++;
      } else if (digits > 0 || bytes[at] !== SPACE) {
        this.#noteOddLength(latin1(bytes, from, to).trim());
        return;
      }
    }
    if (digits === 0 || this.contentLength >= 0) this.#noteOddLength(latin1(bytes, from, to).trim());
    else this.contentLength = value;
  }

  /** Equal repetitions count as one; of conflicting ones the first is used and the conflict told (RFC 9110 §8.6). */
  #noteOddLength(value: string): void {
    for (const part of value.includes(',') ? value.split(',') : [value]) {
      const digits = part.trim();
      const length = /^\d{1,15}$/.test(digits) ? Number(digits) : -1;
      if (length < 0) this.fault ??= `invalid Content-Length: ${digits.slice(0, 32)}`;
      else if (this.contentLength < 0) this.contentLength = length;
      else if (this.contentLength !== length) {
        this.fault ??= `conflicting Content-Length: ${this.contentLength} and ${length}`;
      }
    }
  }

  #noteEncoding(value: string): void {
    this.contentEncoding = this.contentEncoding === undefined ? value : `${this.contentEncoding}, ${value}`;
  }

  #noteTransferEncoding(value: string): void {
    const codings = value.toLowerCase().split(',');
    this.transferEncoding = true;
    this.chunked = codings[codings.length - 1]?.trim() === 'chunked';
  }
}

function lineEnd(bytes: Uint8Array, from: number, newline: number): number {
  return newline > from && bytes[newline - 1] === CR ? newline - 1 : newline;
}

/** Whether a field name is `name` (lower case, letters and hyphens) in any case. */
function isName(bytes: Uint8Array, at: number, name: string): boolean {
  for (let i = 0; i < name.length; i++) {
    const code = bytes[at + i] ?? 0;
    const lower = code >= 65 && code <= 90 ? code | 32 : code;
    if (lower !== name.charCodeAt(i)) return false;
  }
  return true;
}
