/** A folder as the one layer of an image. */
import { createHash } from 'node:crypto';
import { createReadStream, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { fileCapabilities } from './capabilities.ts';
import { type TarEntry, tarEnd, tarHeader, tarPadding } from './tar.ts';

export interface Layer {
  /** The tar archive, compressed with gzip. */
  readonly bytes: Buffer;
  /** "sha256:…" of the archive before it was compressed. */
  readonly diffId: string;
}

/** What has the capabilities; it hands them on to the agent. */
const privileged = 'opt/kelpie/setpriv';

/** Reads the folder once. `time`: of everything in it, seconds since 1970. Rejects with the signal's reason once it aborts. */
export async function createLayer(folder: string, time: number, signal: AbortSignal): Promise<Layer> {
  const plain = createHash('sha256');
  const chunks: Buffer[] = [];
  await pipeline(
    Readable.from(archive(folder, time)),
    async function* (pieces: AsyncIterable<Buffer>) {
      for await (const piece of pieces) {
        plain.update(piece);
        yield piece;
      }
    },
    createGzip(),
    async (pieces: AsyncIterable<Buffer>) => {
      for await (const piece of pieces) chunks.push(piece);
    },
    { signal },
  );
  return { bytes: Buffer.concat(chunks), diffId: `sha256:${plain.digest('hex')}` };
}

async function* archive(folder: string, time: number): AsyncGenerator<Buffer> {
  for (const entry of entriesOf(folder)) {
    yield tarHeader(entry, time);
    if (entry.size > 0) yield* createReadStream(join(folder, entry.path), { highWaterMark: 1 << 20 });
    yield tarPadding(entry.size);
  }
  yield tarEnd;
}

/** Everything in the folder, sorted, each directory before what is in it. */
function entriesOf(folder: string): TarEntry[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .map((entry) => {
      const path = join(entry.parentPath, entry.name).slice(join(folder, '/').length);
      const { mode, size } = statSync(join(folder, path));
      if (entry.isDirectory()) return { path: `${path}/`, mode: mode & 0o7777, size: 0 };
      const attributes = path === privileged ? { 'security.capability': fileCapabilities() } : undefined;
      return { path, mode: mode & 0o7777, size, attributes };
    })
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}
