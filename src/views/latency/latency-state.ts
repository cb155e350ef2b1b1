/** What the person has chosen in the charts, and how keys change it. */
import type { Scope } from '../../store/store.ts';
import { liveTime, type TimeState } from '../time.ts';

export type Mode = 'chart' | 'histogram' | 'heatmap';

export interface LatencyState {
  readonly mode: Mode;
  readonly scope: Scope;
  readonly time: TimeState;
  readonly isLog: boolean;
  /** Begin of the step the cursor is on, Unix ms: it stays with its moment while time goes on. */
  readonly moment: number | undefined;
  /** Latency the cursor is on in histogram and heatmap, ns. */
  readonly latency: number | undefined;
}

export const initialState: LatencyState = {
  mode: 'chart',
  scope: {},
  time: liveTime,
  isLog: true,
  moment: undefined,
  latency: undefined,
};

const modes: readonly Mode[] = ['chart', 'histogram', 'heatmap'];

/** The next way to look at it (1) or the one before (-1). */
export function turnMode(state: LatencyState, by: 1 | -1): LatencyState {
  const at = (modes.indexOf(state.mode) + by + modes.length) % modes.length;
  return { ...state, mode: modes[at] ?? 'chart' };
}

export const spans = [60_000, 300_000, 900_000, 3_600_000] as const;

/** A shorter (-1) or longer (1) stretch of time, ending at the same moment. */
export function zoom(time: TimeState, by: 1 | -1): TimeState {
  const next = by === 1 ? spans.find((span) => span > time.spanMs) : spans.findLast((span) => span < time.spanMs);
  return next === undefined ? time : { ...time, spanMs: next };
}

/** Where the cursor stands among steps from `from`; undefined without one, or where its moment is no longer shown. */
export function stepAt(moment: number | undefined, from: number, stepMs: number, count: number): number | undefined {
  if (moment === undefined || count === 0) return undefined;
  const at = Math.floor((moment - from) / stepMs);
  return at < 0 ? 0 : Math.min(count - 1, at);
}

/** The cursor a step on; from nowhere it appears at the newest. */
export function moveStep(at: number | undefined, by: number, count: number): number {
  if (at === undefined) return Math.max(0, count - 1);
  return Math.max(0, Math.min(count - 1, at + by));
}
