/** The words of JSON (RFC 8259), one at a time, also where the text ends in the middle of one. */

export interface JsonToken {
  readonly kind: 'mark' | 'string' | 'word';
  readonly at: number;
  readonly end: number;
  /** `begun`: right so far, but the text ends inside it. `bad`: no JSON. */
  readonly state: 'whole' | 'begun' | 'bad';
}

const mark = /[{}[\],:]/;
const word = /^(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)$/;
const wordStart = /^(?:tr?u?|fa?l?s?|nu?l?|-?(?:\d+(?:\.\d*)?(?:[eE][+-]?\d*)?)?)$/;
/** Longer than any number or name; what a word of this length says does not matter. */
const longestWord = 4096;

/** The token at or behind `from`, or undefined when only space is left. */
export function nextJsonToken(text: string, from: number): JsonToken | undefined {
  let at = from;
  while (isSpace(text.charCodeAt(at))) at += 1;
  if (at >= text.length) return undefined;
  const char = text.charAt(at);
  if (mark.test(char)) return { kind: 'mark', at, end: at + 1, state: 'whole' };
  return char === '"' ? stringToken(text, at) : wordToken(text, at);
}

function stringToken(text: string, at: number): JsonToken {
  for (let end = at + 1; end < text.length; end += 1) {
    const code = text.charCodeAt(end);
    if (code === 0x22) return { kind: 'string', at, end: end + 1, state: 'whole' };
    if (code < 0x20) return { kind: 'string', at, end, state: 'bad' };
    if (code !== 0x5c) continue;
    const escaped = text.slice(end + 1, end + 6);
    if (escaped.length < 5 && end + 1 + escaped.length === text.length && /^(?:u[0-9a-fA-F]*)?$/.test(escaped)) break;
    if (!/^(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/.test(escaped)) return { kind: 'string', at, end, state: 'bad' };
    end += 1;
  }
  return { kind: 'string', at, end: text.length, state: 'begun' };
}

function wordToken(text: string, at: number): JsonToken {
  let end = at;
  while (end < text.length && end - at < longestWord && isWordPart(text, end)) end += 1;
  const piece = text.slice(at, end);
  const begun = end === text.length && wordStart.test(piece);
  return { kind: 'word', at, end, state: word.test(piece) ? 'whole' : begun ? 'begun' : 'bad' };
}

function isWordPart(text: string, at: number): boolean {
  return text.charAt(at) !== '"' && !mark.test(text.charAt(at)) && !isSpace(text.charCodeAt(at));
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
}
