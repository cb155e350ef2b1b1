/** Request lines and status lines (RFC 9112 §3, §4), read from Latin-1 text. */

export interface RequestLine {
  readonly method: string;
  readonly target: string;
  readonly minor: number;
}

export interface StatusLine {
  readonly status: number;
  readonly reason: string;
  readonly minor: number;
}

/** Longest method anybody registered has 17 characters (RFC 9110 §16.1); beyond this it is not one. */
const maxMethod = 24;

/** tchar of RFC 9110 §5.6.2, by character code. */
const tokenCharacters = new Uint8Array(128);
for (const character of "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") {
  tokenCharacters[character.charCodeAt(0)] = 1;
}

/** Index of the first character at or after `from` that no token may hold. */
export function tokenEnd(text: string, from: number, limit: number): number {
  let at = from;
  while (at < limit && tokenCharacters[text.charCodeAt(at)] === 1) at++;
  return at;
}

/** The minor version when `text` holds exactly `HTTP/1.x` from `from` to `to`, else -1. */
function minorVersion(text: string, from: number, to: number): number {
  if (to - from !== 8 || !text.startsWith('HTTP/1.', from)) return -1;
  const digit = text.charCodeAt(to - 1) - 48;
  return digit >= 0 && digit <= 9 ? digit : -1;
}

/** The request line in `text` from `from` to `to` (line end excluded), or undefined. HTTP/0.9 and other versions are none. */
export function parseRequestLine(text: string, from: number, to: number): RequestLine | undefined {
  const methodEnd = tokenEnd(text, from, Math.min(to, from + maxMethod + 1));
  if (methodEnd === from || methodEnd - from > maxMethod || text.charCodeAt(methodEnd) !== 32) return undefined;
  const minor = minorVersion(text, to - 8, to);
  if (minor < 0 || text.charCodeAt(to - 9) !== 32) return undefined;
  const targetEnd = to - 9;
  if (targetEnd <= methodEnd + 1) return undefined;
  const target = text.slice(methodEnd + 1, targetEnd);
  // Unencoded blanks are an error some clients make in paths; elsewhere they say that this is no request line.
  if (target.charCodeAt(0) !== 47 && target.includes(' ')) return undefined;
  return { method: text.slice(from, methodEnd), target, minor };
}

/** The status line in `text` from `from` to `to` (line end excluded), or undefined. The reason may be missing, its space too. */
export function parseStatusLine(text: string, from: number, to: number): StatusLine | undefined {
  const minor = minorVersion(text, from, from + 8);
  if (minor < 0 || to < from + 12 || text.charCodeAt(from + 8) !== 32) return undefined;
  const status = threeDigits(text, from + 9);
  if (status < 100 || (to > from + 12 && text.charCodeAt(from + 12) !== 32)) return undefined;
  return { status, reason: to > from + 13 ? text.slice(from + 13, to) : '', minor };
}

function threeDigits(text: string, at: number): number {
  let value = 0;
  for (let i = at; i < at + 3; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (!(digit >= 0 && digit <= 9)) return -1;
    value = value * 10 + digit;
  }
  return value;
}

/** What is left of a request line that was cut before its end: the method and as much of the target as there is. */
export function parseCutRequestLine(text: string): RequestLine | undefined {
  const methodEnd = tokenEnd(text, 0, Math.min(text.length, maxMethod + 1));
  if (methodEnd === 0 || text.charCodeAt(methodEnd) !== 32) return undefined;
  return { method: text.slice(0, methodEnd), target: text.slice(methodEnd + 1), minor: 1 };
}

/** Whether `text` may still grow into a start line of this kind. Used while a line is incomplete. */
export function mayBecomeStart(text: string, kind: 'request' | 'response'): boolean {
  if (kind === 'response') return text.length < 7 ? 'HTTP/1.'.startsWith(text) : text.startsWith('HTTP/1.');
  const methodEnd = tokenEnd(text, 0, Math.min(text.length, maxMethod + 1));
  if (methodEnd > maxMethod) return false;
  return methodEnd === text.length || (methodEnd > 0 && text.charCodeAt(methodEnd) === 32);
}
