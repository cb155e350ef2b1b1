/** Expression → instructions of a nondeterministic automaton (Thompson's construction). */
import type { Assertion, CharSet, Expression } from './expression.ts';

export type Instruction =
  /** Consumes one code unit of set number `set`, goes on at the next instruction. */
  | { readonly kind: 'set'; readonly set: number }
  /** Goes on at both. */
  | { readonly kind: 'split'; first: number; second: number }
  | { readonly kind: 'jump'; to: number }
  | { readonly kind: 'assert'; readonly assertion: Assertion }
  | { readonly kind: 'match' };

export interface Program {
  readonly instructions: readonly Instruction[];
  /** Distinct sets, referred to by number. */
  readonly sets: readonly CharSet[];
  readonly asserts: boolean;
}

/** Keeps `(a{1000}){1000}` from filling memory. */
const maxInstructions = 5000;

/** @throws SyntaxError when repetitions make the pattern too large. */
export function compileProgram(expression: Expression): Program {
  const instructions: Instruction[] = [];
  const sets: CharSet[] = [];
  const setNumbers = new Map<string, number>();
  let asserts = false;

  function add<I extends Instruction>(instruction: I): I {
    if (instructions.length >= maxInstructions) {
      throw new SyntaxError(`The pattern is too large: its repetitions spell out to over ${maxInstructions} steps`);
    }
    instructions.push(instruction);
    return instruction;
  }

  function setNumber(set: CharSet): number {
    const key = `${set.negated} ${set.ranges.join(' ')}`;
    const known = setNumbers.get(key);
    if (known !== undefined) return known;
    setNumbers.set(key, sets.length);
    return sets.push(set) - 1;
  }

  function emit(node: Expression): void {
    switch (node.kind) {
      case 'set':
        add({ kind: 'set', set: setNumber(node.set) });
        return;
      case 'assert':
        asserts = true;
        add({ kind: 'assert', assertion: node.assertion });
        return;
      case 'sequence':
        for (const part of node.parts) emit(part);
        return;
      case 'choice':
        emitChoice(node.parts);
        return;
      case 'repeat':
        emitRepeat(node.part, node.min, node.max);
    }
  }

  function emitChoice(parts: readonly Expression[]): void {
    const ends = parts.map((part, index) => {
      const last = index === parts.length - 1;
      const split = last ? undefined : add({ kind: 'split', first: instructions.length + 1, second: 0 });
      emit(part);
      const end = last ? undefined : add({ kind: 'jump', to: 0 });
      if (split) split.second = instructions.length;
      return end;
    });
    for (const end of ends) if (end) end.to = instructions.length;
  }

  function emitRepeat(part: Expression, min: number, max: number): void {
    // A part that emits nothing, such as (){9999}, need not be counted out.
    for (let count = 0; count < min; count += 1) {
      const before = instructions.length;
      emit(part);
      if (instructions.length === before) break;
    }
    if (max === Number.POSITIVE_INFINITY) {
      const loop = instructions.length;
      const split = add({ kind: 'split', first: loop + 1, second: 0 });
      emit(part);
      add({ kind: 'jump', to: loop });
      split.second = instructions.length;
      return;
    }
    const exits: { second: number }[] = [];
    for (let count = min; count < max; count += 1) {
      const split = add({ kind: 'split', first: instructions.length + 1, second: 0 });
      exits.push(split);
      emit(part);
    }
    for (const exit of exits) exit.second = instructions.length;
  }

  emit(expression);
  add({ kind: 'match' });
  return { instructions, sets, asserts };
}
