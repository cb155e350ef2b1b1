/** Rows of `pod_stats`, `edge_stats` and `endpoint_stats` into cells. */
import type { Row, Value } from '../../domain/column.ts';
import { isSketch } from '../../domain/sketch/dense-sketch.ts';
import { mostCellBytes } from './cells.ts';
import { noteKey, type Subject } from './keys.ts';
import { type Kind, type Kinds, requestSums } from './kinds.ts';

/** What became of a row. */
export type Taken = 'taken' | 'no-room' | 'too-much' | 'nonsense';

export type RequestTable = 'pod_stats' | 'edge_stats' | 'endpoint_stats';

const sums = new Float64Array(Object.keys(requestSums).length);
const noLasts: readonly number[] = [];
const fixedBytes = 200;
/** Names, a route among them, are kept for as long as anything is told of them. */
export const mostNameLength = 16_384;

export function takeRequestRow(kinds: Kinds, table: RequestTable, agent: number, time: number, row: Row): Taken {
  const kind = kindOf(kinds, table);
  const about = keyText(table, row);
  if (about.length > mostNameLength) return 'nonsense';
  const key = kind.keys.take(about, agent, () => subjectOf(table, row));
  if (!key) return 'no-room';
  noteKey(key, time);
  sums[requestSums.requests] = count(row.requests);
  sums[requestSums.clientErrors] = count(row.errors_4xx);
  sums[requestSums.serverErrors] = count(row.errors_5xx);
  sums[requestSums.failures] = count(row.failures);
  sums[requestSums.sampledOut] = count(row.sampled_out);
  sums[requestSums.requestBytes] = count(row.req_bytes);
  sums[requestSums.responseBytes] = count(row.resp_bytes);
  const { latency } = row;
  const isKnown = latency instanceof Uint8Array && latency.length > 0;
  const sketch = isKnown && latency.length < mostCellBytes - fixedBytes && isSketch(latency) ? latency : undefined;
  if (!kind.history.put(agent, time, key.id, sums, noLasts, sketch)) return 'too-much';
  return isKnown && !sketch ? 'nonsense' : 'taken';
}

function kindOf(kinds: Kinds, table: RequestTable): Kind {
  if (table === 'pod_stats') return kinds.pods;
  return table === 'edge_stats' ? kinds.edges : kinds.endpoints;
}

function keyText(table: RequestTable, row: Row): string {
  const head = `${row.trace_role}\n${row.protocol}\n`;
  if (table === 'pod_stats') return `${head}${row.entity}\n${row.node}`;
  if (table === 'edge_stats') return `${head}${row.source}\n${row.destination}\n${row.port}`;
  return `${head}${row.destination}\n${row.method}\n${row.route}`;
}

function subjectOf(table: RequestTable, row: Row): Subject {
  const protocol = text(row.protocol);
  const source = text(row.source);
  const destination = text(table === 'pod_stats' ? row.entity : row.destination);
  const port = count(row.port);
  return {
    role: row.trace_role === 'client' ? 'client' : 'server',
    protocol,
    source,
    sourceNamespace: name(row.source_namespace),
    destination,
    destinationNamespace: name(table === 'edge_stats' ? row.destination_namespace : row.namespace),
    port,
    transport: '',
    method: text(row.method),
    route: text(row.route),
    node: text(row.node),
    isProcess: false,
    pairing: `${protocol}\n${port}`,
  };
}

export const count = (value: Value | undefined): number => (typeof value === 'number' && value > 0 ? value : 0);
export const text = (value: Value | undefined): string => (typeof value === 'string' ? value : '');
export const name = (value: Value | undefined): string | null =>
  typeof value === 'string' && value !== '' ? value : null;
