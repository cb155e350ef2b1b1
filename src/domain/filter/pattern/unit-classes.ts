/** Groups the 65,536 code units into the few classes that a pattern can tell apart. */
import type { CharSet } from './expression.ts';

export interface UnitClasses {
  /** Class of each code unit below 256, -1 until `classOf` was asked for it. */
  readonly latin: Int32Array;
  readonly classOf: (code: number) => number;
  readonly inSet: (unitClass: number, set: number) => boolean;
  /** `\w`: A–Z, a–z, 0–9, _. */
  readonly isWord: (unitClass: number) => boolean;
}

/** Classes for these sets; upper and lower case fall into one. */
export function unitClasses(sets: readonly CharSet[]): UnitClasses {
  const numbers = new Map<string, number>();
  const members: boolean[][] = [];
  const words: boolean[] = [];
  const latin = new Int32Array(256).fill(-1);
  const wide = new Map<number, number>();

  function classify(code: number): number {
    const variants = caseVariants(code);
    const member = sets.map((set) => contains(set, variants));
    const isWord = code < 128 && /\w/.test(String.fromCharCode(code));
    const key = `${isWord} ${member.join()}`;
    const known = numbers.get(key);
    if (known !== undefined) return known;
    const number = members.push(member) - 1;
    words.push(isWord);
    numbers.set(key, number);
    return number;
  }

  return {
    latin,
    classOf(code) {
      if (code < 256) {
        latin[code] = classify(code);
        return latin[code] ?? 0;
      }
      let number = wide.get(code);
      if (number === undefined) {
        number = classify(code);
        wide.set(code, number);
      }
      return number;
    },
    inSet: (unitClass, set) => members[unitClass]?.[set] === true,
    isWord: (unitClass) => words[unitClass] === true,
  };
}

/** The code unit in either case, where that is one unit and does not cross into ASCII (ECMA-262 Canonicalize). */
function caseVariants(code: number): readonly number[] {
  const char = String.fromCharCode(code);
  const variants = [code];
  for (const other of [char.toUpperCase(), char.toLowerCase()]) {
    const otherCode = other.charCodeAt(0);
    if (other.length === 1 && otherCode !== code && code < 128 === otherCode < 128) variants.push(otherCode);
  }
  return variants;
}

function contains(set: CharSet, codes: readonly number[]): boolean {
  const found = set.ranges.some(([low, high]) => codes.some((code) => code >= low && code <= high));
  return found !== set.negated;
}
