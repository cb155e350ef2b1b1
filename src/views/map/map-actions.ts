/** The keys of the map. */
import type { Action } from '../../tui/view.ts';
import type { Step } from './walk.ts';

export interface MapMoves {
  walk(step: Step): void;
  pan(columns: number, rows: number): void;
  /** To the next (1) or previous (-1) of the chosen node and its edges. */
  cycle(step: number): void;
  open(): void;
  pods(): void;
  chart(): void;
  pin(): void;
  more(step: number): void;
  collapse(): void;
  list(): void;
  renew(): void;
  nextMatch(step: number): void;
  worst(): void;
  busiest(): void;
  copy(): void;
  json(): void;
}

/** Reasons why not; undefined = it can be done. */
export interface MapLimits {
  readonly nothing: string | undefined;
  readonly noPods: string | undefined;
  readonly noChart: string | undefined;
  readonly noMatch: string | undefined;
  readonly noEdge: string | undefined;
}

const across = 16;
const down = 5;

export function mapActions(moves: MapMoves, limits: MapLimits): readonly Action[] {
  const group = 'map';
  const motion = 'moving';
  const { nothing } = limits;
  return [
    { id: 'map.open', title: 'its requests', keys: ['enter'], group, hint: true, disabled: nothing, run: moves.open },
    {
      id: 'map.cycle',
      title: 'node, its edges',
      keys: ['tab'],
      group,
      hint: true,
      disabled: nothing,
      run: () => moves.cycle(1),
    },
    {
      id: 'map.pin',
      title: 'pin: only its calls',
      keys: ['space'],
      group,
      hint: true,
      disabled: nothing,
      run: moves.pin,
    },
    { id: 'map.pods', title: 'its pods', keys: ['o'], group, hint: true, disabled: limits.noPods, run: moves.pods },
    {
      id: 'map.chart',
      title: 'latency chart',
      keys: ['t'],
      group,
      hint: true,
      disabled: limits.noChart,
      run: moves.chart,
    },
    { id: 'map.more', title: 'more edges', keys: ['+', '='], group, hint: true, run: () => moves.more(1) },
    { id: 'map.fewer', title: 'fewer edges', keys: ['_'], group, hint: true, run: () => moves.more(-1) },
    { id: 'map.collapse', title: 'by namespace', keys: ['z'], group, hint: true, run: moves.collapse },
    { id: 'map.list', title: 'boxes or list', keys: ['v'], group, hint: true, run: moves.list },
    { id: 'map.worst', title: 'the worst', keys: ['!'], group, hint: true, disabled: nothing, run: moves.worst },
    {
      id: 'map.next',
      title: 'next match',
      keys: ['n'],
      group,
      disabled: limits.noMatch,
      run: () => moves.nextMatch(1),
    },
    {
      id: 'map.previous',
      title: 'previous match',
      keys: ['shift+n'],
      group,
      disabled: limits.noMatch,
      run: () => moves.nextMatch(-1),
    },
    { id: 'map.renew', title: 'lay out anew', keys: ['shift+r'], group, run: moves.renew },
    { id: 'map.copy', title: 'copy the name', keys: ['c'], group, disabled: nothing, run: moves.copy },
    { id: 'map.json', title: 'as JSON', keys: ['y'], group, disabled: limits.noEdge, run: moves.json },
    { id: 'map.left', title: 'to the left', keys: ['left', 'h'], group: motion, run: () => moves.walk('left') },
    { id: 'map.right', title: 'to the right', keys: ['right', 'l'], group: motion, run: () => moves.walk('right') },
    { id: 'map.up', title: 'up', keys: ['up', 'k'], group: motion, run: () => moves.walk('up') },
    { id: 'map.down', title: 'down', keys: ['down', 'j'], group: motion, run: () => moves.walk('down') },
    { id: 'map.first', title: 'the busiest', keys: ['g', 'home'], group: motion, run: moves.busiest },
    {
      id: 'map.pan.left',
      title: 'look further left',
      keys: ['shift+left', 'shift+h'],
      group: motion,
      run: () => moves.pan(-across, 0),
    },
    {
      id: 'map.pan.right',
      title: 'look further right',
      keys: ['shift+right', 'shift+l'],
      group: motion,
      run: () => moves.pan(across, 0),
    },
    {
      id: 'map.pan.up',
      title: 'look further up',
      keys: ['shift+up', 'shift+k'],
      group: motion,
      run: () => moves.pan(0, -down),
    },
    {
      id: 'map.pan.down',
      title: 'look further down',
      keys: ['shift+down', 'shift+j'],
      group: motion,
      run: () => moves.pan(0, down),
    },
  ];
}
