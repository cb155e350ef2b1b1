/** Writes kernel batches to a recording as they are drained, without ever holding up who drains them. */
import { type FileHandle, open, rename } from 'node:fs/promises';
import { promisify } from 'node:util';
import { zstdCompress } from 'node:zlib';
import { AppError } from '../../src/domain/errors.ts';
import {
  frame,
  frameTypes,
  itemHeader,
  itemKinds,
  jsonFrame,
  magic,
  type RecordingFact,
  type RecordingMeta,
} from './recording-format.ts';
import { createScrubber } from './scrub.ts';
import type { CaptureCounters } from './source.ts';

export interface RecordingWriter {
  /** A batch as it was drained at captured `time`; copied before this returns. */
  batch(bytes: Uint8Array, time: number): void;
  /** Something found out while the last batch was read; readers of the recording learn it before that batch. */
  fact(fact: RecordingFact): void;
  counters(counters: CaptureCounters, time: number): void;
  readonly stats: RecordingStats;
  /** Writes what is left and gives the file its name. Resolves to false if the file is not whole. */
  close(time: number): Promise<boolean>;
}

export interface RecordingStats {
  /** Bytes in the file. */
  readonly bytes: number;
  readonly batches: number;
  /** Batches that could not be written. */
  readonly dropped: number;
  /** Why nothing more is written, e.g. a full disk. */
  readonly failure: string | undefined;
}

export interface RecordingWriterOptions {
  readonly file: string;
  /** `redacted` are the headers whose values are masked; empty = none. */
  readonly meta: RecordingMeta;
  /** Uncompressed bytes that may wait for the disk; batches beyond are dropped and counted. */
  readonly maxPendingBytes?: number;
}

const compress = promisify(zstdCompress);

/** A chunk is closed at this size, or after this time: what a killed recorder loses at most. */
const chunkBytes = 256 << 10;
const chunkMs = 250;
const defaultMaxPendingBytes = 32 << 20;

/** While it is being written a recording is called FILE.partial; it can be played all the same. */
export const partialName = (file: string): string => `${file}.partial`;

/**
 * Starts a recording.
 *
 * @throws AppError `output-file`
 */
export async function createRecordingWriter(options: RecordingWriterOptions): Promise<RecordingWriter> {
  const { file, meta, maxPendingBytes = defaultMaxPendingBytes } = options;
  const handle = await begin(file, meta);
  const scrubber = meta.redacted.length > 0 ? createScrubber(meta.redacted) : undefined;
  let bytesWritten = (await handle.stat()).size;
  let batches = 0;
  let dropped = 0;
  let failure: string | undefined;
  let items: Buffer[] = [];
  let itemBytes = 0;
  /** The last batch stays here until the next, so that facts found out while it is read come before it. */
  let lastBatch: Buffer[] = [];
  let untoldDrops = 0;
  let pendingBytes = 0;
  let writing: Promise<void> = Promise.resolve();
  let closing: Promise<boolean> | undefined;
  const timer = setInterval(flush, chunkMs);

  function add(...parts: Buffer[]): void {
    for (const part of parts) {
      items.push(part);
      itemBytes += part.length;
      pendingBytes += part.length;
    }
    if (itemBytes >= chunkBytes) writeChunk();
  }

  function addJson(kind: number, value: object, time: number): void {
    const payload = Buffer.from(JSON.stringify(value));
    add(itemHeader(kind, payload.length, time), payload);
  }

  function settleBatch(): void {
    if (lastBatch.length > 0) add(...lastBatch);
    lastBatch = [];
  }

  function flush(): void {
    settleBatch();
    writeChunk();
  }

  function writeChunk(): void {
    if (items.length === 0) return;
    const chunk = items;
    const size = itemBytes;
    items = [];
    itemBytes = 0;
    writing = writing.then(() => write(chunk, size));
  }

  async function write(chunk: Buffer[], size: number): Promise<void> {
    try {
      if (failure !== undefined) return;
      const packed = frame(frameTypes.chunk, await compress(Buffer.concat(chunk)));
      await writeAll(handle, packed);
      bytesWritten += packed.length;
    } catch (error) {
      failure = (error as Error).message;
    } finally {
      pendingBytes -= size;
    }
  }

  async function finish(time: number): Promise<boolean> {
    clearInterval(timer);
    flush();
    await writing;
    try {
      if (failure === undefined) {
        await writeAll(handle, jsonFrame(frameTypes.end, { time, batches, dropped }));
        await handle.sync();
        await rename(partialName(file), file);
      }
    } catch (error) {
      failure = (error as Error).message;
    } finally {
      await handle.close().catch(() => {});
    }
    return failure === undefined && dropped === 0;
  }

  return {
    batch(bytes, time) {
      if (closing) return;
      settleBatch();
      if (failure !== undefined || pendingBytes + bytes.length > maxPendingBytes) {
        dropped += 1;
        untoldDrops += 1;
        return;
      }
      if (untoldDrops > 0) addJson(itemKinds.dropped, { batches: untoldDrops }, time);
      untoldDrops = 0;
      const copy = Buffer.from(bytes);
      scrubber?.scrub(copy);
      batches += 1;
      lastBatch = [itemHeader(itemKinds.batch, copy.length, time), copy];
    },
    fact(fact) {
      if (!closing) addJson(itemKinds.fact, fact, 0);
    },
    counters(counters, time) {
      if (!closing) addJson(itemKinds.counters, counters, time);
    },
    get stats() {
      return { bytes: bytesWritten, batches, dropped, failure };
    },
    close(time) {
      closing ??= finish(time);
      return closing;
    },
  };
}

async function begin(file: string, meta: RecordingMeta): Promise<FileHandle> {
  try {
    // Traffic is as private as a mailbox: only the owner may read it.
    const handle = await open(partialName(file), 'w', 0o600);
    await writeAll(handle, Buffer.concat([magic, jsonFrame(frameTypes.meta, meta)]));
    return handle;
  } catch (error) {
    throw new AppError('output-file', { file, reason: (error as Error).message }, { cause: error });
  }
}

/** FileHandle.write may write less than asked. */
async function writeAll(handle: FileHandle, bytes: Buffer): Promise<void> {
  let at = 0;
  while (at < bytes.length) at += (await handle.write(bytes, at)).bytesWritten;
}
