/** What enter opens: the rows behind a node or an edge, by what they speak. */
import { addTerm, termFor } from '../../domain/filter/write.ts';
import { edges } from '../../domain/tables/derived/edges.ts';
import type { MapEdge, MapNode } from './graph.ts';

export interface Target {
  readonly view: 'http' | 'dns' | 'flows';
  readonly filter: string;
}

/** The requests of an edge; its traffic where its protocol is not understood. */
export function targetOfEdge(edge: MapEdge, node: (id: string) => MapNode | undefined): Target {
  const from = endTerm('source', edge.source, node(edge.source));
  const to = endTerm('destination', edge.destination, node(edge.destination));
  return { view: viewOf(edge.protocol), filter: addTerm(from, to) };
}

/** What a node is asked; what it asks where nobody asks it. */
export function targetOfNode(node: MapNode, arriving: readonly MapEdge[], leaving: readonly MapEdge[]): Target {
  const isServer = arriving.length > 0;
  const [busiest] = (isServer ? arriving : leaving).toSorted((a, b) => b.figures.rate - a.figures.rate);
  const filter = endTerm(isServer ? 'destination' : 'source', node.id, node);
  return { view: viewOf(busiest?.protocol ?? 'http'), filter };
}

function viewOf(protocol: string): Target['view'] {
  if (protocol === 'dns') return 'dns';
  return protocol.startsWith('http') || protocol === 'grpc' ? 'http' : 'flows';
}

/**
 * `from:shop/api`: the rows of the other tables name pods, the map workloads, of which a pod's name begins with the workload's. Of a whole
 * namespace `from:shop/`.
 */
function endTerm(column: 'source' | 'destination', id: string, node: MapNode | undefined): string {
  const exact = termFor(edges, column, node?.kind === 'namespace' ? `${node.name}/` : id) ?? '';
  return exact.replace('=', ':');
}
