/**
 * JavaScript regular expressions (ECMA-262 §22.2, without flags `u` and `v`) → Expression.
 * What cannot be matched in linear time (backreferences, lookaround) is refused by name.
 */
import { type Assertion, type CharSet, type Expression, literal, unit } from './expression.ts';

const digit: CharSet['ranges'] = [[48, 57]];
const word: CharSet['ranges'] = [
  [48, 57],
  [65, 90],
  [95, 95],
  [97, 122],
];
const blank: CharSet['ranges'] = [
  [9, 13],
  [32, 32],
  [0xa0, 0xa0],
  [0x1680, 0x1680],
  [0x2000, 0x200a],
  [0x2028, 0x2029],
  [0x202f, 0x202f],
  [0x205f, 0x205f],
  [0x3000, 0x3000],
  [0xfeff, 0xfeff],
];
const lineEnds: CharSet['ranges'] = [
  [10, 10],
  [13, 13],
  [0x2028, 0x2029],
];
const controls: Readonly<Record<string, number>> = { t: 9, n: 10, v: 11, f: 12, r: 13, 0: 0 };
const maxDepth = 64;

/**
 * Reads a regular expression.
 *
 * @throws SyntaxError with the JavaScript engine's message, or naming what is not supported.
 */
export function readRegex(source: string): Expression {
  // The engine is the judge of syntax, so that messages and corner cases are the ones people know.
  new RegExp(source);
  let at = 0;
  let depth = 0;

  function choice(): Expression {
    const parts = [sequence()];
    while (source[at] === '|') {
      at += 1;
      parts.push(sequence());
    }
    const [only] = parts;
    return parts.length === 1 && only ? only : { kind: 'choice', parts };
  }

  function sequence(): Expression {
    const parts: Expression[] = [];
    while (at < source.length && source[at] !== '|' && source[at] !== ')') parts.push(quantified(atom()));
    return { kind: 'sequence', parts };
  }

  function quantified(part: Expression): Expression {
    const bounds = quantifier();
    return bounds ? { kind: 'repeat', part, ...bounds } : part;
  }

  function quantifier(): { min: number; max: number } | undefined {
    const match = /^(?:([*+?])|\{(\d+)(,?)(\d*)\})\??/.exec(source.slice(at, at + 40));
    if (!match) return undefined;
    at += match[0].length;
    if (match[1] === '*') return { min: 0, max: Number.POSITIVE_INFINITY };
    if (match[1] === '+') return { min: 1, max: Number.POSITIVE_INFINITY };
    if (match[1] === '?') return { min: 0, max: 1 };
    const min = Number(match[2]);
    if (match[3] === '') return { min, max: min };
    return { min, max: match[4] === '' ? Number.POSITIVE_INFINITY : Number(match[4]) };
  }

  function atom(): Expression {
    const char = source.charAt(at);
    at += 1;
    switch (char) {
      case '^':
        return assertion('start');
      case '$':
        return assertion('end');
      case '.':
        return { kind: 'set', set: { ranges: lineEnds, negated: true } };
      case '(':
        return group();
      case '[':
        return { kind: 'set', set: bracket() };
      case '\\':
        return escaped();
      default:
        return unit(char.charCodeAt(0));
    }
  }

  function group(): Expression {
    const opening = /^\?(?::|<[^=!][^>]*>)/.exec(source.slice(at))?.[0];
    if (opening !== undefined) at += opening.length;
    else if (source[at] === '?') throw new SyntaxError('Lookahead, lookbehind and (?flags:) are not supported');
    depth += 1;
    if (depth > maxDepth) throw new SyntaxError(`Groups are nested more than ${maxDepth} deep`);
    const inner = choice();
    depth -= 1;
    at += 1;
    return inner;
  }

  function escaped(): Expression {
    const char = source.charAt(at);
    if (char === 'b') return next(assertion('word-edge'));
    if (char === 'B') return next(assertion('no-word-edge'));
    if (/[1-9k]/.test(char)) throw new SyntaxError(`Backreferences (\\${char}) are not supported`);
    if (/[pP]/.test(char) && source[at + 1] === '{') throw new SyntaxError(`\\${char}{…} is not supported`);
    const set = classEscape();
    return set ? { kind: 'set', set } : unit(charEscape());
  }

  function next(expression: Expression): Expression {
    at += 1;
    return expression;
  }

  /** `\d` and its like; undefined (nothing read) for any other escape. */
  function classEscape(): CharSet | undefined {
    const char = source.charAt(at);
    const ranges = { d: digit, w: word, s: blank }[char.toLowerCase()];
    if (ranges === undefined) return undefined;
    at += 1;
    return { ranges, negated: char !== char.toLowerCase() };
  }

  /** The code unit that the escape behind a backslash names. */
  function charEscape(): number {
    const rest = source.slice(at, at + 5);
    const hex = /^(?:x([0-9a-f]{2})|u([0-9a-f]{4}))/i.exec(rest);
    if (hex) {
      at += hex[0].length;
      return Number.parseInt(hex[1] ?? hex[2] ?? '0', 16);
    }
    if (/^c[a-z]/i.test(rest)) {
      at += 2;
      return rest.charCodeAt(1) % 32;
    }
    at += 1;
    return controls[rest.charAt(0)] ?? rest.charCodeAt(0);
  }

  /** `[…]`, the opening bracket read already. */
  function bracket(): CharSet {
    const negated = source[at] === '^';
    if (negated) at += 1;
    const ranges: [number, number][] = [];
    while (at < source.length && source[at] !== ']') {
      const low = member();
      if (typeof low !== 'number') {
        ranges.push(...toRanges(low));
      } else if (source[at] === '-' && source[at + 1] !== ']' && at + 1 < source.length) {
        at += 1;
        const high = member();
        // `[a-\d]` is a, - and the digits (ECMA-262 B.1.2).
        if (typeof high === 'number') ranges.push([low, high]);
        else ranges.push([low, low], [45, 45], ...toRanges(high));
      } else {
        ranges.push([low, low]);
      }
    }
    at += 1;
    return { ranges, negated };
  }

  function member(): number | CharSet {
    const char = source.charAt(at);
    at += 1;
    if (char !== '\\') return char.charCodeAt(0);
    if (source[at] === 'b') {
      at += 1;
      return 8;
    }
    return classEscape() ?? charEscape();
  }

  const expression = choice();
  return at >= source.length ? expression : literal(source);
}

function assertion(kind: Assertion): Expression {
  return { kind: 'assert', assertion: kind };
}

/** The ranges of a set, turned inside out where it is negated. */
function toRanges(set: CharSet): [number, number][] {
  const sorted = set.ranges.map(([low, high]): [number, number] => [low, high]).sort((a, b) => a[0] - b[0]);
  if (!set.negated) return sorted;
  const gaps: [number, number][] = [];
  let from = 0;
  for (const [low, high] of sorted) {
    if (low > from) gaps.push([from, low - 1]);
    from = Math.max(from, high + 1);
  }
  if (from <= 0xffff) gaps.push([from, 0xffff]);
  return gaps;
}
