/** Request lines and status lines (RFC 9112 §3, §4), read where they lie. */

/** Where the parts of a start line are, as indices into the bytes it was read from. */
export class StartLine {
  /** Of a request: the method ends, the target begins one further and ends. */
  methodEnd = 0;
  targetEnd = 0;
  /** Of a response: 100 to 999, and where its reason begins. */
  status = 0;
  reasonAt = 0;
  minor = 1;
}

const SPACE = 32;
const SLASH = 47;

/** Longest method anybody registered has 17 characters (RFC 9110 §16.1); beyond this it is not one. */
const maxMethod = 24;

/** tchar of RFC 9110 §5.6.2, by character code. */
const tokenCharacters = new Uint8Array(256);
for (const character of "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") {
  tokenCharacters[character.charCodeAt(0)] = 1;
}

/** Index of the first byte at or after `from` that no token may hold. */
function tokenEnd(bytes: Uint8Array, from: number, limit: number): number {
  let at = from;
  while (at < limit && tokenCharacters[bytes[at] ?? 0] === 1) at++;
  return at;
}

const version = Buffer.from('HTTP/1.');

/** Whether as much of `HTTP/1.` as fits before `to` is there at `at`. */
function beginsVersion(bytes: Uint8Array, at: number, to: number): boolean {
  const length = Math.min(version.length, to - at);
  for (let i = 0; i < length; i++) if (bytes[at + i] !== version[i]) return false;
  return true;
}

/** The minor version when exactly `HTTP/1.x` lies at `at`, which is below `to`; else -1. */
function minorVersion(bytes: Uint8Array, at: number, to: number): number {
  if (at + 8 > to || !beginsVersion(bytes, at, to)) return -1;
  const digit = (bytes[at + 7] ?? 0) - 48;
  return digit >= 0 && digit <= 9 ? digit : -1;
}

/** Reads the request line from `from` to `to` (line end excluded) into `line`; false = it is none. HTTP/0.9 and other versions are none. */
export function readRequestLine(bytes: Uint8Array, from: number, to: number, line: StartLine): boolean {
  const methodEnd = tokenEnd(bytes, from, Math.min(to, from + maxMethod + 1));
  if (methodEnd === from || methodEnd - from > maxMethod || bytes[methodEnd] !== SPACE) return false;
  const targetEnd = to - 9;
  if (targetEnd <= methodEnd + 1 || bytes[targetEnd] !== SPACE) return false;
  const minor = minorVersion(bytes, to - 8, to);
  if (minor < 0) return false;
  // Unencoded blanks are an error some clients make in paths; elsewhere they say that this is no request line.
  if (bytes[methodEnd + 1] !== SLASH) {
    for (let at = methodEnd + 1; at < targetEnd; at++) if (bytes[at] === SPACE) return false;
  }
  line.methodEnd = methodEnd;
  line.targetEnd = targetEnd;
  line.status = 0;
  line.minor = minor;
  return true;
}

/** Reads the status line from `from` to `to` (line end excluded) into `line`; false = it is none. The reason may be missing, its space too. */
export function readStatusLine(bytes: Uint8Array, from: number, to: number, line: StartLine): boolean {
  const minor = minorVersion(bytes, from, to);
  if (minor < 0 || to < from + 12 || bytes[from + 8] !== SPACE) return false;
  const status = threeDigits(bytes, from + 9);
  if (status < 100 || (to > from + 12 && bytes[from + 12] !== SPACE)) return false;
  line.status = status;
  line.reasonAt = Math.min(to, from + 13);
  line.minor = minor;
  return true;
}

function threeDigits(bytes: Uint8Array, at: number): number {
  let value = 0;
  for (let i = at; i < at + 3; i++) {
    const digit = (bytes[i] ?? 0) - 48;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}

/** What is left of a request line that was cut before its end: the method and as much of the target as there is. */
export function readCutRequestLine(bytes: Uint8Array, from: number, to: number, line: StartLine): boolean {
  const methodEnd = tokenEnd(bytes, from, Math.min(to, from + maxMethod + 1));
  if (methodEnd === from || methodEnd >= to || bytes[methodEnd] !== SPACE) return false;
  line.methodEnd = methodEnd;
  line.targetEnd = to;
  line.status = 0;
  line.minor = 1;
  return true;
}

/** Whether the bytes may still grow into a start line of this kind. Used while a line is incomplete. */
export function mayBecomeStart(bytes: Uint8Array, from: number, to: number, kind: 'request' | 'response'): boolean {
  if (kind === 'response') return beginsVersion(bytes, from, to);
  const methodEnd = tokenEnd(bytes, from, Math.min(to, from + maxMethod + 1));
  if (methodEnd - from > maxMethod) return false;
  return methodEnd === to || (methodEnd > from && bytes[methodEnd] === SPACE);
}
