/** A one-line editor with history and a fish-style suggestion, as a plain function of state and key. */
import type { KeyPress } from './keys.ts';

export interface PromptState {
  readonly text: string;
  /** Insertion point, 0..text.length. */
  readonly at: number;
  /** Earlier entries, newest last. */
  readonly history: readonly string[];
  /** Position in history while browsing it; undefined = the person's own text. */
  readonly browsing: number | undefined;
  /** The person's own text while browsing history. */
  readonly draft: string;
  /** Whole lines the text could become, best first. */
  readonly completions: readonly string[];
  /** Which of them is offered. */
  readonly offered: number;
}

export type PromptOutcome = 'edit' | 'submit' | 'abort';

/** A prompt opened on `text`, the cursor at its end. */
export function openPrompt(text: string, history: readonly string[]): PromptState {
  return { text, at: text.length, history, browsing: undefined, draft: text, completions: [], offered: 0 };
}

/** The line that is offered instead of the text; undefined when there is none or the cursor is not at the end. */
export function offeredLine(state: PromptState): string | undefined {
  if (state.at !== state.text.length) return undefined;
  const others = othersOf(state);
  return others[state.offered % Math.max(1, others.length)];
}

/** What the offered line adds after the text; '' where it adds nothing or begins differently. */
export function suggestionOf(state: PromptState): string {
  const line = offeredLine(state);
  return line !== undefined && startsWith(line, state.text) ? line.slice(state.text.length) : '';
}

/** The state after a key, and whether the person is done. Keys that mean nothing here change nothing. */
export function pressPrompt(state: PromptState, key: KeyPress): readonly [PromptState, PromptOutcome] {
  if (key.text !== '') return [insert(state, key.text), 'edit'];
  switch (key.name) {
    case 'enter':
      return [state, 'submit'];
    case 'esc':
      return [state, 'abort'];
    case 'backspace':
      return state.text === '' ? [state, 'abort'] : [remove(state, state.at - 1, state.at), 'edit'];
    case 'delete':
    case 'ctrl+d':
      return [remove(state, state.at, state.at + 1), 'edit'];
    case 'ctrl+u':
      return [remove(state, 0, state.at), 'edit'];
    case 'ctrl+k':
      return [remove(state, state.at, state.text.length), 'edit'];
    case 'ctrl+w':
      return [remove(state, wordStart(state), state.at), 'edit'];
    case 'tab':
    case 'ctrl+f':
      return [accept(state), 'edit'];
    case 'right':
      return [state.at === state.text.length ? accept(state) : { ...state, at: state.at + 1 }, 'edit'];
    case 'left':
      return [{ ...state, at: Math.max(0, state.at - 1) }, 'edit'];
    case 'home':
    case 'ctrl+a':
      return [{ ...state, at: 0 }, 'edit'];
    case 'end':
    case 'ctrl+e':
      return [{ ...state, at: state.text.length }, 'edit'];
    case 'up':
    case 'ctrl+p':
      return [hasChoice(state, key) ? offer(state, -1) : browse(state, -1), 'edit'];
    case 'down':
    case 'ctrl+n':
      return [hasChoice(state, key) ? offer(state, 1) : browse(state, 1), 'edit'];
    default:
      return [state, 'edit'];
  }
}

/** History with an entry added: newest last, no entry twice, at most `limit`. */
export function remember(history: readonly string[], entry: string, limit = 100): readonly string[] {
  if (entry.trim() === '') return history;
  return [...history.filter((earlier) => earlier !== entry), entry].slice(-limit);
}

function insert(state: PromptState, text: string): PromptState {
  return typed(state, state.text.slice(0, state.at) + text + state.text.slice(state.at), state.at + text.length);
}

function remove(state: PromptState, from: number, to: number): PromptState {
  const start = Math.max(0, from);
  return typed(state, state.text.slice(0, start) + state.text.slice(to), start);
}

function typed(state: PromptState, text: string, at: number): PromptState {
  return { ...state, text, at, draft: text, browsing: undefined, offered: 0 };
}

function accept(state: PromptState): PromptState {
  const line = offeredLine(state);
  if (line === undefined) return state;
  // What was typed keeps its letters as they are.
  const text = startsWith(line, state.text) ? state.text + line.slice(state.text.length) : line;
  return typed(state, text, text.length);
}

/** Up and down choose among several lines on offer; else, and with ctrl always, they go through the history. */
function hasChoice(state: PromptState, key: KeyPress): boolean {
  return !key.name.startsWith('ctrl+') && state.browsing === undefined && othersOf(state).length > 1;
}

function offer(state: PromptState, step: number): PromptState {
  const { length } = othersOf(state);
  return { ...state, offered: (state.offered + step + length) % length };
}

function othersOf({ completions, text }: PromptState): readonly string[] {
  return completions.filter((line) => line !== text);
}

function wordStart({ text, at }: PromptState): number {
  return text.slice(0, at).trimEnd().lastIndexOf(' ') + 1;
}

function browse(state: PromptState, step: number): PromptState {
  const { history } = state;
  const from = state.browsing ?? history.length;
  const to = from + step;
  if (to < 0 || history.length === 0) return state;
  const text = to >= history.length ? state.draft : (history[to] ?? '');
  return { ...state, text, at: text.length, browsing: to >= history.length ? undefined : to };
}

function startsWith(line: string, text: string): boolean {
  return line.toLowerCase().startsWith(text.toLowerCase());
}
