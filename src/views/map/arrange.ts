/** A graph laid out from nothing, in layers from left to right, by dagre. */
import { Graph, layout } from '@dagrejs/dagre';
import {
  type Arrangement,
  arrangementOf,
  emptyArrangement,
  fromTopToBottom,
  type Outline,
  passId,
  placeRows,
  type Wish,
} from './arrangement.ts';
import { settle } from './settle.ts';

/**
 * dagre finds the layers (network simplex), the order in them (fewest crossings found) and where along them things would best be; what
 * it says in fractions becomes whole rows. The same outline gives the same arrangement. Takes time: see `bench.ts`.
 */
export function arrange(outline: Outline): Arrangement {
  try {
    return byDagre(outline);
  } catch {
    // It recurses as deep as a chain of calls is long. A plainer layout is better than none.
    return settle(emptyArrangement, outline);
  }
}

function byDagre(outline: Outline): Arrangement {
  const graph = new Graph<object, LaidOutNode, LaidOutEdge>({ directed: true });
  graph.setGraph({ rankdir: 'LR', nodesep: 1, edgesep: 1, ranksep: 2, ranker: 'network-simplex' });
  for (const { id, height } of callersFirst(outline)) graph.setNode(id, { width: 1, height });
  for (const { source, destination } of outline.edges) {
    if (source !== destination && !graph.hasEdge(destination, source))
      graph.setEdge(source, destination, { width: 0, height: 0 });
  }
  layout(graph);
  // dagre leaves a rank between any two for labels of edges.
  const ranks = [...new Set(outline.nodes.map(({ id }) => graph.node(id).rank ?? 0))].sort((a, b) => a - b);
  const layerOf = new Map(outline.nodes.map(({ id }) => [id, ranks.indexOf(graph.node(id).rank ?? 0)]));
  const layers: Wish[][] = ranks.map(() => []);
  for (const { id, height } of outline.nodes) {
    const row = (graph.node(id).y ?? 0) - height / 2;
    layers[layerOf.get(id) ?? 0]?.push({
      id,
      node: id,
      edge: undefined,
      height,
      row,
      weight: height,
      middle: row + height / 2,
    });
  }
  for (const edge of outline.edges) {
    const from = layerOf.get(edge.source) ?? 0;
    const to = layerOf.get(edge.destination) ?? 0;
    const [low, high] = from < to ? [edge.source, edge.destination] : [edge.destination, edge.source];
    const points = passPoints(graph, low, high);
    for (let layer = Math.min(from, to) + 1; layer < Math.max(from, to); layer += 1) {
      const row = points[(ranks[layer] ?? 0) - (graph.node(low).rank ?? 0)]?.y ?? graph.node(low).y ?? 0;
      const id = passId(edge.key, layer);
      layers[layer]?.push({ id, node: undefined, edge: edge.key, height: 1, row: row - 0.5, weight: 1, middle: row });
    }
  }
  const placed = layers.map((wishes) => placeRows(wishes.sort(fromTopToBottom)));
  return arrangementOf(placed, layerOf, outline);
}

interface LaidOutNode {
  readonly width: number;
  readonly height: number;
  readonly rank?: number;
  readonly y?: number;
}

interface LaidOutEdge {
  readonly width: number;
  readonly height: number;
  readonly points?: readonly { readonly y: number }[];
}

/** Where an edge passes the ranks between its ends, by distance from the lower one. dagre tells it from source to destination. */
function passPoints(
  graph: Graph<object, LaidOutNode, LaidOutEdge>,
  low: string,
  high: string,
): readonly { readonly y: number }[] {
  const forward = graph.edge(low, high)?.points;
  return forward ?? graph.edge(high, low)?.points?.toReversed() ?? [];
}

/** dagre breaks cycles by what it meets first: that shall be what begins the calls. */
function callersFirst({ nodes, edges }: Outline): Outline['nodes'] {
  const balance = new Map<string, number>();
  const called = new Set<string>();
  for (const { source, destination } of edges) {
    balance.set(source, (balance.get(source) ?? 0) + 1);
    balance.set(destination, (balance.get(destination) ?? 0) - 1);
    called.add(destination);
  }
  const rank = (id: string) => (called.has(id) ? (balance.get(id) ?? 0) : Number.MAX_SAFE_INTEGER);
  return nodes.toSorted((a, b) => rank(b.id) - rank(a.id) || (a.id < b.id ? -1 : 1));
}
