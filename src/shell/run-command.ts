/** Does what a command line says. */
import type { TimeState } from '../views/time.ts';
import type { AppCore } from './app-core.ts';
import { readCommand } from './command.ts';
import type { Command, SaveForm } from './command-kinds.ts';
import type { OpenedViews } from './opened-views.ts';
import { jump, topOf } from './stack.ts';
import { moveTime, type TimeMove } from './time-move.ts';
import type { Vocabulary } from './vocabulary.ts';

export interface CommandMoves {
  last(): void;
  save(form: SaveForm | undefined): void;
}

/** Returns what runs a command line and says what is wrong with it. */
export function createCommandRunner(
  core: AppCore,
  { viewOf }: Pick<OpenedViews, 'viewOf'>,
  vocabulary: () => Vocabulary,
  moves: () => CommandMoves,
): (text: string) => string | undefined {
  const open = ({ spec, namespaces, argument }: Extract<Command, { kind: 'open' }>): string | undefined => {
    const before = topOf(core.stack);
    const view = spec.aside && before.id === spec.id ? before : viewOf(spec);
    // The stretch of time goes along; a screen that was only held still stays behind.
    const time = before.time?.get();
    const there = view.time?.get();
    if (time && there && time.kind !== 'paused' && there.kind !== 'paused' && !isSameTime(time, there))
      view.time?.set(time);
    if (namespaces) core.choice.set(namespaces);
    core.to(jump(core.stack, view, spec.aside));
    if (argument === '') return undefined;
    return view.accept ? view.accept(argument) : `:${spec.id} takes no "${argument}"`;
  };
  const move = (by: TimeMove): string | undefined => {
    const { time, crumb } = topOf(core.stack);
    if (!time) return `${crumb} shows no stretch of time`;
    const moved = moveTime(time.get(), by, core.snapshot);
    if ('problem' in moved) return moved.problem;
    time.set(moved.time);
    core.say('info', moved.note);
    return undefined;
  };
  return (text) => {
    const command = readCommand(text, vocabulary());
    switch (command.kind) {
      case 'wrong':
        return command.reason;
      case 'quit':
        core.ports.quit();
        return undefined;
      case 'last':
        moves().last();
        return undefined;
      case 'namespaces':
        core.choice.set(command.names);
        core.changed();
        return undefined;
      case 'time':
        return move(command.move);
      case 'save':
        moves().save(command.form);
        return undefined;
      case 'open':
        return open(command);
      case 'nothing':
        return undefined;
    }
  };
}

function isSameTime(a: TimeState, b: TimeState): boolean {
  return a.kind === b.kind && a.spanMs === b.spanMs && (a.kind === 'live' || a.at === b.at);
}
