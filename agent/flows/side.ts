/** Which end of a connection the watched socket is, and which rows of `conn_stats` a connection belongs to. */
import { isServerEnd } from '../../src/domain/server-port.ts';
import type { Ends } from '../capture/ends.ts';

export type Side = 'client' | 'server';

export function sideOf({ role, localPort, remotePort }: Ends): Side {
  return isServerEnd(role, localPort, remotePort) ? 'server' : 'client';
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
