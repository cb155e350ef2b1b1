/** Which process holds a socket that was open before capture began: its cgroup's processes, their descriptors, their network tables. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Ends } from '../capture/ends.ts';
import { attempt } from './attempt.ts';
import { createLruMap } from './lru-map.ts';
import { socketsHeldIn } from './proc-sockets.ts';
import type { Owner } from './processes.ts';

/** A cgroup is looked at this often while somebody's owner is not found, and where all are, ms. A look costs about a millisecond per process. */
const missPauseMs = 1000;
const hitPauseMs = 10_000;
/** One that takes long is done the more rarely: 2 % of a CPU at most. */
const costFactor = 50;
/** Looks of all cgroups together at least this far apart, ms: capture must not wait for names. */
const pauseMs = 20;

interface Look {
  readonly at: number;
  readonly cost: number;
  /** By connection: "tcp 10.0.0.1 80 10.0.0.2 40000". */
  readonly owners: ReadonlyMap<string, Owner>;
  /** Of those accepted at an address and port, once asked for: whose listener that is. */
  readonly listeners: Map<string, Owner>;
}

/** A function that tells a socket's owner, or undefined when it is not found (yet). */
export function createSocketOwners(
  mount: string,
  proc = '/proc',
  clock: () => number = () => performance.now(),
): (socket: Ends, cgroupPath: string) => Owner | undefined {
  const looks = createLruMap<string, Look>(256);
  let lastLook = Number.NEGATIVE_INFINITY;

  return (socket, cgroupPath) => {
    const look = looks.get(cgroupPath);
    const owner = look && ownerIn(look, socket);
    const now = clock();
    if (now - lastLook < pauseMs) return owner;
    if (look && now - look.at < Math.max(owner ? hitPauseMs : missPauseMs, look.cost * costFactor)) return owner;
    const owners = ownersIn(proc, join(mount, cgroupPath));
    lastLook = clock();
    const fresh = { at: lastLook, cost: lastLook - now, owners, listeners: new Map() };
    looks.set(cgroupPath, fresh);
    return ownerIn(fresh, socket);
  };
}

const anyAddress = ['0.0.0.0', '::'];

/** A socket's owner is known by the connection, or, once that is gone, by the listener it was accepted on. */
function ownerIn({ owners, listeners }: Look, ends: Ends): Owner | undefined {
  const { localAddress, localPort, remoteAddress, remotePort, role } = ends;
  const kind = ends.transport === 'udp' ? 'udp' : 'tcp';
  const local = `${kind} ${localAddress} ${localPort}`;
  const owner = owners.get(`${local} ${remoteAddress} ${remotePort}`);
  // A client's datagrams need no connected socket.
  if (owner || (role === 'client' && kind === 'tcp')) return owner;
  let listener = listeners.get(local);
  if (listener) return listener;
  for (const address of [localAddress, ...anyAddress]) {
    for (const anybody of anyAddress) listener ??= owners.get(`${kind} ${address} ${localPort} ${anybody} 0`);
  }
  if (listener) listeners.set(local, listener);
  return listener;
}

function ownersIn(proc: string, cgroup: string): Map<string, Owner> {
  const owners = new Map<string, Owner>();
  const known = new Map<string, Owner>();
  for (const { connection, pid } of socketsHeldIn(cgroup, proc).sockets) {
    let owner = known.get(pid);
    if (!owner) {
      owner = { pid: Number(pid), comm: attempt(() => readFileSync(`${proc}/${pid}/comm`, 'utf8'), '').trimEnd() };
      known.set(pid, owner);
    }
    if (!owners.has(connection)) owners.set(connection, owner);
  }
  return owners;
}
