/** `pods`, `services` and `namespaces`: the same figures by ever larger groups. */
import type { Row, RowOf } from '../../../domain/column.ts';
import { namespaces } from '../../../domain/tables/derived/namespaces.ts';
import { pods } from '../../../domain/tables/derived/pods.ts';
import { services } from '../../../domain/tables/derived/services.ts';
import type { servingColumns } from '../../../domain/tables/shared/golden.ts';
import type { Work } from '../../work.ts';
import type { Fold, FoldOptions, Group } from '../fold.ts';
import type { Key } from '../keys.ts';
import { connSums, type Kinds, requestSums } from '../kinds.ts';
import { type ContainerUse, containerUse, noUse } from './container-use.ts';
import { type Derivation, nanos, rateSeries, type Stretch } from './derivation.ts';
import { type Golden, goldenOf, rateSums } from './golden.ts';
import { createRoutes } from './routes.ts';
import { toldOf } from './told.ts';

/** What runs outside of pods is in this namespace. */
export const hostNamespace = 'host';

const served = [0];
const made = [1];

export function derivePods(kinds: Kinds): Derivation {
  const folds = entityFolds(kinds, 'pod');
  return {
    table: pods,
    folds,
    rows: (stretch, ...parts) =>
      entityRows(kinds, stretch, parts, ({ id, namespace, group, use, golden, seconds, last, node }) => ({
        pod: id,
        namespace,
        service: namespace === null ? id : kinds.podFacts.workloadOf(id),
        owner: kinds.podFacts.factsOf(id)?.owner ?? null,
        labels: kinds.podFacts.factsOf(id)?.labels ?? null,
        ...golden,
        cpu: use.cpu,
        throttled: use.throttled,
        memory: use.memory,
        memory_share: use.memoryShare,
        restarts: use.restarts,
        calls: callsOf(group) / seconds,
        node,
        time_: nanos(last),
      })),
  };
}

export function deriveServices(kinds: Kinds): Derivation {
  const folds = entityFolds(kinds, 'service');
  return {
    table: services,
    folds,
    rows: (stretch, ...parts) =>
      entityRows(kinds, stretch, parts, ({ id, namespace, entities, use, golden, last }) => ({
        service: id,
        namespace,
        pods: entities.size,
        ...golden,
        cpu: use.cpu,
        memory: use.memory,
        time_: nanos(last),
      })),
  };
}

export function deriveNamespaces(kinds: Kinds): Derivation {
  const folds = entityFolds(kinds, 'namespace');
  return {
    table: namespaces,
    folds,
    rows: (stretch, ...parts) =>
      entityRows(kinds, stretch, parts, ({ id, entities, use, golden, last }) => ({
        namespace: id,
        services: new Set(
          [...entities].map((entity) => (id === hostNamespace ? entity : kinds.podFacts.workloadOf(entity))),
        ).size,
        pods: id === hostNamespace ? 0 : entities.size,
        ...golden,
        cpu: use.cpu,
        memory: use.memory,
        time_: nanos(last),
      })),
  };
}

/** Requests, containers and connections of the same groups. */
function entityFolds(kinds: Kinds, by: 'pod' | 'service' | 'namespace'): FoldOptions[] {
  const { pods: requests, containers, conns } = kinds;
  const byDestination = ({ ends }: Key) => {
    if (by === 'pod') return ends.destination;
    return by === 'service' ? ends.destinationService : (ends.destinationNamespace ?? hostNamespace);
  };
  const bySource = ({ ends }: Key) => {
    if (by === 'pod') return ends.source;
    return by === 'service' ? ends.sourceService : (ends.sourceNamespace ?? hostNamespace);
  };
  const byLocal = (key: Key) => (key.subject.role === 'server' ? byDestination(key) : bySource(key));
  return [
    {
      history: requests.history,
      epoch: () => requests.keys.renamed,
      parts: 2,
      sketches: [0],
      stepSums: rateSums,
      stepSketch: 0,
      route: createRoutes(requests.keys, byDestination, ({ subject }) => (subject.role === 'server' ? served : made)),
    },
    {
      history: containers.history,
      epoch: () => containers.keys.renamed,
      parts: 1,
      sketches: [],
      stepSums: [],
      stepSketch: undefined,
      // By container: how much each of them uses is added up where the rows are made.
      route: createRoutes(
        containers.keys,
        (key) => `${byDestination(key)}\n${key.id}`,
        () => served,
      ),
    },
    {
      history: conns.history,
      epoch: () => conns.keys.renamed,
      parts: 1,
      sketches: [],
      stepSums: [
        [0, connSums.sent],
        [0, connSums.received],
      ],
      stepSketch: undefined,
      route: createRoutes(conns.keys, byLocal, () => served),
    },
  ];
}

interface Entity {
  readonly id: string;
  readonly namespace: string | null;
  readonly node: string | null;
  /** Pods, processes and addresses in it. */
  readonly entities: ReadonlySet<string>;
  readonly group: Group | undefined;
  readonly use: ContainerUse;
  readonly golden: Serving;
  readonly seconds: number;
  readonly last: number;
}

function* entityRows(
  { pods: requests, containers, conns }: Kinds,
  stretch: Stretch,
  folds: readonly Fold[],
  row: (entity: Entity) => Row,
): Work<readonly Row[]> {
  const [requestFold, containerFold, connFold] = folds;
  if (!requestFold || !containerFold || !connFold) return [];
  const uses = containerUse(containerFold, containers.keys, stretch);
  const rows: Row[] = [];
  for (const id of new Set([...requestFold.groups.keys(), ...uses.keys()])) {
    const group = requestFold.groups.get(id);
    const use = uses.get(id) ?? noUse;
    const entities = new Set(use.pods);
    let { namespace } = use;
    const nodes = new Set(use.nodes);
    for (const key of group?.keys.ids() ?? []) {
      const known = requests.keys.get(key);
      if (!known) continue;
      entities.add(known.ends.destination);
      namespace ??= known.ends.destinationNamespace;
      nodes.add(known.subject.node);
    }
    const traffic = connFold.groups.get(id);
    const conn = traffic?.parts[0];
    const told = toldOf(connFold, traffic, conns.keys, stretch);
    const byteRate = (at: number) => ((conn?.sums[at] ?? 0) * told.share) / told.stretch.seconds;
    const golden = servingOf(goldenOf(requestFold, group, stretch), group);
    rows.push(
      row({
        id,
        namespace,
        node: onlyOf(nodes),
        entities,
        group,
        use,
        // All that went through its sockets where that is known, else what was in the bodies.
        golden: conn
          ? {
              ...golden,
              bytes_series: rateSeries(connFold, traffic, told.stretch),
              in_bytes: byteRate(connSums.received),
              out_bytes: byteRate(connSums.sent),
            }
          : golden,
        seconds: stretch.seconds,
        last: Math.max(group?.last ?? 0, use.last),
      }),
    );
    yield;
  }
  return rows;
}

/** A process of one name may run on several nodes: then it is on none in particular. */
function onlyOf(nodes: ReadonlySet<string>): string | null {
  const [node] = nodes;
  return nodes.size === 1 ? node || null : null;
}

type Serving = RowOf<typeof servingColumns>;

/** Nothing was asked of it: that is no rate of zero. */
function servingOf(golden: Golden, group: Group | undefined): Serving {
  const served = (group?.parts[0]?.cells ?? 0) > 0;
  return { ...golden, bytes_series: null, ...(served ? {} : { rate: null, rate_series: null }) };
}

function callsOf(group: Group | undefined): number {
  const part = group?.parts[1];
  return (part?.sums[requestSums.requests] ?? 0) + (part?.sums[requestSums.sampledOut] ?? 0);
}
