/** The words of a command line with their places. Quotes and brackets hold a word together, as in the filter language. */

export interface Word {
  readonly text: string;
  /** Where it begins in the line. */
  readonly at: number;
}

const closing: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };

/** Splits at white space outside of quotes and brackets; a quote or bracket that does not close runs to the end. */
export function splitWords(text: string): readonly Word[] {
  const words: Word[] = [];
  let start = -1;
  const open: string[] = [];
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charAt(at);
    if (/\s/.test(char) && open.length === 0) {
      if (start !== -1) words.push({ text: text.slice(start, at), at: start });
      start = -1;
      continue;
    }
    if (start === -1) start = at;
    if (char === '\\') at += 1;
    else if (char === open.at(-1)) open.pop();
    else if (char === '"') open.push('"');
    else if (open.at(-1) !== '"' && closing[char] !== undefined) open.push(closing[char]);
  }
  if (start !== -1) words.push({ text: text.slice(start), at: start });
  return words;
}
