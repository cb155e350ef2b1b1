/** Bytes → text, where they are text. */

const fatal = new TextDecoder('utf-8', { fatal: true });
const latin = new TextDecoder('latin1');

/**
 * The text, or undefined when the bytes are none: not valid in their charset or full of control characters.
 * A character cut in two at the very end is dropped.
 *
 * @param charset of the content type; other than UTF-8 only the Latin ones are known.
 */
export function decodeText(bytes: Uint8Array, charset: string | undefined): string | undefined {
  const isLatin = charset !== undefined && /^(?:iso-8859-1|latin-?1|windows-1252)$/i.test(charset);
  const text = isLatin ? latin.decode(bytes) : decodeUtf8(bytes);
  return text !== undefined && !looksBinary(text) ? text : undefined;
}

/** UTF-8 text, or undefined. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return fatal.decode(withoutCutCharacter(bytes));
  } catch {
    return undefined;
  }
}

/** Without the beginning of a character whose rest is missing (RFC 3629: at most 3 bytes). */
function withoutCutCharacter(bytes: Uint8Array): Uint8Array {
  for (let back = 1; back <= 3 && back <= bytes.length; back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if ((byte & 0xc0) === 0x80) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return length > back && back < bytes.length ? bytes.subarray(0, bytes.length - back) : bytes;
  }
  return bytes;
}

/** More than one control character in twenty, of those that text does not use, in the first few thousand. */
function looksBinary(text: string): boolean {
  const head = text.slice(0, 4096);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  const strange = head.match(/[\x00-\x06\x0e-\x1a\x1c-\x1f]/g)?.length ?? 0;
  return strange * 20 > head.length;
}
