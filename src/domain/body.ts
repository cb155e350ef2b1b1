/** A message body as lines to read. What it claims to be counts only as far as the bytes bear it out. */

import { formLines } from './body/form.ts';
import { bytesPerLine, hexLines } from './body/hex.ts';
import { prettyJson } from './body/json.ts';
import { decodeText } from './body/text.ts';
import { escapeToAscii, sanitizeJson, sanitizeLine, sanitizeLines } from './sanitize.ts';

export type BodyKind = 'json' | 'text' | 'hex' | 'form' | 'empty';

export interface PresentedBody {
  readonly kind: BodyKind;
  /** Safe for a terminal; as long as they are (`wrapLine` breaks them). */
  readonly lines: readonly string[];
  /** What was left out or is not as it claims to be, in a few words each. */
  readonly notes: readonly string[];
}

export interface PresentOptions {
  /** Cells a hex dump may take; default 80. */
  readonly width?: number;
  /** The bytes are known to be the beginning of a longer body. */
  readonly cut?: boolean;
  readonly ascii?: boolean | undefined;
  /** Lines at most; default 20,000. */
  readonly maxLines?: number;
}

/**
 * Presents a decoded body (no transfer or content coding).
 *
 * @param contentType value of Content-Type, null when there is none.
 */
export function presentBody(
  bytes: Uint8Array,
  contentType: string | null,
  options: PresentOptions = {},
): PresentedBody {
  if (bytes.length === 0) return { kind: 'empty', lines: [], notes: options.cut ? ['no byte of it was kept'] : [] };
  const presented = presentContent(bytes, contentType?.toLowerCase() ?? '', options);
  const maxLines = options.maxLines ?? 20_000;
  const notes = [...presented.notes];
  if (options.cut && !notes.some((note) => note.includes('cut'))) notes.push('cut: only the beginning was kept');
  if (presented.lines.length <= maxLines) return { ...presented, notes };
  notes.push(`${presented.lines.length - maxLines} more lines are not shown`);
  return { ...presented, lines: presented.lines.slice(0, maxLines), notes };
}

function presentContent(bytes: Uint8Array, type: string, options: PresentOptions): PresentedBody {
  const text = decodeText(bytes, /charset="?([^\s;"]+)/.exec(type)?.[1]);
  if (text === undefined) {
    const notes = /^text\/|json|xml|form-urlencoded/.test(type)
      ? [`not text, though the content type says ${sanitizeLine(type)}`]
      : [];
    return { kind: 'hex', lines: hexLines(bytes, bytesPerLine(options.width ?? 80)), notes };
  }
  const saysJson = /^[^;]*json/.test(type);
  if (saysJson || /^\ufeff?\s*[[{]/.test(text)) {
    const json = presentJson(text.replace(/^\ufeff/, ''), saysJson, options);
    if (json) return json;
  }
  if (type.startsWith('application/x-www-form-urlencoded')) {
    return { kind: 'form', lines: formLines(text).map((line) => sanitizeLine(line, options)), notes: [] };
  }
  const notes = saysJson ? ['not JSON, though the content type says so'] : [];
  return { kind: 'text', lines: sanitizeLines(text.replace(/\r?\n$/, ''), options), notes };
}

function presentJson(text: string, saysJson: boolean, { ascii, cut }: PresentOptions): PresentedBody | undefined {
  const { lines, end, at } = prettyJson(text);
  // Text may well begin with a bracket; a body that says it is JSON and breaks off is shown as far as it is.
  if (lines.length === 0 || (end === 'invalid' && !(saysJson && at > text.length / 2))) return undefined;
  const safe = lines.map((line) => (ascii ? escapeToAscii(line) : sanitizeJson(line)));
  if (end === 'complete') return { kind: 'json', lines: safe, notes: [] };
  if (end === 'cut')
    return { kind: 'json', lines: safe, notes: [cut ? 'cut in the middle of the JSON' : 'the JSON ends early'] };
  return {
    kind: 'json',
    lines: [...safe, ...sanitizeLines(text.slice(at), { ascii })],
    notes: [`not valid JSON from character ${at} on`],
  };
}
