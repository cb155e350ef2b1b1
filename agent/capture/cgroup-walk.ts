/** The cgroups of a v2 tree, as directories. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** A node has a few hundred. */
const maxCgroups = 20_000;

/** Paths at and below `top`, parents first, relative to the mount. They may go while they are looked at. */
export function cgroupsBelow(mount: string, top: string, most = maxCgroups): string[] {
  const paths = [top];
  for (let i = 0; i < paths.length && paths.length < most; i++) {
    const path = paths[i] ?? '/';
    for (const name of subdirectories(join(mount, path))) paths.push(path === '/' ? `/${name}` : `${path}/${name}`);
  }
  return paths;
}

function subdirectories(directory: string): string[] {
  try {
    return readdirSync(directory, { withFileTypes: true }).flatMap((entry) =>
      entry.isDirectory() ? [entry.name] : [],
    );
  } catch {
    return [];
  }
}
