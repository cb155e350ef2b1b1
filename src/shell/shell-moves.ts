/** What the keys do that are the same on every screen. */
import type { Action } from '../tui/view.ts';
import { createHelpView } from '../views/help/help-view.tsx';
import { stepTime, togglePause } from '../views/time.ts';
import type { ViewContext } from '../views/view.ts';
import type { AppCore } from './app-core.ts';
import type { Command } from './command-kinds.ts';
import { explainCommand } from './explain-command.ts';
import type { ShellMoves } from './global-actions.ts';
import { commandTarget, fieldTarget } from './prompt-targets.ts';
import type { Prompts } from './prompts.ts';
import { fileOf } from './save.ts';
import { pop, swap, topOf } from './stack.ts';
import type { Vocabulary } from './vocabulary.ts';

export interface ShellMoveOptions {
  readonly context: ViewContext;
  readonly prompts: Prompts;
  readonly vocabulary: () => Vocabulary;
  /** Runs a command line; returns what is wrong with it. */
  readonly run: (text: string) => string | undefined;
  readonly actions: () => readonly Action[];
}

export function createShellMoves(core: AppCore, options: ShellMoveOptions): ShellMoves {
  const { context, prompts, vocabulary, run, actions } = options;
  const { ports, say } = core;
  const top = () => topOf(core.stack);
  const explain = (command: Command) => explainCommand(command, top(), core.snapshot);
  return {
    command: () => prompts.open(commandTarget({ vocabulary, explain, run })),
    edit: () => {
      const { field } = top();
      if (field) prompts.open(fieldTarget(field));
      else say('info', 'nothing to filter here');
    },
    help: () => {
      const { id } = top();
      if (id !== 'help') context.open(createHelpView(context, id, actions()));
    },
    back: () => {
      if (top().back?.()) core.changed();
      else core.to(pop(core.stack));
    },
    quitOrBack: () => {
      if (core.stack.views.length === 1) ports.quit();
      else core.to(pop(core.stack));
    },
    last: () => {
      if (core.stack.last) core.to(swap(core.stack));
      else say('info', 'no view before this one');
    },
    toggleHeader: () => {
      core.headerShown = !core.headerShown;
      core.changed();
    },
    step: (steps) => {
      const { time } = top();
      if (!time) return;
      const before = time.get();
      const next = stepTime(before, core.snapshot, steps);
      if (steps < 0 && next.kind === before.kind && next.at === before.at) say('info', 'nothing older is held');
      time.set(next);
      core.changed();
    },
    pause: () => {
      const { time } = top();
      time?.set(togglePause(time.get(), core.snapshot));
      core.changed();
    },
    save: (form = 'csv') => {
      const saving = top().saving?.();
      if (!saving || !ports.save) return say('info', `nothing to save in ${top().crumb}`);
      const { name, text } = fileOf(saving, form, core.now());
      const saved = ports.save(name, text);
      if ('problem' in saved) say('error', `could not save: ${saved.problem}`);
      else say('info', `${saving.rows.length} rows saved in ${saved.path}`);
    },
    open: (id) => void run(id),
    quit: ports.quit,
    suspend: ports.suspend,
    repaint: ports.repaint,
  };
}
