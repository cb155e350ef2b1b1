/** What a command line can mean. */
import type { ViewSpec } from '../views/view.ts';
import type { Word } from './command-words.ts';
import type { TimeMove } from './time-move.ts';

export type SaveForm = 'csv' | 'json' | 'jsonl';

export type Command =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'quit' }
  | { readonly kind: 'last' }
  /** `namespaces` undefined = as they are; empty = all. `argument` is for the view. */
  | {
      readonly kind: 'open';
      readonly spec: ViewSpec;
      readonly namespaces: readonly string[] | undefined;
      readonly argument: string;
    }
  | { readonly kind: 'namespaces'; readonly names: readonly string[] }
  | { readonly kind: 'time'; readonly move: TimeMove; readonly at: number; readonly length: number }
  | { readonly kind: 'save'; readonly form: SaveForm }
  | Wrong;

/** What is wrong, and with which stretch of the line. */
export interface Wrong {
  readonly kind: 'wrong';
  readonly reason: string;
  readonly at: number;
  readonly length: number;
}

/** Says what is wrong with a word. */
export function wrong(word: Word, reason: string): Wrong {
  return { kind: 'wrong', reason, at: word.at, length: Math.max(1, word.text.length) };
}
