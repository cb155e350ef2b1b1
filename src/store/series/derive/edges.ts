/** `edges`: who calls whom, by workload. Requests where their protocol is understood, else connections and their turns. */
import { type EdgeRow, edges } from '../../../domain/tables/derived/edges.ts';
import { protocolOfPort } from '../../../domain/well-known-ports.ts';
import type { Fold, Group } from '../fold.ts';
import { type Ends, isCounted, type Key } from '../keys.ts';
import { connSums, type Kinds } from '../kinds.ts';
import { addressOf } from '../names.ts';
import { type ConnGroup, connFold, connGroups } from './conn-groups.ts';
import { type Derivation, nanos, p99Series, rateSeries, type Stretch } from './derivation.ts';
import { type Golden, goldenOf, rateSums } from './golden.ts';
import { createRoutes } from './routes.ts';

/** Parts of a group of requests: what counts, all the callers saw, all the callees saw. */
const fromCallee = [0, 2];
const fromCaller = [0, 1];
const callerAgain = [1];
const calleeAgain = [2];

export function deriveEdges(kinds: Kinds): Derivation {
  const { keys, history } = kinds.edges;
  const connLine = ({ ends, subject }: Key) => `${ends.line} ${subject.transport}`;
  return {
    table: edges,
    folds: [
      {
        history,
        epoch: () => keys.renamed,
        parts: 3,
        // Of what each side saw, only how long it took.
        sums: [0],
        sketches: [0, 1, 2],
        stepSums: rateSums,
        stepSketch: 0,
        route: createRoutes(
          keys,
          ({ ends, subject }) => `${ends.line} ${subject.protocol}`,
          (key, from, to) => {
            const counts = isCounted(key, 'server', from, to);
            if (key.subject.role === 'server') return counts ? fromCallee : calleeAgain;
            return counts ? fromCaller : callerAgain;
          },
        ),
      },
      connFold(kinds, connLine, [connSums.turns]),
    ],
    *rows(stretch, requests, connections) {
      if (!requests || !connections) return [];
      const conns = yield* connGroups(kinds, connections, connLine, stretch);
      const byLine = new Map<string, ConnGroup[]>();
      for (const conn of conns) {
        const [key] = conn.keys;
        if (!key) continue;
        const { line } = key.ends;
        const list = byLine.get(line);
        if (list) list.push(conn);
        else byLine.set(line, [conn]);
      }
      const rows: EdgeRow[] = [];
      for (const group of requests.groups.values()) {
        if ((group.parts[0]?.cells ?? 0) === 0) continue;
        let key: Key | undefined;
        let isWatched = false;
        for (const id of group.keys.ids()) {
          const member = keys.get(id);
          key ??= member;
          if (member?.subject.role === 'server') isWatched = true;
        }
        if (!key) continue;
        const { line } = key.ends;
        rows.push(requestEdge(group, key, isWatched, byLine.get(line) ?? noConns, requests, stretch));
        byLine.delete(line);
        yield;
      }
      for (const list of byLine.values()) {
        for (const conn of list) {
          const [key] = conn.keys;
          if (key) rows.push(connectionEdge(conn, key, connections, stretch));
          yield;
        }
      }
      return rows;
    },
  };
}

const noConns: readonly ConnGroup[] = [];

function requestEdge(
  group: Group,
  key: Key,
  isWatched: boolean,
  conns: readonly ConnGroup[],
  fold: Fold,
  stretch: Stretch,
): EdgeRow {
  const client = medianOf(group, 1);
  const server = medianOf(group, 2);
  return {
    ...identity(group.id, key, key.subject.protocol),
    destination_kind: kindOf(key.ends, isWatched || conns.some((conn) => conn.keys.some(isHere))),
    ...goldenOf(fold, group, stretch),
    client_p50: client,
    server_p50: server,
    network_p50: networkOf(group),
    ...connectionColumns(conns),
    time_: nanos(conns.reduce((last, conn) => Math.max(last, conn.last), group.last)),
  };
}

function connectionEdge(conn: ConnGroup, key: Key, fold: Fold, stretch: Stretch): EdgeRow {
  const turns = conn.sum(connSums.turns);
  const { transport, port } = key.subject;
  const golden: Golden = {
    rate: conn.rate(connSums.turns),
    rate_series: rateSeries(fold, conn.group, conn.told),
    errors: null,
    client_errors: null,
    p50: null,
    p90: null,
    p99: null,
    p99_series: p99Series(fold, undefined, stretch),
    requests: turns,
    in_bytes: conn.rate(connSums.sent),
    out_bytes: conn.rate(connSums.received),
    sampled: null,
  };
  return {
    ...identity(conn.id, key, conn.protocol || protocolOfPort(port) || transport),
    destination_kind: kindOf(key.ends, conn.keys.some(isHere)),
    ...golden,
    client_p50: null,
    server_p50: null,
    network_p50: null,
    ...connectionColumns([conn]),
    time_: nanos(conn.last),
  };
}

function identity(id: string, { ends, subject }: Key, protocol: string) {
  return {
    id,
    source: ends.sourceService,
    destination: ends.destinationService,
    source_namespace: ends.sourceNamespace,
    destination_namespace: ends.destinationNamespace,
    protocol,
    port: subject.port,
  };
}

function connectionColumns(conns: readonly ConnGroup[]) {
  const columns = { connections: 0, conn_failed: 0, retransmits: 0 };
  let rtt = 0;
  let rtts = 0;
  for (const conn of conns) {
    columns.connections += conn.active;
    columns.conn_failed += conn.sum(connSums.failed);
    columns.retransmits += conn.sum(connSums.retransmits);
    if (conn.rtt === null) continue;
    rtt += conn.rtt;
    rtts += 1;
  }
  return { ...columns, rtt: rtts === 0 ? null : rtt / rtts };
}

/**
 * What the caller waited longer than the callee worked. Where both saw the same requests, the difference of the means: it is exact,
 * while medians are within 1 %, which is more than a network takes. Else that of the medians.
 */
function networkOf({ parts }: Group): number | null {
  const client = parts[1]?.sketch;
  const server = parts[2]?.sketch;
  if (!client || !server || client.count === 0 || server.count === 0) return null;
  const isSame = Math.abs(client.count - server.count) <= sameShare * client.count;
  const [a = 0] = isSame ? [client.mean] : client.quantiles(median);
  const [b = 0] = isSame ? [server.mean] : server.quantiles(median);
  return Math.max(0, a - b);
}

const median = [0.5];
/** Requests under way at the ends of the stretch are seen by one side alone. */
const sameShare = 0.05;

function medianOf(group: Group, part: number): number | null {
  return group.parts[part]?.sketch?.quantiles([0.5])[0] ?? null;
}

/** The callee runs on a watched host. */
const isHere = ({ subject }: Key) => subject.isProcess || (subject.role === 'server' && subject.destination !== '');

function kindOf({ destination, destinationNamespace }: Ends, isHereToo: boolean): string {
  if (destinationNamespace !== null) return 'pod';
  if (isHereToo) return 'process';
  // Names that DNS gave an address have dots; those of processes and units seldom do.
  const isUnit = /\.(?:service|scope|slice)$/.test(destination);
  const isElsewhere = addressOf(destination) !== undefined || destination.includes(':') || destination.includes('.');
  return isElsewhere && !isUnit ? 'external' : 'process';
}
