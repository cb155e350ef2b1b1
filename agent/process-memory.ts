/** Memory settings of the process that an agent runs in. */

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

/** Starts this program again in the same process, with the settings, where they are missing. Needs process.execve (Node 22.15, 23.11). */
export function ensureMemorySettings(): void {
  const given = [...process.execArgv, process.env.NODE_OPTIONS ?? ''];
  if (given.some((text) => text.includes('--max-semi-space-size'))) return;
  process.execve?.(process.execPath, [process.execPath, ...nodeFlags, ...process.execArgv, ...process.argv.slice(1)], {
    ...mallocSettings,
    ...process.env,
  });
}
