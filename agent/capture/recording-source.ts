/** Plays a recording as if the kernel were handing it over now. */
import { existsSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { promisify } from 'node:util';
import { zstdDecompress } from 'node:zlib';
import { AppError } from '../../src/domain/errors.ts';
import { createDecoder } from './decode.ts';
import { createRecordingFacts, type RecordingFacts } from './recording-facts.ts';
import { frameTypes, itemKinds, itemsOf, magic, maxFrameBytes, type RecordingMeta } from './recording-format.ts';
import { createFrameReader } from './recording-frames.ts';
import { checkMagic, readMeta } from './recording-meta.ts';
import { createPace } from './recording-pace.ts';
import { partialName } from './recording-writer.ts';
import type { CaptureCounters, CaptureListener, CaptureSource, Segment, SocketClose } from './source.ts';

export interface RecordingSource extends CaptureSource {
  readonly kind: 'recording';
  readonly meta: RecordingMeta;
  readonly facts: RecordingFacts;
  /** What was wrong with the file as far as it was played: it was cut off, or damaged inside (also counted as `bad-record`). */
  readonly problem: AppError | undefined;
}

export interface RecordingSourceOptions {
  /** N = N times as fast as it was captured; undefined = as fast as `ready` allows. */
  readonly speed?: number | undefined;
}

const decompress = promisify(zstdDecompress);

/**
 * Opens a recording; FILE.partial, which a killed recorder leaves behind, serves where there is no FILE.
 *
 * @throws AppError `recording-not-found`, `recording-foreign`, `recording-version`, `recording-layout`, `recording-truncated`, `permission`
 */
export async function createRecordingSource(
  file: string,
  options: RecordingSourceOptions = {},
): Promise<RecordingSource> {
  const handle = await openRecording(file);
  try {
    await checkMagic(file, handle);
    const { size } = await handle.stat();
    const frames = createFrameReader(handle, size, magic.length);
    const meta = await readMeta(file, frames);
    return playable({ file, handle, size, frames, meta, speed: options.speed });
  } catch (thrown) {
    await handle.close();
    throw thrown;
  }
}

interface Opened {
  readonly file: string;
  readonly handle: FileHandle;
  readonly size: number;
  readonly frames: ReturnType<typeof createFrameReader>;
  readonly meta: RecordingMeta;
  readonly speed: number | undefined;
}

function playable({ file, handle, size, frames, meta, speed }: Opened): RecordingSource {
  const facts = createRecordingFacts();
  const decoder = createDecoder();
  const closed = new AbortController();
  let counters: CaptureCounters = { totals: {}, losses: {} };
  let damages = 0;
  let dropped = 0;
  let problem: AppError | undefined;
  let now = meta.began;

  /** A batch that was never written is loss on every connection from then on (Segment.lost). */
  function withDrops(listener: CaptureListener): CaptureListener {
    return {
      open: (socket) => listener.open(socket),
      segment: (segment: Segment) => {
        segment.lost += dropped;
        listener.segment(segment);
      },
      close: (close: SocketClose) => listener.close(dropped > 0 ? { ...close, lost: close.lost + dropped } : close),
      flow: (flow) => listener.flow?.(flow),
      edge: (edge) => listener.edge?.(edge),
      datagram: (datagram) => listener.datagram?.(datagram),
      tick: (time) => listener.tick(time),
    };
  }

  async function unpack(payload: Buffer): Promise<Buffer | undefined> {
    try {
      return await decompress(payload, { maxOutputLength: maxFrameBytes });
    } catch {
      return undefined;
    }
  }

  async function play(listener: CaptureListener, stop: AbortSignal, ready: () => Promise<void>): Promise<void> {
    const pace = createPace(meta.began, speed, stop, (time) => {
      now = time;
      listener.tick(time);
    });
    const outer = withDrops(listener);
    for (;;) {
      const next = await frames.next();
      if (stop.aborted) return;
      if (next.kind === 'damage') damages += 1;
      else if (next.kind === 'frame' && next.type === frameTypes.end) {
        const end = jsonOf<{ time?: number }>(next.payload);
        await pace.until(Number(end?.time));
        pace.tick();
        return;
      } else if (next.kind === 'frame' && next.type === frameTypes.chunk) {
        const chunk = await unpack(next.payload);
        if (chunk) await playChunk(chunk);
        else damages += 1;
      } else if (next.kind !== 'frame') {
        problem = new AppError('recording-truncated', { file, at: next.kind === 'cut' ? next.at : size });
        damages += 1;
        return;
      }
      if (stop.aborted) return;
    }

    async function playChunk(chunk: Buffer): Promise<void> {
      const items = itemsOf(chunk);
      let item = items.next();
      for (; !item.done; item = items.next()) {
        const { kind, time, payload } = item.value;
        if (kind === itemKinds.batch) {
          await pace.until(time);
          await orAborted(ready(), stop);
          if (stop.aborted) return;
          decoder.decode(payload, outer);
          pace.tick();
        } else if (!learn(kind, payload)) damages += 1;
      }
      if (!item.value) damages += 1;
    }
  }

  function learn(kind: number, payload: Uint8Array): boolean {
    const value = jsonOf<object>(payload);
    if (value === undefined) return false;
    if (kind === itemKinds.fact) return facts.learn(value);
    if (kind === itemKinds.counters) counters = countersOf(value);
    else if (kind === itemKinds.dropped) dropped += Math.max(1, Number((value as { batches?: number }).batches) || 1);
    return true;
  }

  return {
    kind: 'recording',
    name: file,
    meta,
    facts,
    host: { node: meta.node, kernel: meta.kernel, cpus: meta.cpus, clockOffset: BigInt(meta.clockOffset) },
    cgroups: facts,
    programs: [],
    mapBytes: 0,
    get progress() {
      return size === 0 ? 1 : Math.min(1, frames.at / size);
    },
    get problem() {
      return problem;
    },
    counters() {
      const losses: Record<string, number> = { ...counters.losses };
      losses['bad-record'] = (losses['bad-record'] ?? 0) + decoder.badRecords + damages;
      if (dropped > 0) losses['recording-full'] = dropped;
      return { totals: counters.totals, losses };
    },
    setPolicies() {},
    setBudgets() {},
    budgetUse: () => [],
    now: () => now,
    async run(listener, signal, ready = () => Promise.resolve()) {
      const stop = AbortSignal.any([signal, closed.signal]);
      await orAborted(ready(), stop);
      if (!stop.aborted) await play(listener, stop, ready);
    },
    close() {
      if (closed.signal.aborted) return;
      closed.abort();
      handle.close().catch(() => {});
    },
  };
}

async function openRecording(file: string): Promise<FileHandle> {
  const path = existsSync(file) || !existsSync(partialName(file)) ? file : partialName(file);
  try {
    const handle = await open(path, 'r');
    if ((await handle.stat()).isFile()) return handle;
    await handle.close();
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'EACCES' || code === 'EPERM') {
      throw new AppError('permission', { what: `reading ${file}`, remedy: 'Ask its owner.' }, { cause: error });
    }
    throw new AppError('recording-not-found', { file }, { cause: error });
  }
  throw new AppError('recording-foreign', { file, found: 'no bytes: it is no regular file' });
}

function jsonOf<T>(payload: Uint8Array): T | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(payload).toString());
    return typeof value === 'object' && value !== null ? (value as T) : undefined;
  } catch {
    return undefined;
  }
}

function countersOf(value: object): CaptureCounters {
  const { totals, losses } = value as Partial<CaptureCounters>;
  return { totals: numbersOf(totals), losses: numbersOf(losses) };
}

function numbersOf(value: unknown): Record<string, number> {
  if (typeof value !== 'object' || value === null) return {};
  const entries = Object.entries(value).filter((entry): entry is [string, number] => Number.isFinite(entry[1]));
  return Object.fromEntries(entries.slice(0, 64));
}

/** Settles with `promise`, or when the signal aborts. */
function orAborted(promise: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = () => {
      signal.removeEventListener('abort', done);
      resolve();
    };
    if (signal.aborted) return resolve();
    signal.addEventListener('abort', done);
    promise.then(done, reject);
  });
}
