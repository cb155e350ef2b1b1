/** The one prompt that may be open, and what was typed into each kind of it before. */
import type { KeyHandler } from '../tui/focus.ts';
import type { Feedback } from '../tui/prompt.tsx';
import { openPrompt, type PromptState, pressPrompt, remember } from '../tui/prompt-state.ts';

/** What a prompt edits. */
export interface PromptTarget {
  readonly sign: ':' | '/';
  readonly title: string;
  /** What it opens with. */
  readonly text: string;
  preview(text: string): Feedback;
  /** Whole lines the text could become. */
  complete(text: string): readonly string[];
  /** undefined = done; a text = why not, '' where the feedback says it already. */
  submit(text: string): string | undefined;
  abort(): void;
}

export interface OpenPrompt {
  readonly sign: ':' | '/';
  readonly title: string;
  readonly state: PromptState;
  readonly feedback: Feedback;
}

export interface Prompts {
  open(target: PromptTarget): void;
  current(): OpenPrompt | undefined;
  /** What the text means may have changed: there is new data. */
  refresh(): void;
  /** Takes every key while a prompt is open, but those that work everywhere. */
  readonly layer: KeyHandler;
}

/** `changed` is called after each change, `say` with what is wrong with a submitted line. */
export function createPrompts(changed: () => void, say: (problem: string) => void): Prompts {
  const histories = new Map<string, readonly string[]>();
  let prompt: { readonly target: PromptTarget; readonly shown: OpenPrompt } | undefined;

  const show = (target: PromptTarget, state: PromptState) => {
    const completed = { ...state, completions: target.complete(state.text) };
    const { sign, title } = target;
    prompt = { target, shown: { sign, title, state: completed, feedback: target.preview(state.text) } };
  };
  return {
    open(target) {
      show(target, openPrompt(target.text, histories.get(target.title) ?? []));
      changed();
    },
    current: () => prompt?.shown,
    refresh() {
      if (!prompt) return;
      const { target, shown } = prompt;
      prompt = { target, shown: { ...shown, feedback: target.preview(shown.state.text) } };
    },
    layer(key) {
      // Leaving and suspending work everywhere; nothing else typed here reaches the screen below.
      if (!prompt || key.name === 'ctrl+c' || key.name === 'ctrl+z') return false;
      const { target, shown } = prompt;
      const [state, outcome] = pressPrompt(shown.state, key);
      if (outcome === 'abort') {
        prompt = undefined;
        target.abort();
      } else if (outcome === 'submit') {
        const problem = target.submit(state.text);
        if (problem === undefined) {
          histories.set(target.title, remember(histories.get(target.title) ?? [], state.text));
          prompt = undefined;
        } else if (problem !== '') say(problem);
      } else if (state.text !== shown.state.text) show(target, state);
      else prompt = { target, shown: { ...shown, state } };
      changed();
      return true;
    },
  };
}
