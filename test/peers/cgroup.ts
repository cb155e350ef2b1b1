/** Child cgroups of the v2 tree for tests: a socket belongs to the cgroup in which it was created. */
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';

/** Where cgroup v2 is mounted: /sys/fs/cgroup, or /sys/fs/cgroup/unified on hybrid hosts. */
export function cgroupMount(): string {
  const line = readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .find((mount) => mount.includes(' - cgroup2 '));
  const path = line?.split(' ')[4];
  if (!path) throw new Error('no cgroup v2 mount: mount -t cgroup2 none /sys/fs/cgroup/unified');
  return path;
}

export interface TestCgroup {
  /** Below the v2 mount, as the agent takes it: "/kelpie-test-1-2". */
  readonly path: string;
  /** Starts a program inside the cgroup (or a child of it); its sockets belong there. */
  spawnIn(child: string, file: string, args: readonly string[], options?: SpawnOptions): ChildProcess;
  /** Kills what still runs inside and removes the tree. */
  remove(): Promise<void>;
}

let made = 0;

/** Makes a cgroup of this test's own. */
export function makeCgroup(name: string): TestCgroup {
  made += 1;
  const path = `/kelpie-${name}-${process.pid}-${made}`;
  const directory = join(cgroupMount(), path);
  mkdirSync(directory, { recursive: true });
  return {
    path,
    spawnIn: (child, file, args, options = {}) => {
      const inner = join(directory, child);
      mkdirSync(inner, { recursive: true });
      const enter = 'echo $$ > "$0/cgroup.procs" && exec "$@"';
      return spawn('sh', ['-c', enter, inner, file, ...args], options);
    },
    remove: () => removeTree(directory),
  };
}

async function removeTree(directory: string): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    for (const pid of pidsBelow(directory)) kill(pid);
    try {
      removeEmpty(directory);
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  throw new Error(`cgroup ${directory} could not be removed`);
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended already.
  }
}

function pidsBelow(directory: string): number[] {
  const own = readFileSync(join(directory, 'cgroup.procs'), 'utf8').split('\n').filter(Boolean).map(Number);
  return own.concat(childrenOf(directory).flatMap(pidsBelow));
}

function removeEmpty(directory: string): void {
  for (const child of childrenOf(directory)) removeEmpty(child);
  rmdirSync(directory);
}

function childrenOf(directory: string): string[] {
  return readdirSync(directory, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(directory, entry.name));
}
