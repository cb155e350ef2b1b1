/** The containers of this machine: cgroups that a resolver names, the outermost of each name. */
import { statSync } from 'node:fs';
import type { Workload, WorkloadResolver } from '../attribution/workload.ts';
import { workloadOf } from '../attribution/workloads.ts';
import { subdirectories } from './read-file.ts';

export interface Container {
  /** Path below the cgroup v2 mount. */
  readonly path: string;
  /** Inode of its directory: another one under the same path is another container. */
  readonly id: number;
  readonly workload: Workload;
}

/** Cgroups looked at in one walk. */
const maxCgroups = 20_000;

/** At and below `top`; where nothing has a name, `top` itself unless it is the root. At most `limit`. */
export function listContainers(
  mount: string,
  top: string,
  resolvers: readonly WorkloadResolver[],
  limit: number,
): Container[] {
  const found: Container[] = [];
  const paths = [top];
  for (let i = 0; i < paths.length && found.length < limit; i++) {
    const path = paths[i] ?? '/';
    const workload = workloadOf(path, resolvers);
    const below = subdirectories(`${mount}${path}`);
    if (isContainer(workload, below.length > 0)) add(path, workload);
    else if (paths.length < maxCgroups)
      for (const name of below) paths.push(path === '/' ? `/${name}` : `${path}/${name}`);
  }
  if (found.length === 0 && top !== '/') add(top, workloadOf(top, resolvers));
  return found;

  function add(path: string, workload: Workload): void {
    const id = statSync(`${mount}${path}`, { throwIfNoEntry: false })?.ino;
    if (id !== undefined) found.push({ path, id, workload });
  }
}

/** A pod whose processes are in no container of their own is one; a slice is a group of units. */
function isContainer({ container, pod, unit }: Workload, hasBelow: boolean): boolean {
  if (container !== null) return true;
  if (pod !== null) return !hasBelow;
  return unit !== null && !unit.endsWith('.slice');
}
