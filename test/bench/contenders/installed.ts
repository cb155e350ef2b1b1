/** Whether a program is there, and which version of it. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

export function installed(program: string): boolean {
  const folders = [...(process.env.PATH ?? '').split(':'), '/usr/sbin', '/sbin'];
  return folders.some((folder) => existsSync(join(folder, program)));
}

export const missingProgram = (program: string) =>
  installed(program) ? undefined : `${program} is not installed (sh scripts/install-peers.sh)`;

/** First thing that looks like a version in what the program says about itself; '' if there is none. */
export function versionOf(program: string, flag = '--version'): string {
  const { stdout, stderr } = spawnSync(program, [flag], { encoding: 'utf8', timeout: 5_000 });
  return /\d+\.\d+[\w.]*/.exec(`${stdout ?? ''}${stderr ?? ''}`)?.[0] ?? '';
}
