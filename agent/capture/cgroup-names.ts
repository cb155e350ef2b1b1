/** Cgroup ids to paths: the id is the inode of the cgroup's directory. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { CgroupNames } from './source.ts';

/** A miss walks the tree again, unless that was done just now; a walk that takes long is done the more rarely (5 % of a CPU). */
const walkPauseMs = 50;
const walkPauseFactor = 20;
/** Cgroups that are gone keep their names, as their last rows still refer to them: this many. */
const goneKept = 4096;

export interface CgroupTree extends CgroupNames {
  /** Reads the tree now. */
  refresh(): void;
  /** The cgroup is there. */
  learn(cgroupId: number, path: string): void;
}

/**
 * Names of the cgroups at and below `top` ("/" or "/kubepods"), a path below the v2 mount.
 * `onNamed` hears of every cgroup once, and again if the id's path changes.
 */
export function createCgroupTree(
  mount: string,
  top: string,
  onNamed: (cgroupId: number, path: string) => void = () => {},
  clock: () => number = () => performance.now(),
): CgroupTree {
  const paths = new Map<number, string>();
  const gone = new Set<number>();
  let nextWalk = Number.NEGATIVE_INFINITY;

  const learn = (cgroupId: number, path: string): void => {
    gone.delete(cgroupId);
    if (paths.get(cgroupId) === path) return;
    paths.set(cgroupId, path);
    onNamed(cgroupId, path);
  };

  const refresh = (): void => {
    const began = clock();
    const seen = new Set<number>();
    for (const [cgroupId, path] of walk(mount, top)) {
      seen.add(cgroupId);
      learn(cgroupId, path);
    }
    for (const cgroupId of paths.keys()) if (!seen.has(cgroupId)) gone.add(cgroupId);
    for (const cgroupId of gone) {
      if (gone.size <= goneKept) break;
      gone.delete(cgroupId);
      paths.delete(cgroupId);
    }
    nextWalk = clock() + Math.max(walkPauseMs, (clock() - began) * walkPauseFactor);
  };

  return {
    refresh,
    learn,
    pathOf(cgroupId) {
      const known = paths.get(cgroupId);
      if (known !== undefined || clock() < nextWalk) return known;
      refresh();
      return paths.get(cgroupId);
    },
  };
}

/** Cgroups come and go during the walk: what is gone is left out. */
function* walk(mount: string, path: string): Generator<readonly [number, string]> {
  const directory = join(mount, path);
  try {
    yield [statSync(directory).ino, path];
    for (const entry of readdirSync(directory, { withFileTypes: true })) {
      if (entry.isDirectory()) yield* walk(mount, join(path, entry.name));
    }
  } catch (error) {
    if (!isGone(error)) throw error;
  }
}

function isGone(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === 'ENOENT' || code === 'ENODEV';
}
