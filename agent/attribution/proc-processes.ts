/** Processes of this machine, by /proc (proc(5)). Synchronous, so that the first row of a connection has its name; every look is remembered. */
import { readFileSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';
import { attempt } from './attempt.ts';
import { createLruMap } from './lru-map.ts';
import type { Owner, Processes } from './processes.ts';
import { createSocketOwners } from './socket-owners.ts';

const remembered = 8192;

/** Names that say nothing of the program: the main thread of Node.js 23 and later calls itself so. */
const meaningless = new Set(['MainThread', '']);

/** `mount` is where cgroup v2 is mounted. */
export function createProcProcesses(mount: string): Processes {
  const names = createLruMap<string, string>(remembered);
  const owners = createLruMap<number, Owner>(remembered);
  const lookUp = createSocketOwners(mount);

  return {
    nameOf(pid, comm) {
      const key = `${pid} ${comm}`;
      let name = names.get(key);
      if (name === undefined) {
        name = readName(pid, comm);
        names.set(key, name);
      }
      return name;
    },
    ownerOf(socket, cgroupPath) {
      const known = owners.get(socket.cookie);
      if (known || cgroupPath === null) return known;
      const owner = lookUp(socket, cgroupPath);
      if (owner) owners.set(socket.cookie, owner);
      return owner;
    },
  };
}

/** The process's own name rather than that of the thread that made the socket; its executable's if that says nothing. */
function readName(pid: number, comm: string): string {
  if (pid === 0) return comm;
  const leader = attempt(() => readFileSync(`/proc/${pid}/comm`, 'utf8'), '').trimEnd();
  if (!meaningless.has(leader)) return leader;
  return attempt(() => basename(readlinkSync(`/proc/${pid}/exe`)).replace(/ \(deleted\)$/, ''), comm);
}
