/** Which end of a connection the watched socket is, and which rows of `conn_stats` a connection belongs to. */
import type { Ends } from '../capture/ends.ts';

export type Side = 'client' | 'server';

/** Of a connection that was open before capture began nobody knows who opened it: services have the lower port. */
export function sideOf({ role, localPort, remotePort }: Ends): Side {
  if (role !== 'unknown') return role;
  return remotePort === 0 || (localPort !== 0 && localPort < remotePort) ? 'server' : 'client';
}

/** Port of the server's side. */
export function serverPort(ends: Ends): number {
  return sideOf(ends) === 'server' ? ends.localPort : ends.remotePort;
}

/** Cgroup, process, remote end, port of the server's side, role, transport. */
export function keyOf(ends: Ends): string {
  const { cgroupId, pid, remoteAddress, role, transport = 'tcp' } = ends;
  return `${cgroupId}.${pid}.${remoteAddress}.${serverPort(ends)}.${role}.${transport}`;
}
