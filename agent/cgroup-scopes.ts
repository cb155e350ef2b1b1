/** Which cgroups a lease's scope stands for, right now. */
import { readFileSync, type Stats, statSync } from 'node:fs';
import { join } from 'node:path';
import { isUntoldPod, type Workload, type WorkloadResolver } from './attribution/workload.ts';
import { workloadOf } from './attribution/workloads.ts';
import { cgroupsBelow } from './capture/cgroup-walk.ts';

/** @param withPods all pods there are besides, by their names */
export type CgroupsIn = (scopes: readonly string[], withPods?: boolean) => ReadonlyMap<string, readonly number[]>;

/**
 * A function from scopes to the ids of the cgroups in them: a path stands for itself and what is below it, a pod for every
 * cgroup that a resolver puts in it. Only cgroups at or below `top` are found.
 */
export function createCgroupScopes(mount: string, top: string, resolvers: readonly WorkloadResolver[]): CgroupsIn {
  return (scopes, withPods = false) => {
    const found = new Map<string, number[]>(scopes.map((scope) => [scope, []]));
    if (found.size === 0 && !withPods) return found;
    const paths = scopes.filter((scope) => scope.startsWith('/'));
    for (const path of cgroupsBelow(mount, top)) {
      const workload = workloadOf(path, resolvers);
      const pod = podNameOf(workload);
      const within = paths.filter((scope) => isWithin(path, scope));
      const isWanted = pod !== null && (withPods || found.has(pod));
      if (!isWanted && within.length === 0) continue;
      const directory = join(mount, path);
      const stats = statSync(directory, { throwIfNoEntry: false });
      if (!stats || (workload.pod === null && isWanted && isLeftOver(directory, stats))) continue;
      for (const scope of isWanted ? [...within, pod] : within) {
        const ids = found.get(scope);
        if (ids) ids.push(stats.ino);
        else found.set(scope, [stats.ino]);
      }
    }
    return found;
  };
}

/** Also of one that nobody told of. */
const podNameOf = ({ pod, unit }: Workload): string | null => pod ?? (isUntoldPod(unit) ? unit : null);

function isWithin(path: string, scope: string): boolean {
  const base = scope.replace(/\/+$/, '');
  return path === base || path.startsWith(`${base}/`);
}

/** A cgroup is made before its first process enters it: one that is empty for longer is done with, ms. */
const emptyMs = 60_000;

/** Where a runtime keeps its books in cgroup v1, it leaves the v2 cgroups of pods that are gone behind, empty. */
function isLeftOver(directory: string, { mtimeMs }: Stats): boolean {
  if (Date.now() - mtimeMs < emptyMs) return false;
  try {
    return /^populated 0$/m.test(readFileSync(join(directory, 'cgroup.events'), 'utf8'));
  } catch {
    return false;
  }
}
