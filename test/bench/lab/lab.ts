/** The bench room: cgroups, network namespaces and a temporary folder of this run, and the CPUs each party stays on. */
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Scope } from '../scope.ts';
import { cgroupRoot, createGroup, type Group } from './cgroup.ts';
import { createNamespaces, type Namespaces, removeNamespaces } from './namespaces.ts';

export interface Lab {
  readonly folder: string;
  readonly net: Namespaces;
  /** The watched pod. */
  readonly pod: Group;
  /** The load generator's group. */
  readonly load: Group;
  /** What nobody watches and nobody loads: its children pay only for what is attached to the whole machine. */
  readonly unrelated: Group;
  /** Group whose children are the contenders. */
  readonly contenders: Group;
  /** Server and load generator each keep to a CPU of their own; contenders go where the scheduler puts them. */
  readonly serverCpu: number | undefined;
  readonly loadCpu: number | undefined;
}

const prefix = 'kelpie-bench-';

/** Sets the room up; everything in it goes with the scope. Needs root and cgroup v2; throws an Error that says what is missing. */
export async function createLab(scope: Scope): Promise<Lab> {
  if (process.getuid?.() !== 0) throw new Error('the capture part needs root (network namespaces, cgroups, BPF)');
  const root = cgroupRoot();
  if (!root) throw new Error('the capture part needs cgroup v2, and none is mounted');
  await removeLeftovers(root);

  const name = `${prefix}${process.pid}`;
  const folder = join(tmpdir(), name);
  scope.defer('temporary folder', () => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(folder);
  scope.defer('network namespaces', () => removeNamespaces(name));
  const net = createNamespaces(name);
  const group = createGroup(join(root, name));
  scope.defer('cgroups', group.remove);

  const pinned = availableParallelism() > 1;
  return {
    folder,
    net,
    pod: group.child('pod'),
    load: group.child('load'),
    unrelated: group.child('unrelated'),
    contenders: group.child('contenders'),
    serverCpu: pinned ? 0 : undefined,
    loadCpu: pinned ? 1 : undefined,
  };
}

/** Removes what a run left that was killed before it could clean up. */
async function removeLeftovers(root: string): Promise<void> {
  for (const name of readdirSync(root)) {
    const pid = name.startsWith(prefix) ? Number(name.slice(prefix.length)) : 0;
    if (!pid || alive(pid)) continue;
    await createGroup(join(root, name)).remove();
    removeNamespaces(name);
    rmSync(join(tmpdir(), name), { recursive: true, force: true });
  }
}

/** Whether the process runs; one that has ended and only waits to be reaped has no command line any more. */
function alive(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8') !== '';
  } catch {
    return false;
  }
}
