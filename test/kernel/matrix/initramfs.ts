/** An initial file system for a kernel, in memory (Linux, Documentation/driver-api/early-userspace/buffer-format.rst). */
import { execFileSync } from 'node:child_process';
import { readFileSync, realpathSync } from 'node:fs';
import { dirname } from 'node:path';

/** A file of the machine and where it goes; or bytes. */
export interface Member {
  readonly path: string;
  readonly data: Uint8Array;
  readonly executable?: boolean;
}

/** A cpio archive in newc format with these files, their folders, and /dev/console. */
export function cpio(members: readonly Member[]): Buffer {
  const folders = new Set<string>(['dev']);
  for (const { path } of members) {
    for (let folder = dirname(path); folder !== '.'; folder = dirname(folder)) folders.add(folder);
  }
  let inode = 0;
  const entry = (
    path: string,
    mode: number,
    data: Uint8Array = new Uint8Array(),
    device: readonly number[] = [0, 0],
  ) => {
    inode += 1;
    const name = Buffer.from(`${path}\0`);
    const fields = [inode, mode, 0, 0, 1, 0, data.length, 0, 0, ...device, name.length, 0];
    const head = `070701${fields.map((field) => field.toString(16).padStart(8, '0')).join('')}`;
    return [pad(Buffer.concat([Buffer.from(head), name])), pad(data)];
  };
  return Buffer.concat([
    ...[...folders].toSorted().flatMap((folder) => entry(folder, 0o40755)),
    ...entry('dev/console', 0o20600, undefined, [5, 1]),
    ...members.flatMap(({ path, data, executable }) => entry(path, executable ? 0o100755 : 0o100644, data)),
    ...entry('TRAILER!!!', 0),
  ]);
}

const pad = (bytes: Uint8Array): Buffer => Buffer.concat([bytes, Buffer.alloc(-bytes.length & 3)]);

/** A program with the shared libraries it is linked to, each where its loader looks for it. */
export function programMembers(path: string, program: string): readonly Member[] {
  const listed = execFileSync('ldd', [program], { encoding: 'utf8' });
  const libraries = [...listed.matchAll(/(\/\S+) \(0x/g)].map(([, library = '']) => library);
  return [
    { path, data: readFileSync(program), executable: true },
    ...libraries.map((library) => ({
      path: library.slice(1),
      data: readFileSync(realpathSync(library)),
      executable: true,
    })),
  ];
}
