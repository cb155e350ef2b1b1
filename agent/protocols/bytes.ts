/** Bytes copied, and read as Latin-1 text: one character is one byte, so nothing is lost. */

const { latin1Slice, copy, indexOf } = Buffer.prototype as unknown as {
  latin1Slice(this: Uint8Array, start: number, end: number): string;
  copy(this: Uint8Array, target: Uint8Array, targetStart: number, sourceStart: number, sourceEnd: number): number;
  indexOf(this: Uint8Array, value: number, from: number): number;
};

/** Bytes `start` to `end` as Latin-1 text. Works on any Uint8Array without wrapping it in a Buffer first. */
export function latin1(bytes: Uint8Array, start: number, end: number): string {
  return latin1Slice.call(bytes, start, end);
}

/** Copies bytes `from` to `to` of `source` to `target` at `at`, without a view in between. */
export function copyBytes(source: Uint8Array, from: number, to: number, target: Uint8Array, at: number): void {
  copy.call(source, target, at, from, to);
}

/** Index of the first `byte` at or after `from`, or -1; several times as fast as that of Uint8Array, or a loop. */
export function indexOfByte(bytes: Uint8Array, byte: number, from: number): number {
  return indexOf.call(bytes, byte, from);
}

/** Lines are mostly shorter: a call into native code costs as much as looking at so many bytes. */
const shortLine = 80;

/** Index of the first line feed from `from` to before `to`, or -1. */
export function lineFeed(bytes: Uint8Array, from: number, to: number): number {
  const near = Math.min(to, from + shortLine);
  for (let at = from; at < near; at++) if (bytes[at] === 10) return at;
  if (near >= to) return -1;
  // A view, because a search knows no end, and what lies behind `to` may be long.
  const found = indexOfByte(bytes.subarray(near, to), 10, 0);
  return found < 0 ? -1 : near + found;
}

const beyondAscii = /[\x80-\xff]/;
const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Latin-1 text as a person should read it: UTF-8 where it is valid UTF-8, as sent otherwise. */
export function readable(text: string): string {
  if (!beyondAscii.test(text)) return text;
  try {
    return utf8.decode(Buffer.from(text, 'latin1'));
  } catch {
    return text;
  }
}
