/** What can be done on every screen. */
import type { Action } from '../tui/view.ts';

/** The moves of the shell that keys reach. */
export interface ShellMoves {
  command(): void;
  edit(): void;
  help(): void;
  back(): void;
  /** Back one level; from the outermost view, out of the program. */
  quitOrBack(): void;
  last(): void;
  toggleHeader(): void;
  open(id: string): void;
  quit(): void;
  suspend(): void;
  repaint(): void;
}

export function globalActions(shell: ShellMoves): readonly Action[] {
  const group = 'everywhere';
  return [
    { id: 'app.command', title: 'command', keys: [':'], group, hint: true, run: shell.command },
    { id: 'app.help', title: 'help', keys: ['?'], group, hint: true, run: shell.help },
    { id: 'app.back', title: 'back', keys: ['esc'], group, hint: true, run: shell.back },
    { id: 'app.quit', title: 'back, or quit', keys: ['q'], group, hint: true, run: shell.quitOrBack },
    { id: 'app.leave', title: 'quit (also :q)', keys: ['ctrl+c', 'shift+q'], group, run: shell.quit },
    { id: 'app.last', title: 'last view', keys: ['-'], group, run: shell.last },
    {
      id: 'app.alias',
      title: 'commands (also :alias)',
      keys: ['ctrl+a', 'shift+a'],
      group,
      run: () => shell.open('alias'),
    },
    { id: 'app.header', title: 'show or hide the header', keys: ['ctrl+e', 'shift+e'], group, run: shell.toggleHeader },
    { id: 'app.repaint', title: 'repaint', keys: ['ctrl+r', 'ctrl+l', 'shift+x'], group, run: shell.repaint },
    { id: 'app.suspend', title: 'suspend to the shell', keys: ['ctrl+z', 'shift+z'], group, run: shell.suspend },
  ];
}

/** `/`, on screens that have something to edit with it. */
export function fieldActions(shell: ShellMoves, title: string): readonly Action[] {
  return [{ id: 'app.edit', title, keys: ['/'], group: 'this view', hint: true, run: shell.edit }];
}
