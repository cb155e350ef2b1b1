/** What the two prompts edit: the command line, and the text field of the view below. */
import type { Feedback } from '../tui/prompt.tsx';
import type { TextField } from '../views/view.ts';
import { readCommand } from './command.ts';
import type { Command } from './command-kinds.ts';
import { completeCommand } from './complete-command.ts';
import type { PromptTarget } from './prompts.ts';
import type { Vocabulary } from './vocabulary.ts';

export interface CommandLine {
  vocabulary(): Vocabulary;
  /** What a command that means something would do, in words. */
  explain(command: Command): Feedback;
  /** Returns what is wrong with it. */
  run(text: string): string | undefined;
}

/** The `:` line. */
export function commandTarget({ vocabulary, explain, run }: CommandLine): PromptTarget {
  return {
    sign: ':',
    title: 'command',
    text: '',
    preview: (text) => commandFeedback(text, vocabulary(), explain),
    complete: (text) => completeCommand(text, vocabulary()),
    submit: run,
    abort: () => {},
  };
}

/** What the prompt says about the line so far. A word that may still become a right one is not called wrong. */
export function commandFeedback(
  text: string,
  vocabulary: Vocabulary,
  explain: (command: Command) => Feedback,
): Feedback {
  const command = readCommand(text, vocabulary);
  if (command.kind === 'nothing') return { note: vocabulary.specs.map(({ id }) => id).join('  ') };
  if (command.kind !== 'wrong') return explain(command);
  const { reason, at, length } = command;
  const mayGrow = at + length === text.length;
  const candidates = mayGrow ? completeCommand(text, vocabulary) : [];
  if (candidates.length > 0) return { note: candidates.map((line) => line.slice(at)).join('  ') };
  return { error: { at, length, reason } };
}

/** The `/` line. */
export function fieldTarget(field: TextField): PromptTarget {
  const before = field.text;
  return {
    sign: '/',
    title: field.title,
    text: before,
    preview: (text) => field.preview(text),
    complete: (text) => field.complete(text),
    submit: (text) => (field.commit(text) ? undefined : ''),
    abort: () => void field.commit(before),
  };
}
