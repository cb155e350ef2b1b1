/** Finds the few header fields that matter by the first letter and the length of their names, before any name is compared. */
import type { Redactor } from './redact.ts';

/** Fields that framing and rows need at once. */
export const knownFields = ['host', 'content-type', 'content-length', 'content-encoding', 'transfer-encoding'] as const;

/** Longest name that has a shape of its own; longer ones share one. */
const maxLength = 63;

/** A name that looks like this may be a known field, or a secret. */
export const maybeKnown = 1;
export const maybeSecret = 2;

/** Per first letter (lower case), and per letter and length: what a name that looks like that may be. */
export interface FieldShapes {
  readonly letters: Uint8Array;
  readonly shapes: Uint8Array;
}

export function createFieldShapes(redactor: Redactor): FieldShapes {
  const letters = new Uint8Array(256);
  const shapes = new Uint8Array(256 * (maxLength + 1));
  const note = (name: string, what: number): void => {
    // The parser folds case with `| 32`, which also changes a few characters that are no letters.
    const letter = (name.charCodeAt(0) | 32) & 255;
    const shape = shapeOf(letter, name.length);
    letters[letter] = 1;
    shapes[shape] = (shapes[shape] ?? 0) | what;
  };
  for (const name of knownFields) note(name, maybeKnown);
  for (const name of redactor.names) note(name, maybeSecret);
  return { letters, shapes };
}

/** Index into `shapes`. */
export function shapeOf(letter: number, length: number): number {
  return letter * (maxLength + 1) + Math.min(length, maxLength);
}
