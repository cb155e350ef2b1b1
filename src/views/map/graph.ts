/** The service map as a graph: what calls and is called, and who calls whom, made from rows of `edges` and `services`. */
import type { Severity } from '../../domain/column.ts';
import type { EdgeRow } from '../../domain/tables/derived/edges.ts';
import type { ServiceRow } from '../../domain/tables/derived/services.ts';
import type { StoredRow } from '../../store/store.ts';
import { edgeFigures, type Figures, serviceFigures, sumFigures, worst } from './figures.ts';
import { kindOf, type NodeKind } from './kinds.ts';

export interface MapNode {
  /** As in the tables: "namespace/workload", a process, a name or an address; "namespace/" for a whole namespace. */
  readonly id: string;
  /** What to call it where the namespace is known. */
  readonly name: string;
  readonly namespace: string;
  readonly kind: NodeKind;
  /** What it serves. */
  readonly figures: Figures;
  /** Requests per second it makes itself. */
  readonly calls: number;
  /** Calls to itself per second. */
  readonly selfCalls: number;
  readonly pods: number;
  /** Services in it where it stands for a namespace, else 1. */
  readonly members: number;
}

export interface MapEdge {
  readonly key: string;
  readonly source: string;
  readonly destination: string;
  /** Of most of its requests. */
  readonly protocol: string;
  readonly figures: Figures;
  /** The rows it stands for, the busiest first. */
  readonly rows: readonly StoredRow[];
}

export interface MapGraph {
  readonly nodes: ReadonlyMap<string, MapNode>;
  /** Between different nodes; what calls itself has it in its figures. */
  readonly edges: ReadonlyMap<string, MapEdge>;
}

export interface GraphOptions {
  /** A namespace becomes one node. */
  readonly collapsed: boolean;
  /** Only what begins or ends in one of these; empty = all. */
  readonly namespaces: ReadonlySet<string>;
}

export const edgeKey = (source: string, destination: string) => `${source}\n${destination}`;
/** Ids of whole namespaces end so; no workload's does. */
const isNamespaceId = (id: string) => id.endsWith('/');

interface Open {
  name: string;
  namespace: string;
  external: boolean;
  protocols: Map<string, number>;
  /** What it says of itself, and what its callers say. */
  own: Figures[];
  inbound: Figures[];
  calls: number;
  selfCalls: number;
  pods: number;
  members: Set<string>;
}

interface OpenEdge {
  readonly source: string;
  readonly destination: string;
  readonly parts: { readonly stored: StoredRow; readonly figures: Figures }[];
}

export function buildGraph(
  edgeRows: readonly StoredRow[],
  serviceRows: readonly StoredRow[],
  options: GraphOptions,
): MapGraph {
  const { collapsed, namespaces } = options;
  const chosen = (...names: readonly (string | null)[]) =>
    namespaces.size === 0 || names.some((name) => name !== null && namespaces.has(name));
  const nodes = new Map<string, Open>();
  const idOf = (service: string, namespace: string | null) => (collapsed && namespace ? `${namespace}/` : service);
  const nodeOf = (service: string, namespace: string | null): Open => {
    const id = idOf(service, namespace);
    let node = nodes.get(id);
    if (!node) {
      node = {
        name: collapsed && namespace ? namespace : shortName(service, namespace),
        namespace: namespace ?? '',
        external: false,
        protocols: new Map(),
        own: [],
        inbound: [],
        calls: 0,
        selfCalls: 0,
        pods: 0,
        members: new Set(),
      };
      nodes.set(id, node);
    }
    node.members.add(service);
    return node;
  };
  const edges = new Map<string, OpenEdge>();
  for (const stored of edgeRows) {
    const row = stored.row as EdgeRow;
    if (!chosen(row.source_namespace, row.destination_namespace)) continue;
    const source = nodeOf(row.source, row.source_namespace);
    const destination = nodeOf(row.destination, row.destination_namespace);
    if (row.destination_kind === 'external') destination.external = true;
    const weight = row.rate + 1e-3 * row.connections + 1e-6;
    destination.protocols.set(row.protocol, (destination.protocols.get(row.protocol) ?? 0) + weight);
    const figures = edgeFigures(row);
    destination.inbound.push(figures);
    source.calls += row.rate;
    if (source === destination) {
      source.selfCalls += row.rate;
      continue;
    }
    const from = idOf(row.source, row.source_namespace);
    const to = idOf(row.destination, row.destination_namespace);
    const key = edgeKey(from, to);
    const known = edges.get(key);
    if (known) known.parts.push({ stored, figures });
    else edges.set(key, { source: from, destination: to, parts: [{ stored, figures }] });
  }
  for (const { row } of serviceRows) {
    const service = row as ServiceRow;
    if (!chosen(service.namespace)) continue;
    const node = nodeOf(service.service, service.namespace);
    node.own.push(serviceFigures(service));
    node.pods += service.pods;
  }
  return {
    nodes: new Map([...nodes].map(([id, node]) => [id, closed(id, node)])),
    edges: new Map([...edges].map(([key, edge]) => [key, edgeOf(key, edge)])),
  };
}

function closed(id: string, node: Open): MapNode {
  const kind = isNamespaceId(id) ? 'namespace' : kindOf(id, node);
  const own = sumFigures(node.own);
  // What nobody watches itself is known from its callers: added up only there, for a thousand nodes have some of them.
  const figures = own.requests > 0 ? own : sumFigures(node.inbound);
  return {
    id,
    name: node.name,
    namespace: kind === 'namespace' ? '' : node.namespace,
    kind,
    figures: worse(figures, worst(node.inbound.map(({ severity }) => severity))),
    calls: node.calls,
    selfCalls: node.selfCalls,
    pods: node.pods,
    members: node.members.size,
  };
}

/** Attempts that never reached it make a service look bad too. */
function worse(figures: Figures, severity: Severity): Figures {
  return figures.severity === 'bad' || severity !== 'bad' ? figures : { ...figures, severity };
}

function edgeOf(key: string, { source, destination, parts }: OpenEdge): MapEdge {
  if (parts.length > 1) parts.sort((a, b) => b.figures.rate - a.figures.rate || (a.stored.key < b.stored.key ? -1 : 1));
  return {
    key,
    source,
    destination,
    protocol: String(parts[0]?.stored.row.protocol ?? ''),
    figures: sumFigures(parts.map(({ figures }) => figures)),
    rows: parts.map(({ stored }) => stored),
  };
}

function shortName(service: string, namespace: string | null): string {
  return namespace && service.startsWith(`${namespace}/`) ? service.slice(namespace.length + 1) : service;
}
