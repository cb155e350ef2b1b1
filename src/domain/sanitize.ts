/**
 * Makes text from the network safe to show: nothing in the result is read as a command by a terminal, hides, or turns the
 * reading direction. What is taken out stays visible, so that an attack can be seen: ESC as ␛, U+202E as \u202e.
 * (Control functions: ECMA-48; bidi controls: Unicode UAX #9, CVE-2021-42574.)
 */

export interface SanitizeOptions {
  /** For terminals without Unicode: controls and everything beyond ASCII in the `\uXXXX` form. */
  readonly ascii?: boolean | undefined;
}

const plain = /^[\x20-\x7e]*$/;

/**
 * Controls (C0, DEL, C1), format characters (bidi, joiners, tags), lone surrogates, line and paragraph separators,
 * everything that fonts leave invisible (fillers, variation selectors, soft hyphen), noncharacters, blank braille.
 */
const unsafe = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}\u2800]/gu;
const notAscii = /[^\x20-\x7e]/gu;
/** Marks stacked on one letter beyond what any script needs grow over the lines around it. */
const stacked = /(\p{M}{4})(\p{M}+)/gu;

/**
 * Text for one line: tabs and line ends are shown too (␉ ␊ ␍).
 * Plain ASCII comes back as it is, at the cost of one scan.
 */
export function sanitizeLine(text: string, options?: SanitizeOptions): string {
  if (plain.test(text)) return text;
  if (options?.ascii) return escapeToAscii(text);
  return unstack(text.replace(unsafe, picture));
}

/** Text of several lines, split at CR LF, LF and CR; tabs become spaces up to the next multiple of `tabWidth`. */
export function sanitizeLines(text: string, options?: SanitizeOptions & { readonly tabWidth?: number }): string[] {
  return text.split(/\r\n|\n|\r/).map((line) => sanitizeLine(expandTabs(line, options?.tabWidth ?? 4), options));
}

/** As `sanitizeLine`, but everything taken out is in the `\uXXXX` form, which JSON reads back as the same text. */
export function sanitizeJson(json: string): string {
  return plain.test(json) ? json : unstack(json.replace(unsafe, escapeUnits));
}

/** As `sanitizeLine`, but line feeds and tabs stay: for files that may also be shown. */
export function sanitizeText(text: string): string {
  if (plain.test(text)) return text;
  return unstack(text.replace(unsafe, (char) => (char === '\n' || char === '\t' ? char : picture(char))));
}

/** Everything but printable ASCII as `\uXXXX`. */
export function escapeToAscii(text: string): string {
  return text.replace(notAscii, escapeUnits);
}

function picture(char: string): string {
  const code = char.charCodeAt(0);
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  return code === 0x7f ? '\u2421' : escapeUnits(char);
}

function escapeUnits(char: string): string {
  let escaped = '';
  for (let at = 0; at < char.length; at += 1) escaped += `\\u${char.charCodeAt(at).toString(16).padStart(4, '0')}`;
  return escaped;
}

function unstack(text: string): string {
  return text.replace(stacked, (_, kept: string, rest: string) => kept + escapeUnits(rest));
}

function expandTabs(line: string, tabWidth: number): string {
  if (!line.includes('\t')) return line;
  const [first = '', ...rest] = line.split('\t');
  return rest.reduce((text, piece) => text + ' '.repeat(tabWidth - (text.length % tabWidth)) + piece, first);
}
