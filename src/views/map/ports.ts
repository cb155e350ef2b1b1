/** Where on its boxes an edge begins and ends: each arrow has a row of its own as long as the box has rows. */
import type { Item } from './arrangement.ts';
import { passId } from './arrangement.ts';

/** Rows of the two ends of an edge. */
export interface Port {
  readonly source: number;
  readonly destination: number;
  /** It comes together with others that go nowhere else: they may turn as one. */
  readonly shared: boolean;
}

interface Ends {
  readonly key: string;
  readonly source: string;
  readonly destination: string;
}

/**
 * Calls leave a box together, on its right; each arrives for itself, on the left. Calls against the direction of the layers leave on the
 * left and arrive on the right.
 */
export function assignPorts(
  edges: readonly Ends[],
  items: ReadonlyMap<string, Item>,
  layerOf: ReadonlyMap<string, number>,
): ReadonlyMap<string, Port> {
  const layer = (id: string) => layerOf.get(id) ?? 0;
  const isForward = ({ source, destination }: Ends) => layer(source) < layer(destination);
  const middle = (id: string) => {
    const item = items.get(id);
    return item ? item.row + (item.height - 1) / 2 : 0;
  };
  /** The item next to one end of the edge, on its way to the other. */
  const beside = (edge: Ends, end: string) => {
    const other = end === edge.source ? edge.destination : edge.source;
    const step = Math.sign(layer(other) - layer(end));
    const pass = passId(edge.key, layer(end) + step);
    return layer(end) + step === layer(other) ? other : pass;
  };
  const exits = exitRows(edges, items, isForward, (edge) => middle(beside(edge, edge.source)));
  const exitOf = (edge: Ends) => exits.get(sideKey(edge.source, isForward(edge))) ?? 0;

  /** Rows of a channel on which something leaves to the right, and what. */
  const leaving = new Map<string, string>();
  for (const edge of edges) {
    if (isForward(edge)) leaving.set(`${layer(edge.source)} ${exitOf(edge)}`, edge.source);
  }
  for (const { id, edge, row } of items.values()) {
    if (edge === undefined) continue;
    leaving.set(`${id.slice(edge.length + 1)} ${row}`, edge);
  }
  const arrivals = Map.groupBy(edges, (edge) => sideKey(edge.destination, !isForward(edge)));
  const rows = new Map<string, { readonly row: number; readonly shared: boolean }>();
  const calls = new Map<string, number>();
  for (const edge of edges) if (isForward(edge)) calls.set(edge.source, (calls.get(edge.source) ?? 0) + 1);
  for (const arriving of arrivals.values()) {
    const [first] = arriving;
    const box = first && items.get(first.destination);
    if (!first || !box) continue;
    const goesBack = !isForward(first);
    const taken = exits.get(sideKey(first.destination, goesBack));
    const each: readonly ArrivalWish[] = arriving.map((edge) => {
      const next = beside(edge, edge.destination);
      const row = next === edge.source ? (goesBack ? middle(next) : exitOf(edge)) : (items.get(next)?.row ?? 0);
      return { edges: [edge], row, net: next === edge.source ? edge.source : edge.key };
    });
    const channel = goesBack ? undefined : layer(first.destination) - 1;
    const isForeign = (row: number, net: string) => {
      if (channel === undefined) return false;
      const other = leaving.get(`${channel} ${row}`);
      return other !== undefined && other !== net;
    };
    // Where a box calls on the side it is called on, that row is left to the calls.
    const free = inside(box).filter((row) => row !== taken);
    const open = free.length > 0 ? free : inside(box);
    // More than there are rows for: what goes nowhere else comes in one line.
    const isLone = ({ edges: [edge], net }: ArrivalWish) => !goesBack && (net !== edge?.source || calls.get(net) === 1);
    const lone = each.length > open.length ? each.filter(isLone) : [];
    const together = lone.length > 1 ? [joined(lone), ...each.filter((wish) => !lone.includes(wish))] : each;
    const wishes = together.toSorted((a, b) => a.row - b.row || (a.net < b.net ? -1 : 1));
    const found = spread(wishes, open, isForeign);
    for (const [i, { edges: members }] of wishes.entries()) {
      for (const { key } of members) rows.set(key, { row: found[i] ?? box.row + 1, shared: members.length > 1 });
    }
  }
  return new Map(
    edges.map((edge) => {
      const { row = 0, shared = false } = rows.get(edge.key) ?? {};
      return [edge.key, { source: exitOf(edge), destination: row, shared }];
    }),
  );
}

function joined(wishes: readonly ArrivalWish[]): ArrivalWish {
  const row = wishes.reduce((sum, wish) => sum + wish.row, 0) / wishes.length;
  return { edges: wishes.flatMap(({ edges }) => edges), row, net: '' };
}

const sideKey = (node: string, isRight: boolean) => `${node}\n${isRight ? 'right' : 'left'}`;

/** Rows between the borders of a box. */
function inside({ row, height }: Item): readonly number[] {
  return Array.from({ length: Math.max(1, height - 2) }, (_, i) => row + 1 + i);
}

/** One row for each side of a box that calls leave from: the one nearest to where they go. */
function exitRows(
  edges: readonly Ends[],
  items: ReadonlyMap<string, Item>,
  isForward: (edge: Ends) => boolean,
  goal: (edge: Ends) => number,
): ReadonlyMap<string, number> {
  const sides = Map.groupBy(edges, (edge) => sideKey(edge.source, isForward(edge)));
  return new Map(
    [...sides].flatMap(([side, each]) => {
      const box = items.get(each[0]?.source ?? '');
      if (!box) return [];
      const rows = inside(box);
      const mean = each.reduce((sum, edge) => sum + goal(edge), 0) / each.length;
      const own = box.row + (box.height - 1) / 2;
      // Level with where most go; between two rows the upper one.
      const wanted = Math.abs(mean - own) < 1 ? box.row + 1 : mean;
      const [nearest = box.row + 1] = rows.toSorted((a, b) => Math.abs(a - wanted) - Math.abs(b - wanted) || a - b);
      return [[side, nearest] as const];
    }),
  );
}

interface ArrivalWish {
  readonly edges: readonly Ends[];
  readonly row: number;
  readonly net: string;
}

/** Rows in the order of the wishes, each its own as long as there are enough: near the wish, off rows that others leave on. */
function spread(
  wishes: readonly ArrivalWish[],
  rows: readonly number[],
  isForeign: (row: number, net: string) => boolean,
): readonly number[] {
  const found: number[] = [];
  let from = 0;
  wishes.forEach((wish, i) => {
    const left = wishes.length - 1 - i;
    const scale = wishes.length > rows.length;
    const low = scale ? Math.floor((i * rows.length) / wishes.length) : from;
    const high = scale ? low : rows.length - 1 - left;
    let best = low;
    let least = Number.POSITIVE_INFINITY;
    for (let at = low; at <= high; at += 1) {
      const row = rows[at] ?? 0;
      const cost = Math.abs(row - wish.row) + (isForeign(row, wish.net) ? 4 : 0);
      if (cost < least) {
        least = cost;
        best = at;
      }
    }
    found.push(rows[best] ?? 0);
    from = best + 1;
  });
  return found;
}
