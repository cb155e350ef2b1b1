/** The `:` line: words to what they open, completion, and what to say about a word that opens nothing. */
import { nearest } from '../domain/filter/suggest.ts';
import type { Feedback } from '../tui/prompt.tsx';
import type { ViewSpec } from '../views/view.ts';

export type Command =
  | { readonly kind: 'quit' }
  | { readonly kind: 'open'; readonly spec: ViewSpec; readonly argument: string }
  | { readonly kind: 'nothing' }
  | { readonly kind: 'unknown'; readonly reason: string; readonly length: number };

const quitWords = ['q', 'q!', 'quit', 'qa', 'exit'];

/** Reads a command line; `text` is what follows the colon. */
export function readCommand(text: string, specs: readonly ViewSpec[]): Command {
  const trimmed = text.trim();
  if (trimmed === '') return { kind: 'nothing' };
  const [word = ''] = trimmed.split(/\s/, 1);
  const argument = trimmed.slice(word.length).trim();
  const name = word.toLowerCase();
  if (quitWords.includes(name)) return { kind: 'quit' };
  const spec = specs.find(({ id, aliases }) => id === name || aliases.includes(name));
  if (spec) return { kind: 'open', spec, argument };
  const near = nearest(name, [...specs.flatMap(({ id, aliases }) => [id, ...aliases]), 'quit']);
  const hint = near ? `did you mean ${near}?` : ':alias lists the commands';
  return { kind: 'unknown', reason: `no command "${word}": ${hint}`, length: word.length };
}

/** What the prompt says about the line so far. A word that may still become a command is not called wrong. */
export function commandFeedback(text: string, specs: readonly ViewSpec[]): Feedback {
  const command = readCommand(text, specs);
  if (command.kind === 'open') return { note: command.spec.doc };
  if (command.kind === 'quit') return { note: 'Leave.' };
  if (command.kind === 'nothing' || completeCommand(text, specs).length > 0) {
    return { note: specs.map(({ id }) => id).join('  ') };
  }
  const at = text.length - text.trimStart().length;
  return { error: { at, length: command.length, reason: command.reason } };
}

/** Commands the line could become: names first, aliases after them. */
export function completeCommand(text: string, specs: readonly ViewSpec[]): readonly string[] {
  const typed = text.trimStart().toLowerCase();
  if (typed === '') return [];
  const words = [...specs.map(({ id }) => id), 'quit', ...specs.flatMap(({ aliases }) => aliases)];
  return words.filter((word) => word.startsWith(typed));
}
