/** Where the panels stand and which of their rows are shown. */
import type { Area } from '../../tui/view.ts';
import type { Panel } from './panel.ts';

export interface Placed {
  readonly panel: Panel;
  /** Column of panels it stands in. */
  readonly column: number;
  readonly left: number;
  readonly width: number;
  /** Line of its title. */
  readonly top: number;
  /** Lines for rows below the title. */
  readonly height: number;
}

const gap = 2;
/** From here on there is room for three beside each other. */
const wideFrom = 150;

/** From so many lines on there is room for every service and for what failed last. */
const tallFrom = 26;

/** Ids of panels by column, top down. */
const narrow: readonly (readonly string[])[] = [
  ['movers', 'endpoints'],
  ['failures', 'resources', 'agents'],
];
const narrowTall: readonly (readonly string[])[] = [
  ['movers', 'services', 'endpoints'],
  ['failures', 'recent', 'resources', 'agents'],
];
const wide: readonly (readonly string[])[] = [['movers', 'agents'], ['endpoints'], ['failures', 'resources']];
const wideTall: readonly (readonly string[])[] = [
  ['movers', 'services'],
  ['endpoints', 'recent'],
  ['failures', 'resources', 'agents'],
];

/** Every panel gets a fair share of its column's lines, and what others do not need. */
export function placePanels(panels: readonly Panel[], area: Area): readonly Placed[] {
  const isTall = area.height >= tallFrom;
  const columns = area.width >= wideFrom ? (isTall ? wideTall : wide) : isTall ? narrowTall : narrow;
  const width = Math.floor((area.width - gap * (columns.length - 1)) / columns.length);
  return columns.flatMap((ids, column) => {
    const members = ids.flatMap((id) => panels.find((panel) => panel.id === id) ?? []);
    // A title each, and a blank line between two.
    const heights = share(
      members.map(({ rows }) => Math.max(1, rows.length)),
      area.height - members.length * 2 + 1,
    );
    let top = 0;
    return members.map((panel, i): Placed => {
      const height = heights[i] ?? 1;
      const placed = { panel, column, left: column * (width + gap), width, top, height };
      top += height + 2;
      return placed;
    });
  });
}

/** Lines for each of several that want so many, the smallest wish first. */
export function share(wanted: readonly number[], lines: number): readonly number[] {
  const given = wanted.map(() => 0);
  const order = wanted.map((_, i) => i).toSorted((a, b) => (wanted[a] ?? 0) - (wanted[b] ?? 0));
  let left = Math.max(0, lines);
  for (const [at, i] of order.entries()) {
    given[i] = Math.min(wanted[i] ?? 0, Math.floor(left / (order.length - at)));
    left -= given[i] ?? 0;
  }
  return given;
}
