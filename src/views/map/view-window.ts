/** The window one looks at a large map through. */
import type { Window } from '../../tui/canvas/canvas.ts';
import type { Area } from '../../tui/view.ts';
import type { Plan } from './route.ts';

export interface Offset {
  readonly left: number;
  readonly top: number;
}

export interface Spot {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Cells kept in sight around what is chosen. */
const margin = { columns: 6, rows: 2 };

/** A map smaller than the window is in its middle; of a larger one, the window never leaves it. */
export function clampOffset({ left, top }: Offset, plan: Pick<Plan, 'width' | 'height'>, area: Area): Offset {
  const clamp = (at: number, length: number, room: number) =>
    length <= room ? -Math.floor((room - length) / 2) : Math.max(-1, Math.min(at, length - room + 1));
  return { left: clamp(left, plan.width, area.width), top: clamp(top, plan.height, area.height) };
}

/** The window moved no further than needed to show a spot. */
export function reveal({ left, top }: Offset, spot: Spot, area: Area): Offset {
  const move = (at: number, from: number, length: number, room: number, spare: number) => {
    const gap = Math.min(spare, Math.max(0, Math.floor((room - length) / 2)));
    const least = from + length + gap - room;
    const most = from - gap;
    return Math.min(Math.max(at, least), Math.max(most, least));
  };
  return {
    left: move(left, spot.x, spot.width, area.width, margin.columns),
    top: move(top, spot.y, spot.height, area.height, margin.rows),
  };
}

export function windowAt({ left, top }: Offset, area: Area): Window {
  return { left, top, ...area };
}
