/** Node's memory settings for an agent. */

/**
 * The young part of the JavaScript heap may grow to 128 MiB by default. What the agent makes lives for one batch and is little, so that
 * a small one costs no more CPU, and the agent stays within the memory it promises. Read by V8 at its start only.
 */
export const nodeFlags: readonly string[] = ['--max-semi-space-size=4'];

/** Starts this program again in the same process, with the flags, where they are missing. Needs process.execve (Node 22.15, 23.11). */
export function ensureNodeFlags(): void {
  const given = [...process.execArgv, process.env.NODE_OPTIONS ?? ''];
  if (given.some((text) => text.includes('--max-semi-space-size'))) return;
  process.execve?.(process.execPath, [process.execPath, ...nodeFlags, ...process.execArgv, ...process.argv.slice(1)]);
}
