/** Walking the map with the arrow keys: from box to box as they stand, and from a box to its lines. */
import type { Plan, RoutedBox } from './route.ts';

export type Selected = { readonly kind: 'node'; readonly id: string } | { readonly kind: 'edge'; readonly key: string };

export type Step = 'up' | 'down' | 'left' | 'right';

/** The box a step leads to: to a side the nearest that it is connected with, else the nearest there; undefined = none there. */
export function stepFrom(plan: Plan, from: string, step: Step): string | undefined {
  const box = plan.boxes.get(from);
  if (!box) return plan.boxes.keys().next().value;
  const there = [...plan.boxes.values()].filter((other) => other !== box && isThere(box, other, step));
  const linked = new Set(
    [...plan.edges.values()].flatMap(({ source, destination }) =>
      source === from ? [destination] : destination === from ? [source] : [],
    ),
  );
  const sideways = step === 'left' || step === 'right';
  const cost = (other: RoutedBox) => {
    const dx = Math.abs(other.x - box.x);
    const dy = Math.abs(middle(other) - middle(box));
    // Rows are twice as high as columns are wide; the way across the step counts more than along it.
    if (sideways) return dx / 2 + dy * 2 - (linked.has(other.node) ? 1e6 : 0);
    return dy + (dx === 0 ? 0 : 1e3 + dx);
  };
  return there.reduce<RoutedBox | undefined>(
    (best, other) => (best && cost(best) <= cost(other) ? best : other),
    undefined,
  )?.node;
}

function isThere(from: RoutedBox, to: RoutedBox, step: Step): boolean {
  if (step === 'left') return to.x < from.x;
  if (step === 'right') return to.x > from.x;
  if (step === 'up') return middle(to) < middle(from);
  return middle(to) > middle(from);
}

const middle = ({ y, height }: RoutedBox) => y + height / 2;

/** Edges of a node: those that arrive, then those that leave, each from top to bottom. */
export function edgesOf(plan: Plan, node: string): readonly string[] {
  const each = [...plan.edges.values()];
  const byRow = (a: (typeof each)[number], b: (typeof each)[number]) => a.head.y - b.head.y || (a.key < b.key ? -1 : 1);
  return [
    ...each.filter(({ destination }) => destination === node).sort(byRow),
    ...each.filter(({ source }) => source === node).sort(byRow),
  ].map(({ key }) => key);
}
