/** Finds the few header fields that matter by the looks of their names, before any name is compared. */
import type { Redactor } from './redact.ts';

/** Fields that framing and rows need at once. */
const knownFields = ['host', 'content-type', 'content-length', 'content-encoding', 'transfer-encoding'];

/** A name that looks like this may be a known field, or a secret. */
export const maybeKnown = 1;
export const maybeSecret = 2;

export interface FieldShapes {
  /** By first character, folded as in `fold`: whether any name that matters begins so. */
  readonly letters: Uint8Array;
  /** By `shapeOf`: what a name that looks like that may be. */
  readonly shapes: Uint8Array;
}

export function createFieldShapes(redactor: Redactor): FieldShapes {
  const letters = new Uint8Array(256);
  const shapes = new Uint8Array(1 << 16);
  const note = (name: string, what: number): void => {
    const first = name.charCodeAt(0);
    const shape = shapeOf(first, name.charCodeAt(name.length - 1), name.length);
    letters[fold(first)] = 1;
    shapes[shape] = (shapes[shape] ?? 0) | what;
  };
  for (const name of knownFields) note(name, maybeKnown);
  for (const name of redactor.names) note(name, maybeSecret);
  return { letters, shapes };
}

/** Lower case for letters; other characters may fall together, which costs a comparison and nothing else. */
export function fold(code: number): number {
  return (code | 32) & 255;
}

/** Index into `shapes` for a name with these first and last characters and this length. */
export function shapeOf(first: number, last: number, length: number): number {
  return ((first & 31) << 11) | ((last & 31) << 6) | Math.min(length, 63);
}
