/** Child groups of the cgroup v2 tree: what runs in one is counted as one, its ended children included. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sleep } from '../scope.ts';

/** Where cgroup v2 is mounted: alone, or beside version 1. */
export function cgroupRoot(): string | undefined {
  const mount = readFileSync('/proc/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' '))
    .find(([, , kind]) => kind === 'cgroup2');
  return mount?.[1];
}

export interface Group {
  readonly path: string;
  child(name: string): Group;
  /** CPU time of everything that ever ran in the group and below, milliseconds (cpu.stat usage_usec). */
  cpuMs(): number;
  /** Processes in this group now. */
  pids(): number[];
  /** Ends all processes in the group and removes it and the groups below. */
  remove(): Promise<void>;
}

export function createGroup(path: string): Group {
  if (!existsSync(path)) mkdirSync(path);
  const group: Group = {
    path,
    child: (name) => createGroup(join(path, name)),
    cpuMs: () => Number(/usage_usec (\d+)/.exec(readFileSync(join(path, 'cpu.stat'), 'utf8'))?.[1]) / 1000,
    pids: () => readFileSync(join(path, 'cgroup.procs'), 'utf8').split('\n').filter(Boolean).map(Number),
    remove: async () => {
      // Ended processes leave the group a moment later, and a process may enter while it is being emptied.
      for (let attempt = 0; existsSync(path); attempt += 1) {
        if (attempt === 150) throw new Error(`${path} is still in use`);
        if (attempt > 0) await sleep(20);
        writeFileSync(join(path, 'cgroup.kill'), '1');
        if (readFileSync(join(path, 'cgroup.events'), 'utf8').includes('populated 0')) removeTree(path);
      }
    },
  };
  return group;
}

function removeTree(path: string): void {
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    if (entry.isDirectory()) removeTree(join(path, entry.name));
  }
  try {
    rmdirSync(path);
  } catch {
    // Somebody entered meanwhile: the next attempt ends it.
  }
}
