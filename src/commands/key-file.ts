/** The person's key map: where it is, and its text. */
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

type Env = Readonly<Record<string, string | undefined>>;

/** `$KELPIE_CONFIG_DIR`, else `$XDG_CONFIG_HOME/kelpie`, else `~/.config/kelpie` (XDG Base Directory Specification). */
export function configFolder(env: Env): string {
  if (env.KELPIE_CONFIG_DIR) return env.KELPIE_CONFIG_DIR;
  return join(env.XDG_CONFIG_HOME || join(homedir(), '.config'), 'kelpie');
}

export interface KeyFile {
  readonly path: string;
  /** undefined: there is none. */
  readonly text: string | undefined;
  /** Why it could not be read. */
  readonly problem: string | undefined;
}

/** Longer ones are none of ours. */
const mostBytes = 256 * 1024;

/** Reads `keys.json` of the config folder; never throws. */
export function readKeyFile(env: Env): KeyFile {
  const path = join(configFolder(env), 'keys.json');
  try {
    const text = readFileSync(path, 'utf8');
    if (text.length > mostBytes) return { path, text: undefined, problem: 'longer than 256 KiB' };
    return { path, text, problem: undefined };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const isAbsent = code === 'ENOENT' || code === 'ENOTDIR';
    return { path, text: undefined, problem: isAbsent ? undefined : (code ?? String(error)) };
  }
}
