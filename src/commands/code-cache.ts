/** Keeps compiled code between runs: a seventh of the CPU time to the first frame is V8 reading two megabytes of JavaScript. */
import { mkdirSync, statSync } from 'node:fs';
import module from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * Turns Node's compile cache (node:module, enableCompileCache) on in the person's cache folder, or leaves it be: what is in there is run,
 * so the folder must be ours alone. `NODE_COMPILE_CACHE` and `NODE_DISABLE_COMPILE_CACHE` have the last word. Never throws.
 */
export function keepCompiledCode(env: NodeJS.ProcessEnv): void {
  if (env.NODE_COMPILE_CACHE || env.NODE_DISABLE_COMPILE_CACHE) return;
  try {
    const caches = env.XDG_CACHE_HOME?.startsWith('/') ? env.XDG_CACHE_HOME : join(homedir(), '.cache');
    const folder = join(caches, 'kelpie', 'code');
    // Under sudo the home may be another's: neither run their code as us nor leave files of ours there.
    if (!isOurs(homedir())) return;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    if (isOurs(folder)) module.enableCompileCache(folder);
  } catch {
    // No home, a read-only one, a full disk: it starts a little later.
  }
}

/** Belongs to us, and nobody else may write there. */
function isOurs(folder: string): boolean {
  const { uid, mode } = statSync(folder);
  return uid === process.getuid?.() && (mode & 0o022) === 0;
}
