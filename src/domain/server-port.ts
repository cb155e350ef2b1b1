/** The port of the server in a row that has those of both ends: what a reader means by "the port". */
import type { Row, Value } from './column.ts';

/**
 * `remote_port` of a row seen by the client, `local_port` of one seen by the server. Where nobody knows who opened the connection the
 * side with the lower port is the server, as the agents have it in `conn_stats`. Undefined where that port is not known (0).
 */
export function serverPort(row: Row): number | undefined {
  const { trace_role: role } = row;
  const local = portOf(row.local_port);
  const remote = portOf(row.remote_port);
  const isServer = role === 'server' || (role !== 'client' && (remote === 0 || (local !== 0 && local < remote)));
  return (isServer ? local : remote) || undefined;
}

const portOf = (value: Value | undefined) => (typeof value === 'number' ? value : 0);
