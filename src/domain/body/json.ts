/**
 * Pretty-prints JSON without reading it into values: numbers keep every digit, keys their order and duplicates, and a text
 * that was cut is printed as far as it goes.
 */
import { type JsonToken, nextJsonToken } from './json-token.ts';

export interface PrettyJson {
  readonly lines: readonly string[];
  /** `cut`: the text ended inside a value. `invalid`: it was no JSON from `at` on, and nothing from there was printed. */
  readonly end: 'complete' | 'cut' | 'invalid';
  /** Characters read. */
  readonly at: number;
}

/** Deeper values are printed on one line. */
const maxDepth = 64;

/** What may come next. `first-…` may also be the end of an empty object or array. */
type Expect = 'value' | 'first-element' | 'first-key' | 'key' | 'colon' | 'comma';

/** Prints one JSON value, or several one after the other (JSON lines). Linear in the text; never throws. */
export function prettyJson(text: string): PrettyJson {
  const printer = createPrinter();
  let at = 0;
  for (let token = nextJsonToken(text, at); token !== undefined; token = nextJsonToken(text, at)) {
    if (token.state === 'bad' || !printer.accepts(text, token)) return { lines: printer.finish(), end: 'invalid', at };
    printer.print(text.slice(token.at, token.end));
    at = token.end;
    if (token.state === 'begun') return { lines: printer.finish(), end: 'cut', at };
  }
  const end = printer.isComplete() ? 'complete' : 'cut';
  return { lines: printer.finish(), end, at: text.length };
}

interface Printer {
  /** Whether JSON may go on with this token. */
  readonly accepts: (text: string, token: JsonToken) => boolean;
  /** Prints a token that was accepted. */
  readonly print: (piece: string) => void;
  /** Between two values, with at least one printed. */
  readonly isComplete: () => boolean;
  readonly finish: () => readonly string[];
}

function createPrinter(): Printer {
  const lines: string[] = [];
  const open: string[] = [];
  let pieces: string[] = [];
  let expect: Expect = 'value';

  function accepts(text: string, token: JsonToken): boolean {
    if (token.kind === 'string') return expect !== 'colon' && expect !== 'comma';
    if (token.kind === 'word') return expect === 'value' || expect === 'first-element';
    const mark = text.charAt(token.at);
    if (mark === '{' || mark === '[') return expect === 'value' || expect === 'first-element';
    if (mark === ',') return expect === 'comma';
    if (mark === ':') return expect === 'colon';
    const isObject = mark === '}';
    const isEmpty = expect === (isObject ? 'first-key' : 'first-element');
    return open.at(-1) === (isObject ? '{' : '[') && (isEmpty || expect === 'comma');
  }

  function print(piece: string): void {
    if (piece === '}' || piece === ']') {
      close(piece);
    } else if (piece === ',') {
      pieces.push(',');
      breakLine(' ');
      expect = open.at(-1) === '{' ? 'key' : 'value';
    } else if (piece === ':') {
      pieces.push(': ');
      expect = 'value';
    } else {
      printValue(piece);
    }
  }

  /** A key, a scalar or an opening bracket. */
  function printValue(piece: string): void {
    if (expect === 'first-key' || expect === 'first-element') breakLine('');
    pieces.push(piece);
    if (piece === '{' || piece === '[') {
      open.push(piece);
      expect = piece === '{' ? 'first-key' : 'first-element';
    } else if (expect === 'key' || expect === 'first-key') {
      expect = 'colon';
    } else {
      endValue();
    }
  }

  function close(mark: string): void {
    const isEmpty = expect !== 'comma';
    const flat = open.length > maxDepth;
    open.pop();
    if (!isEmpty && !flat) breakLine('');
    pieces.push(mark);
    endValue();
  }

  function endValue(): void {
    expect = open.length > 0 ? 'comma' : 'value';
    if (open.length === 0) flush();
  }

  /** A new line, or within deep values `flat` instead. */
  function breakLine(flat: string): void {
    if (open.length > maxDepth) {
      pieces.push(flat);
      return;
    }
    flush();
    pieces.push('  '.repeat(open.length));
  }

  function flush(): void {
    lines.push(pieces.join(''));
    pieces = [];
  }

  return {
    accepts,
    print,
    isComplete: () => open.length === 0 && lines.length > 0,
    finish: () => {
      if (pieces.join('').trim() !== '') flush();
      return lines;
    },
  };
}
