/** What can be done on every screen. */
import type { Action } from '../tui/view.ts';
import type { SaveForm } from './command-kinds.ts';

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
  /** Earlier (-1) or later (1) by half of the stretch of time on the screen. */
  step(steps: number): void;
  pause(): void;
  save(form?: SaveForm): void;
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

/** Moving in time, on screens that show a stretch of it, as far as they have no keys of their own for it. */
export function timeActions(shell: ShellMoves, own: readonly Action[]): readonly Action[] {
  const group = 'time';
  return unclaimed(own, [
    { id: 'time.earlier', title: 'earlier', keys: ['['], group, run: () => shell.step(-1) },
    { id: 'time.later', title: 'later', keys: [']'], group, run: () => shell.step(1) },
    { id: 'time.pause', title: 'pause', keys: ['p'], group, hint: true, run: shell.pause },
  ]);
}

/** Into a file, on screens that have rows. */
export function saveActions(shell: ShellMoves, own: readonly Action[]): readonly Action[] {
  const save = { id: 'app.save', title: 'save the rows (also :save json)', keys: ['ctrl+s', '>'], group: 'this view' };
  return unclaimed(own, [{ ...save, run: () => shell.save() }]);
}

/** The actions with the keys that no other has taken; those left without any are left out. */
function unclaimed(own: readonly Action[], actions: readonly Action[]): readonly Action[] {
  const claimed = new Set(own.flatMap(({ keys }) => keys));
  return actions
    .map((action) => ({ ...action, keys: action.keys.filter((key) => !claimed.has(key)) }))
    .filter(({ keys }) => keys.length > 0);
}
