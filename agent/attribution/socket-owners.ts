/** Which process holds a socket that was open before capture began: its cgroup's processes, their descriptors, their network tables. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { Ends } from '../capture/ends.ts';
import { createLruMap } from './lru-map.ts';
import { procAddress } from './proc-address.ts';

/** Looks at one cgroup at most this often, ms; a look costs about a millisecond per process. */
const lookMs = 1000;
/** Looks of all cgroups together at least this far apart, ms: capture must not wait for names. */
const pauseMs = 20;
const maxProcesses = 128;
const maxDescriptors = 4096;

interface Look {
  readonly at: number;
  /** "tcp local:port remote:port" → pid. */
  readonly owners: ReadonlyMap<string, number>;
}

/** A function that tells the pid of a socket's owner, or undefined when it is not found (yet). */
export function createSocketOwners(
  mount: string,
  proc = '/proc',
  clock: () => number = () => performance.now(),
): (socket: Ends, cgroupPath: string) => number | undefined {
  const looks = createLruMap<string, Look>(256);
  let lastLook = Number.NEGATIVE_INFINITY;

  return (socket, cgroupPath) => {
    let look = looks.get(cgroupPath);
    const now = clock();
    if ((!look || now - look.at >= lookMs) && now - lastLook >= pauseMs) {
      look = { at: now, owners: ownersIn(proc, join(mount, cgroupPath)) };
      lastLook = clock();
      looks.set(cgroupPath, look);
    }
    for (const key of keysOf(socket)) {
      const pid = look?.owners.get(key);
      if (pid !== undefined) return pid;
    }
    return undefined;
  };
}

/** How a socket's owner may be known: by the connection, or, once that is gone, by the listener it was accepted on. */
function keysOf({ localAddress, localPort, remoteAddress, remotePort, role, transport }: Ends): string[] {
  const kind = transport === 'udp' ? 'udp' : 'tcp';
  const local = procAddress(localAddress, localPort);
  const connection = tuple(kind, local, procAddress(remoteAddress, remotePort));
  // A client's datagrams need no connected socket.
  if (role === 'client' && kind === 'tcp') return [connection];
  const wildcards = ['0.0.0.0', '::'];
  const anyone = wildcards.map((address) => procAddress(address, 0));
  const places = [local, ...wildcards.map((address) => procAddress(address, localPort))];
  return [connection, ...places.flatMap((place) => anyone.map((remote) => tuple(kind, place, remote)))];
}

const tuple = (kind: string, local: string, remote: string): string => `${kind} ${local} ${remote}`;

function ownersIn(proc: string, cgroup: string): Map<string, number> {
  const owners = new Map<string, number>();
  const tables = new Map<string, ReadonlyMap<string, string>>();
  const pids = attempt(() => readFileSync(join(cgroup, 'cgroup.procs'), 'utf8'), '')
    .split('\n')
    .filter(Boolean);
  for (const pid of pids.slice(0, maxProcesses)) {
    const netns = attempt(() => readlinkSync(`${proc}/${pid}/ns/net`), pid);
    let table = tables.get(netns);
    if (!table) {
      table = connections(proc, pid);
      tables.set(netns, table);
    }
    for (const inode of socketsOf(proc, pid)) {
      const connection = table.get(inode);
      if (connection !== undefined && !owners.has(connection)) owners.set(connection, Number(pid));
    }
  }
  return owners;
}

/** Inodes of a process's sockets: its descriptors link to "socket:[INODE]". */
function socketsOf(proc: string, pid: string): string[] {
  const descriptors = attempt(() => readdirSync(`${proc}/${pid}/fd`), []).slice(0, maxDescriptors);
  return descriptors.flatMap((fd) => {
    const target = attempt(() => readlinkSync(`${proc}/${pid}/fd/${fd}`), '');
    return target.startsWith('socket:[') ? [target.slice(8, -1)] : [];
  });
}

/** Inode → connection of the network namespace a process is in: columns 2, 3 and 10 of net/tcp, net/udp and theirs of IPv6. */
function connections(proc: string, pid: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const file of ['tcp', 'tcp6', 'udp', 'udp6']) {
    const lines = attempt(() => readFileSync(`${proc}/${pid}/net/${file}`, 'utf8'), '').split('\n');
    for (const line of lines.slice(1)) {
      const fields = line.trim().split(/\s+/);
      const [, local, remote] = fields;
      const inode = fields[9];
      if (local && remote && inode && inode !== '0')
        found.set(inode, tuple(file.slice(0, 3), unmapped(local), unmapped(remote)));
    }
  }
  return found;
}

/** An IPv4 address in net/tcp6 as net/tcp has it. */
function unmapped(address: string): string {
  return address.replace(/^0000000000000000FFFF0000/, '');
}

/** Processes come and go, and some are not ours to read. */
function attempt<T>(look: () => T, otherwise: T): T {
  try {
    return look();
  } catch {
    return otherwise;
  }
}
