/** Which edges are on the map: the N worst and busiest, without a coming and going at the limit; what went silent stays for a while. */
import { severityRank } from './figures.ts';
import type { MapEdge, MapGraph, MapNode } from './graph.ts';

/** Edges the map shows at first, and the steps of more and fewer. */
export const edgeLimits = [5, 10, 20, 40, 80, 160, 320, 640] as const;
export const firstLimit = 40;

/** How long what is not heard of any more stays on the map (dimmed), ms. */
export const lingerMs = 60_000;
/** An edge takes the place of one that is shown when it is that many times as busy. */
const lead = 1.5;
/** Nodes without any edge that are shown beside the others. */
const mostAlone = 12;

/** What was shown before. */
export interface Shown {
  readonly edges: ReadonlyMap<string, Seen<MapEdge>>;
  readonly nodes: ReadonlyMap<string, Seen<MapNode>>;
}

interface Seen<T> {
  readonly item: T;
  /** Captured time, Unix ms. */
  readonly at: number;
}

export interface Selection extends Shown {
  /** Edges there are, shown or not. */
  readonly total: number;
  /** Nodes that are not shown because none of their edges is. */
  readonly hiddenNodes: number;
}

export const nothingShown: Shown = { edges: new Map(), nodes: new Map() };

export function isGone(seen: { readonly at: number }, now: number): boolean {
  return seen.at < now;
}

/**
 * @param now end of the stretch of time, Unix ms
 * @param limit edges to show, those that went silent not counted
 */
export function selectEdges(graph: MapGraph, before: Shown, limit: number, now: number): Selection {
  const ranked = [...graph.edges.values()].map((item) => needOf(item, before)).sort(byNeed);
  const edges = new Map<string, Seen<MapEdge>>(ranked.slice(0, limit).map(({ item }) => [item.key, { item, at: now }]));
  for (const [key, seen] of before.edges) {
    // Only what is nowhere any more lingers: what others have outdone goes.
    if (edges.size < limit * 2 && !graph.edges.has(key) && isFresh(seen, now)) edges.set(key, seen);
  }
  const nodes = new Map<string, Seen<MapNode>>();
  const take = (id: string) => {
    if (nodes.has(id)) return;
    const item = graph.nodes.get(id);
    const seen = item ? { item, at: now } : before.nodes.get(id);
    if (seen) nodes.set(id, seen);
  };
  for (const { item } of edges.values()) {
    take(item.source);
    take(item.destination);
  }
  const linked = new Set<string>();
  for (const { source, destination } of graph.edges.values()) linked.add(source).add(destination);
  const alone = [...graph.nodes.keys()].filter((id) => !linked.has(id)).sort();
  for (const id of alone.slice(0, mostAlone)) take(id);
  for (const [id, seen] of before.nodes) if (!graph.nodes.has(id) && isFresh(seen, now)) take(id);
  const live = [...nodes.keys()].filter((id) => graph.nodes.has(id)).length;
  return { edges, nodes, total: graph.edges.size, hiddenNodes: graph.nodes.size - live };
}

function isFresh({ at }: { readonly at: number }, now: number): boolean {
  // A step back in time begins anew.
  return at <= now && now - at < lingerMs;
}

interface Need {
  readonly item: MapEdge;
  readonly urgency: number;
  readonly weight: number;
}

/** Weighed once per edge: comparing asks for it a dozen times. */
function needOf(item: MapEdge, before: Shown): Need {
  const { key, figures } = item;
  return {
    item,
    urgency: Math.max(0, severityRank(figures.severity) - severityRank('notice')),
    weight: (figures.rate + 1e-3 * figures.connections) * (before.edges.has(key) ? lead : 1),
  };
}

/** Errors first, then rate; among equals the one that is shown already. */
function byNeed(a: Need, b: Need): number {
  return b.urgency - a.urgency || b.weight - a.weight || (a.item.key < b.item.key ? -1 : 1);
}
