/** CPU time and memory of processes, from /proc. Utilisation of the machine is never used: it is shared. */
import { readdirSync, readFileSync } from 'node:fs';

/** User and system CPU time of the process's threads so far, ms (first field of schedstat, ns). */
export function processCpuMs(pid: number): number {
  let nanoseconds = 0;
  for (const thread of list(`/proc/${pid}/task`)) {
    nanoseconds += Number(read(`/proc/${pid}/task/${thread}/schedstat`).split(' ')[0] || 0);
  }
  return nanoseconds / 1e6;
}

/** The process and everything below it now. */
export function processTree(pid: number): number[] {
  const below = list(`/proc/${pid}/task`).flatMap((thread) =>
    read(`/proc/${pid}/task/${thread}/children`).split(' ').filter(Boolean).map(Number),
  );
  return [pid, ...below.flatMap(processTree)];
}

export const treeCpuMs = (pid: number) => processTree(pid).reduce((sum, each) => sum + processCpuMs(each), 0);

/**
 * Resident memory now and its high-water mark, bytes: VmRSS and VmHWM without the pages of BPF maps that the process has mapped (a ring
 * buffer). Those are the kernel's, who lets them be mapped whole or not at all, and `mapBytes` has them.
 */
export function processMemory(pid: number): { rss: number; peak: number } {
  const status = read(`/proc/${pid}/status`);
  const field = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0) * 1024;
  const mapped = mappedMapBytes(read(`/proc/${pid}/smaps`));
  const without = (bytes: number) => Math.max(0, bytes - mapped);
  return { rss: without(field('VmRSS')), peak: without(field('VmHWM')) };
}

/** Resident bytes of mapped BPF maps, of the text of a smaps file (proc(5)). */
export function mappedMapBytes(smaps: string): number {
  const mappings = smaps.matchAll(/ anon_inode:bpf-map\n(?:.*\n)*?Rss:\s+(\d+) kB/g);
  return [...mappings].reduce((sum, [, kilobytes]) => sum + Number(kilobytes) * 1024, 0);
}

/** Bytes that the BPF maps held open by the processes take in the kernel; a map that several hold counts once. */
export function mapBytes(pids: readonly number[]): number {
  const maps = new Map<string, number>();
  for (const pid of pids) {
    for (const file of list(`/proc/${pid}/fdinfo`)) {
      const info = read(`/proc/${pid}/fdinfo/${file}`);
      const id = /^map_id:\s+(\d+)$/m.exec(info)?.[1];
      if (id) maps.set(id, Number(/^memlock:\s+(\d+)$/m.exec(info)?.[1] ?? 0));
    }
  }
  return [...maps.values()].reduce((sum, bytes) => sum + bytes, 0);
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // It ended meanwhile.
  }
}

function list(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}
