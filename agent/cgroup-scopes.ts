/** Which cgroups a lease's scope stands for, right now. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { WorkloadResolver } from './attribution/workload.ts';
import { cgroupsBelow } from './capture/cgroup-walk.ts';

/**
 * A function from scopes to the ids of the cgroups in them: a path stands for itself and what is below it, a pod for every
 * cgroup that a resolver puts in it. Only cgroups at or below `top` are found.
 */
export function createCgroupScopes(
  mount: string,
  top: string,
  resolvers: readonly WorkloadResolver[],
): (scopes: readonly string[]) => ReadonlyMap<string, readonly number[]> {
  const podOf = (path: string): string | null => {
    for (const resolve of resolvers) {
      const workload = resolve(path);
      if (workload) return workload.pod;
    }
    return null;
  };
  return (scopes) => {
    const found = new Map<string, number[]>(scopes.map((scope) => [scope, []]));
    if (found.size === 0) return found;
    for (const path of cgroupsBelow(mount, top)) {
      const pod = podOf(path);
      for (const [scope, ids] of found) {
        const isIn = scope.startsWith('/') ? isWithin(path, scope) : pod === scope;
        const id = isIn ? idOf(join(mount, path)) : undefined;
        if (id !== undefined) ids.push(id);
      }
    }
    return found;
  };
}

function isWithin(path: string, scope: string): boolean {
  const base = scope.replace(/\/+$/, '');
  return path === base || path.startsWith(`${base}/`);
}

function idOf(directory: string): number | undefined {
  return statSync(directory, { throwIfNoEntry: false })?.ino;
}
