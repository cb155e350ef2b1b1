/** A private folder for one run: the agent's socket and the children's logs. */
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface RuntimeFolder {
  readonly path: string;
  remove(): void;
}

const prefix = 'kelpie-run-';

/** Makes the folder (mode 0700), and removes those of runs that were killed before they could. */
export function createRuntimeFolder(): RuntimeFolder {
  // A socket's path has 107 bytes at most (unix(7)); a deep TMPDIR leaves too few.
  const base = tmpdir().length < 60 ? tmpdir() : '/tmp';
  removeLeftovers(base);
  const path = mkdtempSync(join(base, `${prefix}${process.pid}-`));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

function removeLeftovers(base: string): void {
  for (const name of readdirSync(base)) {
    const [, pid] = /^kelpie-run-(\d+)-/.exec(name) ?? [];
    if (pid === undefined || isAlive(Number(pid))) continue;
    const path = join(base, name);
    try {
      // A log that a person was pointed at stays for a day.
      const old = Date.now() - statSync(path).mtimeMs > 24 * 3_600_000;
      if (old) rmSync(path, { recursive: true, force: true });
    } catch {
      // Another user's, or just removed by another run.
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
