/** The keys of the health screen. */
import type { Action } from '../../tui/view.ts';

export interface PulseMoves {
  open(): void;
  openAll(): void;
  turn(by: number): void;
  moveRow(by: number): void;
  moveColumn(by: number): void;
  pause(): void;
  stepTime(steps: number): void;
}

export function pulseActions(moves: PulseMoves, { isPaused }: { readonly isPaused: boolean }): readonly Action[] {
  const group = 'pulse';
  const motion = 'moving';
  return [
    { id: 'pulse.open', title: 'look into it', keys: ['enter'], group, hint: true, run: moves.open },
    { id: 'pulse.all', title: 'all of the panel', keys: ['o'], group, hint: true, run: moves.openAll },
    { id: 'pulse.next', title: 'next panel', keys: ['tab'], group: motion, hint: true, run: () => moves.turn(1) },
    { id: 'pulse.previous', title: 'panel before', keys: ['shift+tab'], group: motion, run: () => moves.turn(-1) },
    { id: 'pulse.up', title: 'up', keys: ['up', 'k'], group: motion, run: () => moves.moveRow(-1) },
    { id: 'pulse.down', title: 'down', keys: ['down', 'j'], group: motion, run: () => moves.moveRow(1) },
    {
      id: 'pulse.left',
      title: 'panel to the left',
      keys: ['left', 'h'],
      group: motion,
      run: () => moves.moveColumn(-1),
    },
    {
      id: 'pulse.right',
      title: 'panel to the right',
      keys: ['right', 'l'],
      group: motion,
      run: () => moves.moveColumn(1),
    },
    { id: 'pulse.pause', title: 'pause', keys: ['p', 'space'], group, hint: true, on: isPaused, run: moves.pause },
    { id: 'pulse.earlier', title: 'earlier', keys: ['['], group, run: () => moves.stepTime(-1) },
    { id: 'pulse.later', title: 'later', keys: [']'], group, run: () => moves.stepTime(1) },
  ];
}
