/** Names of the cluster put into rows: an agent knows the pods of its own node by name, and all others by address or by what DNS called them. */
import type { Row, Value } from '../../domain/column.ts';
import type { Directory, Named } from './directory.ts';

/** Rows with names where there were addresses; a row about which there is nothing to add is the same object. */
export function nameRows(rows: readonly Row[], directory: Directory): readonly Row[] {
  return rows.map((row) => nameRow(row, directory));
}

function nameRow(row: Row, directory: Directory): Row {
  // Most rows have pods at both ends, or no ends at all.
  if (isSettled(row.source) && isSettled(row.destination)) return row;
  const time = typeof row.time_ === 'bigint' ? Number(row.time_ / 1_000_000n) : Date.now();
  const source = nameOf(row.source, directory, time);
  let destination = nameOf(row.destination, directory, time);
  // The destination of a client is at the remote address whatever DNS called it.
  if (
    row.trace_role === 'client' &&
    typeof row.remote_addr === 'string' &&
    !isPod(row.remote_pod) &&
    !isPodEntity(row.destination) &&
    // A process of the node that the agent knows is more than its address.
    (typeof row.remote_process !== 'string' || row.destination !== row.remote_process)
  ) {
    destination =
      directory.byAddress(row.remote_addr, typeof row.remote_port === 'number' ? row.remote_port : undefined, time) ??
      destination;
  }
  if (!source && !destination) return row;
  const named: Record<string, Value> = { ...row };
  if (source) {
    named.source = source.entity;
    if ('source_namespace' in row) named.source_namespace = source.namespace;
  }
  if (destination) {
    named.destination = destination.entity;
    if ('destination_namespace' in row) named.destination_namespace = destination.namespace;
    // Of a call, the port by which both sides know it: of the pods, not of the Service before them.
    if (row.trace_role === 'client' && typeof row.port === 'number' && destination.targetPort)
      named.port = destination.targetPort;
    // Endpoints are in the namespace of who serves them.
    if ('route' in row && row.namespace === null) named.namespace = destination.namespace;
  }
  const remote = row.trace_role === 'client' ? destination : row.trace_role === 'server' ? source : undefined;
  if (remote) {
    if ('remote_pod' in row && row.remote_pod === null) named.remote_pod = remote.pod;
    if ('remote_name' in row && remote.service !== null) named.remote_name = remote.service;
  }
  return named;
}

const isSettled = (value: Value | undefined): boolean => typeof value !== 'string' || value.includes('/');
const isPod = (value: Value | undefined): boolean => typeof value === 'string' && value !== '';
/** What an agent calls "namespace/pod" it knows itself. */
const isPodEntity = (value: Value | undefined): boolean => typeof value === 'string' && value.includes('/');

/** "10.1.0.7", "10.1.0.7:80", "[fd00::7]:80", "web.shop.svc.cluster.local" */
function nameOf(value: Value | undefined, directory: Directory, time: number): Named | undefined {
  if (typeof value !== 'string' || value.includes('/')) return undefined;
  const [, v4, port] = /^(\d{1,3}(?:\.\d{1,3}){3})(?::(\d{1,5}))?$/.exec(value) ?? [];
  if (v4) return directory.byAddress(v4, port === undefined ? undefined : Number(port), time);
  const [, v6, v6Port] = /^\[([0-9a-f:.]+)\](?::(\d{1,5}))?$/i.exec(value) ?? [];
  if (v6) return directory.byAddress(v6, v6Port === undefined ? undefined : Number(v6Port), time);
  if (/^[0-9a-f]*:[0-9a-f]*:[0-9a-f:.]*$/i.test(value)) return directory.byAddress(value, undefined, time);
  return value.includes('.') ? directory.byHost(value, time) : undefined;
}
