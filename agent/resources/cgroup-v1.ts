/** A container's cgroups in the separate hierarchies of before (Linux, Documentation/admin-guide/cgroup-v1). */
import { sumOf } from './cgroup-v2.ts';
import { createFiles, type Files, fieldOf, readText, subdirectories } from './read-file.ts';
import type { Usage } from './usage.ts';

/** The container's cgroup in each hierarchy that has one for it alone, by controller. */
export type Accounts = ReadonlyMap<string, Files>;

export interface Hierarchies {
  /**
   * Where the controllers account for exactly these processes of the cgroup v2 path: the cgroup of the first has the same path, or
   * holds the same processes. What also holds others is left out.
   */
  accountsOf(cgroupPath: string, pids: readonly number[]): Accounts;
}

/** The value of a limit that is none: the largest multiple of the page size below 2^63. */
const noLimit = 2 ** 62;

interface Mount {
  readonly point: string;
  /** The part of the hierarchy that is mounted. */
  readonly root: string;
}

/** Reads the mounts once. */
export function createHierarchies(mountInfo = readText('/proc/self/mountinfo') ?? '', proc = '/proc'): Hierarchies {
  const mounts = parseMounts(mountInfo);
  return {
    accountsOf(cgroupPath, pids) {
      const found = new Map<string, Files>();
      if (mounts.size === 0 || pids[0] === undefined) return found;
      const own = new Set(pids);
      for (const line of (readText(`${proc}/${pids[0]}/cgroup`) ?? '').split('\n')) {
        const [, controllers = '', ...rest] = line.split(':');
        const path = rest.join(':');
        for (const controller of controllers.split(',')) {
          const mount = mounts.get(controller);
          if (!mount || path === '/' || path === '') continue;
          const directory = mount.point + (path.startsWith(mount.root) ? path.slice(mount.root.length) : path);
          if (path === cgroupPath || holdsOnly(directory, own)) found.set(controller, createFiles(directory));
        }
      }
      return found;
    },
  };
}

export function usageV1(accounts: Accounts): Usage {
  const text = (controller: string, name: string) => accounts.get(controller)?.text(name);
  const number = (controller: string, name: string) => accounts.get(controller)?.number(name);
  const quota = number('cpu', 'cpu.cfs_quota_us');
  const period = number('cpu', 'cpu.cfs_period_us');
  const memory = text('memory', 'memory.stat');
  const usage = number('memory', 'memory.usage_in_bytes');
  const limit = number('memory', 'memory.limit_in_bytes');
  const io = text('blkio', 'blkio.throttle.io_service_bytes_recursive');
  return {
    cpuNanos: number('cpuacct', 'cpuacct.usage'),
    throttledNanos: fieldOf(text('cpu', 'cpu.stat'), 'throttled_time'),
    cpuLimit: quota !== undefined && quota > 0 && period ? quota / period : undefined,
    memory: usage === undefined ? undefined : Math.max(0, usage - (fieldOf(memory, 'total_inactive_file') ?? 0)),
    anonymous: fieldOf(memory, 'total_rss'),
    majorFaults: fieldOf(memory, 'total_pgmajfault'),
    memoryLimit: limit !== undefined && limit < noLimit ? limit : undefined,
    oomKills: fieldOf(text('memory', 'memory.oom_control'), 'oom_kill'),
    threads: number('pids', 'pids.current'),
    readBytes: io === undefined ? undefined : sumOf(io, / Read (\d+)/g),
    writeBytes: io === undefined ? undefined : sumOf(io, / Write (\d+)/g),
  };
}

function holdsOnly(directory: string, own: ReadonlySet<number>): boolean {
  const pids = processesIn(directory, own.size + 1);
  return pids.length > 0 && pids.every((pid) => own.has(pid));
}

/** Processes of a cgroup and those below it, at most `limit`. */
export function processesIn(directory: string, limit: number): number[] {
  const pids: number[] = [];
  const directories = [directory];
  for (let next = directories.pop(); next !== undefined; next = directories.pop()) {
    for (const line of (readText(`${next}/cgroup.procs`) ?? '').split('\n')) {
      if (line !== '' && pids.push(Number(line)) >= limit) return pids;
    }
    for (const name of subdirectories(next)) directories.push(`${next}/${name}`);
  }
  return pids;
}

/** "36 30 0:31 / /sys/fs/cgroup/memory rw,… - cgroup cgroup rw,memory" (proc_pid_mountinfo(5)). */
function parseMounts(text: string): Map<string, Mount> {
  const mounts = new Map<string, Mount>();
  for (const line of text.split('\n')) {
    const [front = '', back] = line.split(' - ');
    const [type, , options = ''] = (back ?? '').split(' ');
    if (type !== 'cgroup') continue;
    const [, , , root = '/', point = ''] = front.split(' ');
    for (const option of options.split(',')) mounts.set(option, { point, root: root === '/' ? '' : root });
  }
  return mounts;
}
