/** Bytes as Latin-1 text: one character is one byte, so nothing is lost, and copying is a single call. */

const { latin1Slice } = Buffer.prototype as unknown as {
  latin1Slice(this: Uint8Array, start: number, end: number): string;
};

/** Bytes `start` to `end` as Latin-1 text. Works on any Uint8Array without wrapping it in a Buffer first. */
export function latin1(bytes: Uint8Array, start: number, end: number): string {
  return latin1Slice.call(bytes, start, end);
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
