/**
 * Runs a pattern over text in time linear in the text, whatever the pattern: a lazily built deterministic automaton
 * (Cox, "Regular Expression Matching Can Be Simple And Fast", 2007). Users write patterns and strangers write the text,
 * so a backtracking engine would let either of them stop the agent.
 */
import type { Assertion, Expression } from './expression.ts';
import { compileProgram } from './program.ts';
import { unitClasses } from './unit-classes.ts';

/** Whether the pattern occurs anywhere in the text, upper and lower case alike. Never throws. */
export type Matcher = (text: string) => boolean;

/** What stood before: decides `^` and `\b`. */
type Before = 'start' | 'word' | 'other';

interface State {
  readonly before: Before;
  /** Instructions to go on from, sorted. */
  readonly from: readonly number[];
  /** By class of the next code unit; filled on demand. */
  readonly next: (State | undefined)[];
  /** Whether the text may end here; filled on demand. */
  end: boolean | undefined;
}

/** Past this many the cache is emptied, so memory is bounded whatever the text. */
const maxStates = 512;

/** @throws SyntaxError when the pattern is too large. */
export function createMatcher(expression: Expression): Matcher {
  const { instructions, sets, asserts } = compileProgram(expression);
  const classes = unitClasses(sets);
  const matched: State = { before: 'other', from: [], next: [], end: true };
  const seen = new Uint32Array(instructions.length);
  let round = 0;
  let cache = new Map<string, State>();

  function stateOf(before: Before, from: number[]): State {
    from.sort((a, b) => a - b);
    const context = asserts ? before : 'other';
    const key = `${context} ${from.join()}`;
    const known = cache.get(key);
    if (known) return known;
    if (cache.size >= maxStates) cache = new Map();
    const state: State = { before: context, from, next: [], end: undefined };
    cache.set(key, state);
    return state;
  }

  /**
   * Follows everything that consumes nothing; `visit` is told of each set on the way. True when the pattern is complete.
   * A match may begin at every position, so instruction 0 is always among the starts.
   */
  function follow(state: State, after: 'end' | 'word' | 'other', visit: (at: number, set: number) => void): boolean {
    round += 1;
    const pending = [0, ...state.from];
    for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
      if (seen[at] === round) continue;
      seen[at] = round;
      const instruction = instructions[at];
      if (instruction === undefined || instruction.kind === 'match') return true;
      if (instruction.kind === 'set') visit(at, instruction.set);
      else if (instruction.kind === 'jump') pending.push(instruction.to);
      else if (instruction.kind === 'split') pending.push(instruction.first, instruction.second);
      else if (holds(instruction.assertion, state.before, after)) pending.push(at + 1);
    }
    return false;
  }

  function step(state: State, unitClass: number): State {
    const after = classes.isWord(unitClass) ? 'word' : 'other';
    const from: number[] = [];
    const complete = follow(state, after, (at, set) => {
      if (classes.inSet(unitClass, set)) from.push(at + 1);
    });
    const next = complete ? matched : stateOf(after, from);
    state.next[unitClass] = next;
    return next;
  }

  const start = stateOf('start', []);
  const { latin, classOf } = classes;
  return (text) => {
    let state = start;
    for (let at = 0; at < text.length; at += 1) {
      const code = text.charCodeAt(at);
      let unitClass = code < 256 ? (latin[code] ?? -1) : -1;
      if (unitClass < 0) unitClass = classOf(code);
      state = state.next[unitClass] ?? step(state, unitClass);
      if (state === matched) return true;
    }
    state.end ??= follow(state, 'end', () => {});
    return state.end;
  };
}

function holds(assertion: Assertion, before: Before, after: 'end' | 'word' | 'other'): boolean {
  if (assertion === 'start') return before === 'start';
  if (assertion === 'end') return after === 'end';
  const edge = (before === 'word') !== (after === 'word');
  return assertion === 'word-edge' ? edge : !edge;
}
