/** Cgroup id → path → workload, remembered: a cgroup that is gone keeps the name it had. */
import type { CgroupNames } from '../capture/source.ts';
import { createLruMap } from './lru-map.ts';
import { noWorkload, type Workload, type WorkloadResolver } from './workload.ts';

export interface ResolvedCgroup {
  /** Null while the path is not known. */
  readonly path: string | null;
  readonly workload: Workload;
}

export interface Workloads {
  of(cgroupId: number): ResolvedCgroup;
}

/** Cgroups remembered; a node runs a few hundred. */
const remembered = 4096;
const askAgainMs = 200;
const unknown: ResolvedCgroup = { path: null, workload: noWorkload };

/** The first resolver that knows a path decides. */
export function createWorkloads(
  cgroups: CgroupNames,
  resolvers: readonly WorkloadResolver[],
  clock: () => number = () => performance.now(),
): Workloads {
  /** With the time until which that is good enough, ms: of some more will be known. */
  const known = createLruMap<number, ResolvedCgroup & { readonly path: string; readonly until: number }>(remembered);
  return {
    of(cgroupId) {
      const hit = known.get(cgroupId);
      if (hit && (hit.until === Number.POSITIVE_INFINITY || clock() < hit.until)) return hit;
      const path = hit?.path ?? cgroups.pathOf(cgroupId);
      if (path === undefined) return unknown;
      const workload = workloadOf(path, resolvers);
      const until = workload.isProvisional ? clock() + askAgainMs : Number.POSITIVE_INFINITY;
      const resolved = { path, workload, until };
      known.set(cgroupId, resolved);
      return resolved;
    },
  };
}

/** What runs in the cgroup of this path. */
export function workloadOf(path: string, resolvers: readonly WorkloadResolver[]): Workload {
  for (const resolver of resolvers) {
    const workload = resolver(path);
    if (workload) return workload;
  }
  return noWorkload;
}
