import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { arch, hostname, release } from 'node:os';

/** What the checks may know of this machine. One seam, so that every answer of a check can be shown in a test. */
export interface Machine {
  readonly hostname: string;
  readonly kernel: string;
  /** Node's name of the architecture. */
  readonly arch: string;
  readonly nodeVersion: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly terminal: {
    readonly isTTY: boolean;
    readonly columns: number;
    readonly rows: number;
    readonly colors: number;
  };
  /** The file's text, or undefined where it cannot be read. */
  read(path: string): string | undefined;
  exists(path: string): boolean;
  /** Runs a program to its end (at most 5 s); undefined where it is not installed. */
  run(command: string, args: readonly string[]): { readonly ok: boolean; readonly output: string } | undefined;
}

export function thisMachine(): Machine {
  const { stdout } = process;
  return {
    hostname: hostname(),
    kernel: release(),
    arch: arch(),
    nodeVersion: process.versions.node,
    env: process.env,
    terminal: {
      isTTY: stdout.isTTY === true,
      columns: stdout.columns ?? 0,
      rows: stdout.rows ?? 0,
      colors: stdout.isTTY ? 2 ** stdout.getColorDepth() : 0,
    },
    read: (path) => {
      try {
        return readFileSync(path, 'utf8');
      } catch {
        return undefined;
      }
    },
    exists: existsSync,
    run: (command, args) => {
      const { error, status, stdout: out, stderr } = spawnSync(command, args, { encoding: 'utf8', timeout: 5000 });
      return error ? undefined : { ok: status === 0, output: `${out}${stderr}`.trim() };
    },
  };
}
