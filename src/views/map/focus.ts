/** The part of a map one node has to do with. */
import type { MapGraph } from './graph.ts';

/** The node, its callers and its callees, and only the calls to and from it. */
export function around(graph: MapGraph, focus: string): MapGraph {
  const edges = new Map(
    [...graph.edges].filter(([, { source, destination }]) => source === focus || destination === focus),
  );
  const kept = new Set([focus, ...[...edges.values()].flatMap(({ source, destination }) => [source, destination])]);
  return { nodes: new Map([...graph.nodes].filter(([id]) => kept.has(id))), edges };
}
