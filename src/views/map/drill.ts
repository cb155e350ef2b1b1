/** What enter opens: the rows behind a node or an edge, by what they speak. */
import { sanitizeLine } from '../../domain/sanitize.ts';
import { equals } from '../list/terms.ts';
import type { Opening } from '../view.ts';
import type { MapEdge, MapNode } from './graph.ts';
import { fullName } from './labels.ts';

export interface Target {
  readonly view: 'http' | 'dns' | 'flows' | 'pods';
  readonly opening: Opening;
}

/** The requests of an edge; its traffic where its protocol is not understood. */
export function targetOfEdge(edge: MapEdge, source: MapNode, destination: MapNode): Target {
  const filter = `${endTerm('from', source)} ${endTerm('to', destination)}`;
  const about = sanitizeLine(`${fullName(source)} > ${fullName(destination)}`);
  return { view: viewOf(edge.protocol), opening: { filter, about } };
}

/** What a node is asked; what it asks where nobody asks it. */
export function targetOfNode(node: MapNode, arriving: readonly MapEdge[], leaving: readonly MapEdge[]): Target {
  const isServer = arriving.length > 0;
  const [busiest] = (isServer ? arriving : leaving).toSorted((a, b) => b.figures.rate - a.figures.rate);
  const filter = endTerm(isServer ? 'to' : 'from', node);
  return { view: viewOf(busiest?.protocol ?? 'http'), opening: { filter, about: sanitizeLine(fullName(node)) } };
}

export function podsOf(node: MapNode): Target {
  const filter = node.kind === 'namespace' ? equals('ns', node.name) : equals('svc', node.id);
  return { view: 'pods', opening: { filter, about: sanitizeLine(fullName(node)) } };
}

function viewOf(protocol: string): Target['view'] {
  if (protocol === 'dns') return 'dns';
  return protocol.startsWith('http') || protocol === 'grpc' ? 'http' : 'flows';
}

/** The map shows workloads, the rows name pods. */
function endTerm(end: 'from' | 'to', node: MapNode): string {
  return node.kind === 'namespace' ? equals(`${end}.ns`, node.name) : equals(`${end}.svc`, node.id);
}
