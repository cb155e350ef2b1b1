/** Which end of a connection is the server, and its port: what a reader means by "the port". */
import type { Row, Value } from './column.ts';

/**
 * Whether the local end is the server. Of a connection that was open before capture began nobody knows who opened it: services have
 * the lower port. A port of 0 is not known.
 */
export function isServerEnd(role: Value | undefined, localPort: number, remotePort: number): boolean {
  if (role === 'server' || role === 'client') return role === 'server';
  return remotePort === 0 || (localPort !== 0 && localPort < remotePort);
}

/** Of a row that has the ports of both ends. Undefined where that port is not known (0). */
export function serverPort(row: Row): number | undefined {
  const local = portOf(row.local_port);
  const remote = portOf(row.remote_port);
  return (isServerEnd(row.trace_role, local, remote) ? local : remote) || undefined;
}

const portOf = (value: Value | undefined) => (typeof value === 'number' ? value : 0);
