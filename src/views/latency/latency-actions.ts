/** The keys of the charts. */
import type { Action } from '../../tui/view.ts';
import type { Mode } from './latency-state.ts';

/** What the keys reach. */
export interface LatencyMoves {
  moveTime(steps: number): void;
  moveLatency(buckets: number): void;
  toOldest(): void;
  toNewest(): void;
  turn(by: 1 | -1): void;
  zoom(by: 1 | -1): void;
  stepTime(steps: number): void;
  pause(): void;
  toggleLog(): void;
  open(): void;
  openSlow(): void;
  everything(): void;
}

export interface LatencyLimits {
  readonly mode: Mode;
  /** Why there are no rows to show, or undefined. */
  readonly nothing: string | undefined;
  readonly isPaused: boolean;
  readonly isLog: boolean;
  readonly noScope: string | undefined;
}

export function latencyActions(moves: LatencyMoves, limits: LatencyLimits): readonly Action[] {
  const group = 'charts';
  const motion = 'moving';
  const { mode, nothing } = limits;
  const noTime = mode === 'histogram' ? 'a histogram is of the whole time: tab shows when' : undefined;
  const noHeight = mode === 'chart' ? 'the chart is of all latencies: tab shows them apart' : undefined;
  return [
    { id: 'latency.open', title: 'requests', keys: ['enter'], group, hint: true, disabled: nothing, run: moves.open },
    {
      id: 'latency.slow',
      title: 'slowest of them',
      keys: ['s'],
      group,
      hint: true,
      disabled: nothing,
      run: moves.openSlow,
    },
    {
      id: 'latency.mode',
      title: 'chart, histogram, heatmap',
      keys: ['tab', 'v'],
      group,
      hint: true,
      run: () => moves.turn(1),
    },
    {
      id: 'latency.mode.back',
      title: 'the one before',
      keys: ['shift+tab', 'shift+v'],
      group,
      run: () => moves.turn(-1),
    },
    { id: 'latency.longer', title: 'longer', keys: ['_', '<'], group, hint: true, run: () => moves.zoom(1) },
    { id: 'latency.shorter', title: 'shorter', keys: ['+', '='], group, hint: true, run: () => moves.zoom(-1) },
    {
      id: 'latency.pause',
      title: 'pause',
      keys: ['p', 'space'],
      group,
      hint: true,
      on: limits.isPaused,
      run: moves.pause,
    },
    { id: 'latency.earlier', title: 'earlier', keys: ['['], group, run: () => moves.stepTime(-1) },
    { id: 'latency.later', title: 'later', keys: [']'], group, run: () => moves.stepTime(1) },
    {
      id: 'latency.log',
      title: 'log scale',
      keys: ['shift+l'],
      group,
      hint: true,
      on: limits.isLog,
      run: moves.toggleLog,
    },
    {
      id: 'latency.all',
      title: 'of everything',
      keys: ['u'],
      group,
      disabled: limits.noScope,
      run: moves.everything,
    },
    {
      id: 'latency.left',
      title: 'a moment earlier',
      keys: ['left', 'h'],
      group: motion,
      disabled: noTime,
      run: () => moves.moveTime(-1),
    },
    {
      id: 'latency.right',
      title: 'a moment later',
      keys: ['right', 'l'],
      group: motion,
      disabled: noTime,
      run: () => moves.moveTime(1),
    },
    {
      id: 'latency.left.far',
      title: 'ten earlier',
      keys: ['pageup', 'ctrl+b', 'b'],
      group: motion,
      disabled: noTime,
      run: () => moves.moveTime(-10),
    },
    {
      id: 'latency.right.far',
      title: 'ten later',
      keys: ['pagedown', 'ctrl+f', 'f'],
      group: motion,
      disabled: noTime,
      run: () => moves.moveTime(10),
    },
    {
      id: 'latency.up',
      title: 'up',
      keys: ['up', 'k'],
      group: motion,
      disabled: noHeight,
      run: () => moves.moveLatency(-1),
    },
    {
      id: 'latency.down',
      title: 'down',
      keys: ['down', 'j'],
      group: motion,
      disabled: noHeight,
      run: () => moves.moveLatency(1),
    },
    { id: 'latency.oldest', title: 'oldest', keys: ['g', 'home'], group: motion, run: moves.toOldest },
    { id: 'latency.newest', title: 'newest', keys: ['shift+g', 'end'], group: motion, run: moves.toNewest },
  ];
}
