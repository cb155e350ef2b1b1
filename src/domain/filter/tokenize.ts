/** Filter text → tokens. Every character is in a token or is space between two. */
import { fault } from './fault.ts';
import { operators, type Token, type TokenKind } from './token.ts';

const space = /\s/;
/** Names of labels have slashes: `label.app.kubernetes.io/name`. */
const fieldName = /(?:[A-Za-z_][A-Za-z0-9_]*\.)?label\.[A-Za-z0-9][A-Za-z0-9_./-]*|[A-Za-z_][A-Za-z0-9_.-]*/iy;
const keywords: Readonly<Record<string, TokenKind>> = { not: 'not', and: 'and', or: 'or', '&&': 'and', '||': 'or' };
const closing: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };

/** Where in the text a column name and its operator stand. */
interface Head {
  readonly nameEnd: number;
  readonly operatorAt: number;
  readonly operator: string;
}

/**
 * Splits filter text into tokens, in order.
 *
 * @throws FilterFault for quotes that do not close.
 */
export function tokenize(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  // A comma continues the values of the comparison before it, unless a new comparison follows it.
  let inList = false;

  const push = (kind: TokenKind, from: number, end: number, inner = text.slice(from, end), quoted = false) => {
    tokens.push({ kind, at: from, end, text: inner, quoted });
    at = end;
  };
  const skipSpace = () => {
    while (at < text.length && space.test(text.charAt(at))) at += 1;
  };
  const pushValue = () => {
    if (text[at] === '"') {
      const end = endOfQuotes(text, at);
      push('value', at, end, text.slice(at + 1, end - 1), true);
    } else {
      push('value', at, endOfWord(text, at));
    }
    inList = true;
  };
  const pushComparison = (head: Head) => {
    push('field', at, head.nameEnd);
    push('operator', head.operatorAt, head.operatorAt + head.operator.length);
    // `error= path~x` asks for rows without an error; `error = x` and `latency> 5ms` mean the next word.
    const emptyHasMeaning = head.operator === '=' || head.operator === '==' || head.operator === '!=';
    if (!emptyHasMeaning || head.operatorAt > head.nameEnd) skipSpace();
    pushValue();
  };

  for (skipSpace(); at < text.length; skipSpace()) {
    const char = text.charAt(at);
    if (char === ',') {
      push('comma', at, at + 1);
      skipSpace();
      if (inList && at < text.length && text[at] !== ')' && text[at] !== ',' && !comparisonAt(text, at)) pushValue();
      continue;
    }
    inList = false;
    const head = comparisonAt(text, at);
    if (head) pushComparison(head);
    else if (char === '(') push('open', at, at + 1);
    else if (char === ')') push('close', at, at + 1);
    else if (char === '!') push('not', at, at + 1);
    else if (char === '"') {
      const end = endOfQuotes(text, at);
      push('phrase', at, end, text.slice(at + 1, end - 1), true);
    } else {
      const pattern = char === '/' ? endOfPattern(text, at) : undefined;
      if (pattern !== undefined) push('pattern', at, pattern, text.slice(at + 1, pattern - 1));
      else {
        const end = endOfWord(text, at);
        push(keywords[text.slice(at, end).toLowerCase()] ?? 'word', at, end);
      }
    }
  }
  return tokens;
}

/** The column name and operator that begin here, if they do. */
export function comparisonAt(text: string, at: number): Head | undefined {
  fieldName.lastIndex = at;
  const name = fieldName.exec(text)?.[0];
  if (name === undefined) return undefined;
  const nameEnd = at + name.length;
  let operatorAt = nameEnd;
  while (operatorAt < text.length && space.test(text.charAt(operatorAt))) operatorAt += 1;
  const operator = operators.find((candidate) => text.startsWith(candidate, operatorAt));
  if (operator === undefined) return undefined;
  const apart = operatorAt > nameEnd;
  // "a :b" is two words and "not ~x" begins with a keyword; `fe80::1` is an address.
  if (apart && (operator === ':' || name.toLowerCase() in keywords)) return undefined;
  if (operator === ':' && /^[0-9a-f]{1,4}:[0-9a-f.]*:/i.test(text.slice(at, at + 64))) return undefined;
  return { nameEnd, operatorAt, operator };
}

/** End of the word that begins here: at a space, comma or `)`, but brackets inside a word close first: `^/(a|b){1,2}$`. */
function endOfWord(text: string, from: number): number {
  const open: string[] = [];
  let at = from;
  for (; at < text.length; at += 1) {
    const char = text.charAt(at);
    if (char === '\\' && at + 1 < text.length) at += 1;
    else if (space.test(char)) break;
    else if (char === open.at(-1)) open.pop();
    else if (open.at(-1) !== ']' && closing[char] !== undefined) open.push(closing[char]);
    else if (open.length === 0 && (char === ',' || char === ')')) break;
  }
  return at;
}

/** End of the quoted text that begins here, behind its closing quote. */
function endOfQuotes(text: string, from: number): number {
  for (let at = from + 1; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === '"') return at + 1;
  }
  return fault({ at: from, end: text.length }, 'This quote is not closed: add " at the end.');
}

/** `/…/` is a pattern when the very next slash ends the word; else it is text, as in `/mem/api`. */
function endOfPattern(text: string, from: number): number | undefined {
  let inClass = false;
  for (let at = from + 1; at < text.length; at += 1) {
    const char = text[at];
    if (char === '\\') at += 1;
    else if (char === '[') inClass = true;
    else if (char === ']') inClass = false;
    else if (char === '/' && !inClass) {
      const after = text[at + 1];
      const ends = after === undefined || after === ',' || after === ')' || space.test(after);
      return ends && at > from + 1 ? at + 1 : undefined;
    }
  }
  return undefined;
}
