/** Memory of the process that an agent runs in: its settings, and how much it takes. */
import { readFileSync } from 'node:fs';

/**
 * Read by V8 at its start only.
 * - The young part of the JavaScript heap may grow to 128 MiB by default. What the agent makes lives for one batch and is little, so that
 *   a small one costs no more CPU.
 * - The old part grows by less between two collections the less it may have at all: by 1.4 times with half a gigabyte, which is more than
 *   the agent's limits add up to, instead of 2 to 4 times.
 * - One helper thread is enough for a heap that small; each has memory of its own.
 */
export const nodeFlags: readonly string[] = ['--max-semi-space-size=2', '--max-old-space-size=512', '--v8-pool-size=1'];

/**
 * Read by glibc at its start only (mallopt(3)): blocks as large as those that rows live in go back to the kernel when they are freed,
 * and threads share two heaps.
 */
export const mallocSettings: Readonly<Record<string, string>> = {
  MALLOC_MMAP_THRESHOLD_: '131072',
  MALLOC_ARENA_MAX: '2',
};

/**
 * A function that tells the resident memory of this process, bytes, without the pages of BPF maps that it has mapped: those are the
 * kernel's, and in what the maps take.
 */
export function createResidentBytes(proc = '/proc/self'): () => number {
  // The kernel lets a ring be mapped whole or not at all, so that one look is enough once it is.
  let mapped = 0;
  return () => {
    if (mapped === 0) mapped = mappedMapBytes(proc);
    return Math.max(0, process.memoryUsage.rss() - mapped);
  };
}

/** Resident bytes of mapped BPF maps (proc(5), smaps); 0 where that cannot be read. */
function mappedMapBytes(proc: string): number {
  try {
    // The list of mappings costs little, their pages are counted one by one.
    if (!readFileSync(`${proc}/maps`, 'latin1').includes(' anon_inode:bpf-map\n')) return 0;
    const mappings = readFileSync(`${proc}/smaps`, 'latin1').matchAll(
      / anon_inode:bpf-map\n(?:.*\n)*?Rss:\s+(\d+) kB/g,
    );
    return [...mappings].reduce((sum, [, kilobytes]) => sum + Number(kilobytes) * 1024, 0);
  } catch {
    return 0;
  }
}

/** Starts this program again in the same process, with the settings, where they are missing. Needs process.execve (Node 22.15, 23.11). */
export function ensureMemorySettings(): void {
  const given = [...process.execArgv, process.env.NODE_OPTIONS ?? ''];
  if (given.some((text) => text.includes('--max-semi-space-size'))) return;
  process.execve?.(process.execPath, [process.execPath, ...nodeFlags, ...process.execArgv, ...process.argv.slice(1)], {
    ...mallocSettings,
    ...process.env,
  });
}
