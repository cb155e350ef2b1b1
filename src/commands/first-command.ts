/** `--command`: the view the terminal app opens with, as one would type it behind the colon. */
import { AppError } from '../domain/errors.ts';
import { readCommand } from '../shell/command.ts';
import { viewSpecs } from '../views/index.ts';

/**
 * The command line to open with.
 *
 * @throws AppError `usage` where it opens no view, with the nearest word there is
 */
export function firstCommand(text: string): string {
  const line = text.trim().replace(/^:\s*/, '');
  const command = readCommand(line, { specs: viewSpecs, namespaces: [], names: [] });
  if (command.kind === 'open' || command.kind === 'namespaces') return line;
  const views = viewSpecs.filter(({ aside }) => !aside).map(({ id }) => id);
  const detail =
    command.kind === 'wrong'
      ? `--command: ${command.reason.replace(':alias lists the commands', `it takes ${views.join(', ')}`)}.`
      : `--command opens a view: ${views.join(', ')}, not "${text}".`;
  throw new AppError('usage', { detail: detail.replace(/([?.])\.$/, '$1') });
}
