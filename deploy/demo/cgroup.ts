import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/**
 * Where cgroup v2 is mounted, or undefined. On a hybrid machine that is /sys/fs/cgroup/unified; a mount that shows the
 * whole hierarchy wins over a bind of a part (proc_pid_mountinfo(5), field 4 is the root within the filesystem).
 */
export function cgroup2Mount(mountinfo = readFileSync('/proc/self/mountinfo', 'utf8')): string | undefined {
  const mounts = mountinfo.split('\n').flatMap((line) => {
    const [before = '', after = ''] = line.split(' - ');
    const [, , , root = '', point = ''] = before.split(' ');
    return after.startsWith('cgroup2 ') ? [{ root, point: unescapeOctal(point) }] : [];
  });
  return (mounts.find(({ root }) => root === '/') ?? mounts[0])?.point;
}

/** mountinfo writes blanks in paths as \040. */
function unescapeOctal(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
}

/** Makes a cgroup and its parents. */
export function createCgroup(path: string): void {
  mkdirSync(path, { recursive: true });
}

/** Pids of the processes in the cgroup and below it; 0 stands for one outside this pid namespace. */
function members(path: string): number[] {
  const own = readFileSync(join(path, 'cgroup.procs'), 'utf8').split('\n').filter(Boolean).map(Number);
  return [...own, ...children(path).flatMap(members)];
}

function children(path: string): string[] {
  const entries = readdirSync(path, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map((entry) => join(path, entry.name));
}

/** Kills what still runs below a cgroup and removes it with everything in it; false if something would not go within 3 s. */
export async function removeCgroup(path: string): Promise<boolean> {
  for (let attempt = 0; attempt < 150; attempt++) {
    if (tryRemove(path)) return true;
    await delay(20);
  }
  return false;
}

function tryRemove(path: string): boolean {
  try {
    if (!existsSync(path)) return true;
    const left = members(path).filter((pid) => pid > 0 && pid !== process.pid);
    // cgroup.kill (Linux 5.14) takes everything at once; one by one works on any kernel.
    if (left.length > 0 && existsSync(join(path, 'cgroup.kill'))) writeFileSync(join(path, 'cgroup.kill'), '1');
    else for (const pid of left) process.kill(pid, 'SIGKILL');
    removeTree(path);
    return true;
  } catch {
    // Busy while a killed process is still on its way out, or somebody else removes it too: look again.
    return !existsSync(path);
  }
}

function removeTree(path: string): void {
  for (const child of children(path)) removeTree(child);
  rmdirSync(path);
}
