/** `kelpie get`, as a script uses it. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { kelpieCli } from '../../peers/kelpie.ts';

export type JsonRow = Readonly<Record<string, unknown>>;

/** What it prints. */
export async function getText(address: string, table: string, ...flags: readonly string[]): Promise<string> {
  const args = [kelpieCli, 'get', table, '--agents', address, ...flags];
  // In a locale of ASCII alone it would write us for µs.
  const env = { ...process.env, LC_ALL: 'C.UTF-8' };
  const { stdout } = await promisify(execFile)(process.execPath, args, { env, maxBuffer: 64 << 20 });
  return stdout;
}

/** All an agent has kept of a table. */
export async function getRows(
  address: string,
  table: string,
  ...flags: readonly string[]
): Promise<readonly JsonRow[]> {
  return JSON.parse(await getText(address, table, '--once', '-o', 'json', ...flags));
}
