/** A text pattern as a tree: what regular expressions, wildcards and plain text all become before they are matched. */

/** UTF-16 code units, as ranges with both ends included. */
export interface CharSet {
  readonly ranges: readonly (readonly [low: number, high: number])[];
  readonly negated: boolean;
}

export type Assertion = 'start' | 'end' | 'word-edge' | 'no-word-edge';

export type Expression =
  | { readonly kind: 'set'; readonly set: CharSet }
  | { readonly kind: 'sequence' | 'choice'; readonly parts: readonly Expression[] }
  /** `max` may be Infinity. */
  | { readonly kind: 'repeat'; readonly part: Expression; readonly min: number; readonly max: number }
  | { readonly kind: 'assert'; readonly assertion: Assertion };

export const anyUnit: CharSet = { ranges: [], negated: true };
export const nothing: Expression = { kind: 'sequence', parts: [] };

/** These characters, one after the other. */
export function literal(text: string): Expression {
  return { kind: 'sequence', parts: Array.from({ length: text.length }, (_, at) => unit(text.charCodeAt(at))) };
}

/** Exactly this code unit. */
export function unit(code: number): Expression {
  return { kind: 'set', set: { ranges: [[code, code]], negated: false } };
}

/** Text in which an unescaped `*` stands for any run of characters, the empty one included. */
export function wildcard(text: string): Expression {
  const parts: Expression[] = [];
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === '\\' && at + 1 < text.length) {
      at += 1;
      parts.push(unit(text.charCodeAt(at)));
    } else if (text[at] === '*') {
      parts.push({ kind: 'repeat', part: { kind: 'set', set: anyUnit }, min: 0, max: Number.POSITIVE_INFINITY });
    } else {
      parts.push(unit(text.charCodeAt(at)));
    }
  }
  return { kind: 'sequence', parts };
}

/** The whole text must match, not a part of it. */
export function whole(part: Expression): Expression {
  return {
    kind: 'sequence',
    parts: [{ kind: 'assert', assertion: 'start' }, part, { kind: 'assert', assertion: 'end' }],
  };
}

/** The text must begin with it. */
export function prefix(part: Expression): Expression {
  return { kind: 'sequence', parts: [{ kind: 'assert', assertion: 'start' }, part] };
}
