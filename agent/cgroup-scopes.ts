/** Which cgroups a lease's scope stands for, right now. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { WorkloadResolver } from './attribution/workload.ts';

/** Cgroups looked at in one walk; a node has a few hundred. */
const maxCgroups = 20_000;

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
    for (const path of walk(mount, top)) {
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

/** Paths at and below `top`, parents first. */
function walk(mount: string, top: string): string[] {
  const paths = [top];
  for (let i = 0; i < paths.length && paths.length < maxCgroups; i++) {
    const path = paths[i] ?? '/';
    for (const name of subdirectories(join(mount, path))) paths.push(path === '/' ? `/${name}` : `${path}/${name}`);
  }
  return paths;
}

/** Cgroups may go while they are looked at. */
function subdirectories(directory: string): string[] {
  try {
    return readdirSync(directory, { withFileTypes: true }).flatMap((entry) =>
      entry.isDirectory() ? [entry.name] : [],
    );
  } catch {
    return [];
  }
}

function idOf(directory: string): number | undefined {
  return statSync(directory, { throwIfNoEntry: false })?.ino;
}
