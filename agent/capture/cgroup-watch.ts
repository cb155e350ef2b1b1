/**
 * Hears of new cgroups as they are made (inotify(7): they are directories), so that one that lives for a second has its path before it is gone. Looking
 * for an id when its first row is named is too late for those.
 */
import { type FSWatcher, readdirSync, statSync, watch } from 'node:fs';
import { join } from 'node:path';

export interface CgroupWatch {
  stop(): void;
}

export interface CgroupWatchOptions {
  /** Of cgroup v2, and where to begin below it: "/" or "/kubepods". */
  readonly mount: string;
  readonly top: string;
  /** What is below it is of no interest: a container's own cgroups. */
  readonly isLeaf: (path: string) => boolean;
  /** A cgroup is there, those that were there from the start included. */
  readonly onCgroup: (path: string, cgroupId: number) => void;
}

/** A node has some hundred pods; each watch is one of the 8,192 and more that a user may have (fs.inotify.max_user_watches). */
const mostWatches = 4096;

/** Where a directory cannot be watched nothing is said: its cgroups are found when they are looked for (cgroup-names.ts). */
export function watchCgroups({ mount, top, isLeaf, onCgroup }: CgroupWatchOptions): CgroupWatch {
  /** With the inode watched: under the same path another one may be by now. */
  const watchers = new Map<string, { readonly id: number; readonly watcher: FSWatcher }>();
  let isStopped = false;

  function see(path: string): void {
    const found = statSync(join(mount, path), { throwIfNoEntry: false });
    if (!found?.isDirectory()) {
      forget(path);
      return;
    }
    const { ino: id } = found;
    onCgroup(path, id);
    if (watchers.has(path) && watchers.get(path)?.id !== id) forget(path);
    if (isStopped || watchers.has(path) || isLeaf(path) || watchers.size >= mostWatches) return;
    try {
      const watcher = watch(join(mount, path), { persistent: false }, (_, name) => {
        // Files of the controllers never come or go by themselves.
        if (name !== null && !isStopped) see(childOf(path, name));
      });
      watcher.on('error', () => forget(path));
      watchers.set(path, { id, watcher });
    } catch {
      return;
    }
    // What was made before the watch began.
    for (const name of directoriesIn(join(mount, path))) see(childOf(path, name));
  }

  function forget(path: string): void {
    watchers.get(path)?.watcher.close();
    watchers.delete(path);
  }

  see(top);
  return {
    stop() {
      isStopped = true;
      for (const path of [...watchers.keys()]) forget(path);
    },
  };
}

const childOf = (path: string, name: string): string => (path === '/' ? `/${name}` : `${path}/${name}`);

function directoriesIn(directory: string): string[] {
  try {
    return readdirSync(directory, { withFileTypes: true }).flatMap((entry) =>
      entry.isDirectory() ? [entry.name] : [],
    );
  } catch {
    return [];
  }
}
