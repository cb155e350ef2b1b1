/** The words of the filter language. */

export const operators = ['!=', '!~', '==', '=~', '>=', '<=', '=', '>', '<', '~', ':'] as const;

/** `==` and `=~`, known from other languages, are read as `=` and `~`. */
export type Operator = '=' | '!=' | '>' | '>=' | '<' | '<=' | '~' | '!~' | ':';

export type TokenKind =
  /** Bare text to search for. */
  | 'word'
  /** `"text with spaces"`. */
  | 'phrase'
  /** `/regular expression/`. */
  | 'pattern'
  /** Column name; an operator follows. */
  | 'field'
  | 'operator'
  /** What stands behind an operator or a comma of its list; empty after `field=`. */
  | 'value'
  | 'comma'
  | 'open'
  | 'close'
  | 'not'
  | 'and'
  | 'or';

export interface Token {
  readonly kind: TokenKind;
  /** Offsets into the filter text, `end` exclusive. */
  readonly at: number;
  readonly end: number;
  /** The text without its delimiters; backslashes still in it (see `unescape`). */
  readonly text: string;
  /** Written in double quotes: `*` is a star, not a wildcard. */
  readonly quoted: boolean;
}

/** Takes the backslashes out: a backslash makes the next character an ordinary one. */
export function unescapeText(text: string): string {
  return text.includes('\\') ? text.replace(/\\([\s\S])/g, '$1') : text;
}

/** Writes text so that the filter language reads it back as exactly this text. */
export function quoteText(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}
