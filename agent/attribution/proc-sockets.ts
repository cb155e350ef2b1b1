/** The sockets of a network namespace, by its tables in /proc (proc(5): net/tcp, net/udp and theirs of IPv6). */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { attempt } from './attempt.ts';
import { readProcAddress } from './proc-address.ts';

export interface ProcSocket {
  readonly inode: string;
  /** "tcp 10.0.0.1 80 10.0.0.2 40000"; of a listener the second address is that of anybody, and 0. */
  readonly connection: string;
  /** "01": as include/net/tcp_states.h has them, in hexadecimal. */
  readonly state: string;
}

/** What a cgroup's processes hold. */
export interface HeldSockets {
  readonly sockets: readonly (ProcSocket & { readonly pid: string })[];
  /** All there are: none of its processes was too large, one too many, or not to be looked into. */
  readonly isComplete: boolean;
}

const maxProcesses = 128;
const maxDescriptors = 4096;

const LF = 10;
const COLON = 58;
/** Digits of an address with its port: "0100007F:1F90". */
const addressLength = { tcp: 13, udp: 13, tcp6: 37, udp6: 37 } as const;
/** TCP_TIME_WAIT (include/net/tcp_states.h): nobody's any more, and a server of short connections has a hundred thousand of them. */
const timeWait = '6'.charCodeAt(0);

/** Sockets that `isWanted`, by inode, of the namespace that process `pid` is in. */
export function socketsOf(proc: string, pid: string, isWanted: (inode: string) => boolean): ProcSocket[] {
  const found: ProcSocket[] = [];
  for (const file of ['tcp', 'tcp6', 'udp', 'udp6'] as const) {
    const table = attempt(() => readFileSync(`${proc}/${pid}/net/${file}`), undefined);
    if (table === undefined) continue;
    const kind = file.slice(0, 3);
    for (let at = table.indexOf(LF) + 1; at > 0 && at < table.length; ) {
      const newline = table.indexOf(LF, at);
      const end = newline < 0 ? table.length : newline;
      // "  12: LOCAL REMOTE 06 …"
      const state = table.indexOf(COLON, at) + 2 + 2 * (addressLength[file] + 1);
      if (table[state + 1] !== timeWait || table[state] !== 48) {
        const [, local, remote, code, , , , , , inode] = table.toString('latin1', at, end).trim().split(/\s+/);
        if (local && remote && code && inode && isWanted(inode)) {
          const connection = `${kind} ${readProcAddress(local)} ${readProcAddress(remote)}`;
          found.push({ inode, connection, state: code });
        }
      }
      at = end + 1;
    }
  }
  return found;
}

/** Sockets of the processes in a cgroup, each with the first that has it. Costs about a millisecond per process. */
export function socketsHeldIn(cgroup: string, proc: string): HeldSockets {
  const all = attempt(() => readFileSync(join(cgroup, 'cgroup.procs'), 'utf8'), '')
    .split('\n')
    .filter(Boolean);
  const pids = all.slice(0, maxProcesses);
  let isComplete = pids.length === all.length;
  const holders = new Map<string, string>();
  const namespaces = new Map<string, string>();
  for (const pid of pids) {
    // It ended just now, or is not for us to look into.
    const netns = attempt(() => readlinkSync(`${proc}/${pid}/ns/net`), undefined);
    if (netns === undefined) {
      isComplete = false;
      continue;
    }
    if (!namespaces.has(netns)) namespaces.set(netns, pid);
    const descriptors = attempt(() => readdirSync(`${proc}/${pid}/fd`), undefined);
    isComplete &&= descriptors !== undefined && descriptors.length <= maxDescriptors;
    for (const inode of inodesOf(`${proc}/${pid}/fd`, descriptors ?? [])) {
      if (!holders.has(inode)) holders.set(inode, pid);
    }
  }
  if (holders.size === 0) return { sockets: [], isComplete };
  const sockets = [...namespaces.values()].flatMap((pid) =>
    socketsOf(proc, pid, (inode) => holders.has(inode)).map((socket) => ({
      ...socket,
      pid: holders.get(socket.inode) ?? pid,
    })),
  );
  return { sockets, isComplete };
}

/** Inodes of sockets: their descriptors link to "socket:[INODE]". */
function inodesOf(directory: string, descriptors: readonly string[]): string[] {
  return descriptors.slice(0, maxDescriptors).flatMap((fd) => {
    const target = attempt(() => readlinkSync(`${directory}/${fd}`), '');
    return target.startsWith('socket:[') ? [target.slice(8, -1)] : [];
  });
}
