/** Tar archives whose bytes depend on what is in them alone: of root, at one time. Headers are node-tar's. */
import { Header } from 'tar';

export interface TarEntry {
  /** Without a slash at the beginning; a directory's ends with one. */
  readonly path: string;
  readonly mode: number;
  /** Bytes of what follows; 0 for a directory. */
  readonly size: number;
  /** Extended attributes by name. */
  readonly attributes?: Readonly<Record<string, Buffer>> | undefined;
}

/** Headers and contents are padded to it (tar(5)). */
const blockBytes = 512;

/** What stands before an entry's content. `time`: when everything was changed, seconds since 1970. */
export function tarHeader({ path, mode, size, attributes = {} }: TarEntry, time: number): Buffer {
  const header = encode(path, mode, size, path.endsWith('/') ? 'Directory' : 'File', time);
  const records = Object.entries(attributes).map(([name, value]) => paxRecord(`SCHILY.xattr.${name}`, value));
  if (records.length === 0) return header;
  const extended = Buffer.concat(records);
  const before = encode(`PaxHeaders/${path}`, 0o644, extended.length, 'ExtendedHeader', time);
  return Buffer.concat([before, extended, tarPadding(extended.length), header]);
}

/** What stands after a content of so many bytes. */
export const tarPadding = (size: number): Buffer => Buffer.alloc((blockBytes - (size % blockBytes)) % blockBytes);

/** The end of an archive. */
export const tarEnd = Buffer.alloc(2 * blockBytes);

function encode(
  path: string,
  mode: number,
  size: number,
  type: 'File' | 'Directory' | 'ExtendedHeader',
  time: number,
): Buffer {
  const block = Buffer.alloc(blockBytes);
  const header = new Header({ path, mode, size, type, uid: 0, gid: 0, mtime: new Date(time * 1000) });
  // True where something has no room in the old format: a name of more than 100 bytes.
  if (header.encode(block)) throw new Error(`${path} does not fit a tar header`);
  return block;
}

/**
 * "30 name=value\n", the number being the length of it all (POSIX.1-2017, pax: "pax Extended Header"). node-tar writes text values only, and
 * attributes are bytes.
 */
function paxRecord(name: string, value: Buffer): Buffer {
  const rest = Buffer.concat([Buffer.from(` ${name}=`), value, Buffer.from('\n')]);
  let length = rest.length;
  // The number counts its own digits.
  while (length !== rest.length + String(length).length) length = rest.length + String(length).length;
  return Buffer.concat([Buffer.from(String(length)), rest]);
}
