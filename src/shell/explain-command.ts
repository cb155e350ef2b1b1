/** What a command would do, said under the prompt while it is typed. */
import type { Snapshot } from '../store/store.ts';
import type { Feedback } from '../tui/prompt.tsx';
import type { View } from '../views/view.ts';
import type { Command } from './command-kinds.ts';
import { moveTime } from './time-move.ts';

/** @param top the view a move in time is for */
export function explainCommand(command: Command, top: View, snapshot: Snapshot): Feedback {
  switch (command.kind) {
    case 'open': {
      const { spec, namespaces, argument } = command;
      const where =
        namespaces === undefined
          ? ''
          : namespaces.length === 0
            ? ' In all namespaces.'
            : ` In ${namespaces.join(', ')}.`;
      const filter = argument.replace(/^\//, '');
      return { note: `${spec.doc}${where}${filter === '' ? '' : ` Filter: ${filter}`}` };
    }
    case 'namespaces':
      return { note: command.names.length === 0 ? 'All namespaces.' : `Only ${command.names.join(', ')}.` };
    case 'time': {
      const { at, length } = command;
      if (!top.time) return { error: { at, length, reason: `${top.crumb} shows no stretch of time` } };
      const moved = moveTime(top.time.get(), command.move, snapshot);
      return 'problem' in moved ? { error: { at, length, reason: moved.problem } } : { note: moved.note };
    }
    case 'save':
      return { note: `Writes the rows on the screen as ${command.form} into a file in the current directory.` };
    case 'last':
      return { note: 'Back to the view before the last command.' };
    case 'quit':
      return { note: 'Leave.' };
    default:
      return {};
  }
}
