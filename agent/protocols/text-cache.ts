/** Texts that come again and again, as paths do, without making a new string each time: strings that exist already also know their hash. */
import { latin1, readable } from './bytes.ts';

/** Slots, a power of two; a slot holds the last text whose hash fell on it. */
const slots = 1024;
/** A longer text is made anew. */
const maxLength = 256;

export class TextCache {
  readonly #texts: string[] = new Array(slots).fill('');

  /** Bytes `from` to `to` as a person should read them: `readable` of bytes.ts. */
  text(bytes: Uint8Array, from: number, to: number): string {
    const length = to - from;
    if (length > maxLength) return readable(latin1(bytes, from, to));
    // FNV-1a.
    let hash = 0x811c9dc5;
    for (let at = from; at < to; at++) hash = Math.imul(hash ^ (bytes[at] ?? 0), 0x01000193);
    const slot = (hash ^ (hash >>> 15)) & (slots - 1);
    const cached = this.#texts[slot] ?? '';
    if (cached.length === length && isText(bytes, from, cached)) return cached;
    const text = readable(latin1(bytes, from, to));
    this.#texts[slot] = text;
    return text;
  }
}

function isText(bytes: Uint8Array, at: number, text: string): boolean {
  for (let i = 0; i < text.length; i++) if (bytes[at + i] !== text.charCodeAt(i)) return false;
  return true;
}
