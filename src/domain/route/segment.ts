/** What one segment of a path stands for: a word of the API, or a value of somebody's data. */

/** A longer segment is no word. */
export const maxSegment = 64;

/** A value that fits no other name. */
export const anyValue = '{…}';

const uuid = /^\{?[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\}?$/i;
const date = /^(?:19|20)\d\d-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?(?:[T_ ]\d\d[:-]?\d\d.{0,24})?$/;
const email = /^[^@\s]+@[^@\s]+\.[a-z]{2,}$/i;
const ipv4 = /^\d{1,3}(?:\.\d{1,3}){3}$/;
const ipv6 = /^\[?[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7}\]?$/i;
/** Three parts or more; "1.0" is left alone: versions of APIs look like that. */
const version = /^v?\d+\.\d+\.\d+(?:[.+-][\w.+-]*)?$/;
const shortVersion = /^\d\.\d$/;
const number = /^[-+]?\d[\d.,]*$/;
/** https://github.com/ulid/spec: 26 of Crockford's base 32. */
const ulid = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/i;
const hex = /^(?:0x)?[0-9a-f]{8,}$/i;
const token = /^[\w~=+-]+$/;
const separator = /([-_.:~,+=@!$])/;
/** What would end a segment if it stood there undisguised. */
const delimiter = /[/;?#]/;
/** A word with a number behind it. */
const numbered = /^([a-z]+)\d{3,}$/i;

/**
 * The template of a segment, percent-encoding and matrix parameters (RFC 3986 §3.3) included: itself, `{number}`, `{uuid}`, …, or a mix as in
 * `order-{number}` and `main.{hash}.js`. At most `maxSegment` long, and the template of a template is itself.
 */
export function segmentTemplate(raw: string): string {
  const semicolon = raw.indexOf(';');
  const segment = semicolon < 0 ? raw : raw.slice(0, semicolon);
  const plain = plainTemplate(segment);
  if (plain !== undefined) return plain;
  if (segment.includes('{')) return uuid.test(segment) ? '{uuid}' : segment.length > maxSegment ? anyValue : segment;
  const text = segment.includes('%') ? decoded(segment) : segment;
  if (text.includes('/')) return '{id}';
  if (shortVersion.test(text)) return segment;
  const whole = wholeTemplate(text);
  if (whole !== undefined) return whole;
  if (segment.length > maxSegment) return anyValue;
  const mixed = text.split(separator).map(pieceTemplate).join('');
  if (mixed === text) return segment;
  return mixed.length > maxSegment || delimiter.test(mixed) ? '{id}' : mixed;
}

/** Most segments are a word in lower case, a number or a UUID: those are told without a pattern. */
function plainTemplate(segment: string): string | undefined {
  const { length } = segment;
  let digits = 0;
  for (let at = 0; at < length; at++) {
    const code = segment.charCodeAt(at);
    if (code >= 48 && code <= 57) digits++;
    else if ((code < 97 || code > 122) && code !== 45 && code !== 95 && code !== 46) return undefined;
  }
  if (digits === 0) return length > 24 ? undefined : segment;
  if (digits === length) return '{number}';
  return length === 36 && uuid.test(segment) ? '{uuid}' : undefined;
}

function wholeTemplate(text: string): string | undefined {
  if (uuid.test(text)) return '{uuid}';
  if (date.test(text)) return '{date}';
  if (ipv4.test(text) || (ipv6.test(text) && /\d/.test(text))) return '{ip}';
  if (version.test(text)) return '{version}';
  if (number.test(text)) return '{number}';
  if (email.test(text)) return '{email}';
  if (ulid.test(text) && /\d.*[a-z]/i.test(text)) return '{id}';
  if (isHash(text)) return '{hash}';
  return undefined;
}

/** Between separators: the words of a slug, a file name and its extension. */
function pieceTemplate(piece: string): string {
  if (piece.length === 0 || separator.test(piece)) return piece;
  if (/^\d+$/.test(piece)) return '{number}';
  if (ulid.test(piece) && /\d.*[a-z]/i.test(piece)) return '{id}';
  if (isHash(piece)) return '{hash}';
  const word = numbered.exec(piece)?.[1];
  return word === undefined ? piece : `${word}{number}`;
}

/** Hexadecimal with a digit in it, or letters and digits as only chance mixes them. */
function isHash(text: string): boolean {
  if (hex.test(text)) return /\d/.test(text) && (text.length >= 16 || /[a-f]/i.test(text));
  if (text.length < 8 || !token.test(text)) return false;
  const turns = turnsOf(text);
  const isMixed = /\d/.test(text) && /[a-z]/i.test(text);
  if (text.length < 16) return isMixed && /[a-z]/.test(text) && /[A-Z]/.test(text) && turns >= 4;
  return isMixed && turns >= text.length / 4;
}

/** How often one kind of character follows another, the capital at the beginning of a word left out. */
function turnsOf(text: string): number {
  let turns = 0;
  let last = kindOf(text.charCodeAt(0));
  for (let at = 1; at < text.length; at++) {
    const kind = kindOf(text.charCodeAt(at));
    if (kind !== last && kind !== 0 && last !== 0 && !(last === 2 && kind === 1)) turns++;
    last = kind;
  }
  return turns;
}

/** 1 lower case, 2 upper case, 3 digit, 0 anything else. */
function kindOf(code: number): number {
  if (code >= 97 && code <= 122) return 1;
  if (code >= 65 && code <= 90) return 2;
  return code >= 48 && code <= 57 ? 3 : 0;
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
