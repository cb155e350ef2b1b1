/** The beginning of a recording: is it one, and can it be read? */
import type { FileHandle } from 'node:fs/promises';
import { AppError } from '../../src/domain/errors.ts';
import { layoutHash } from './layout.gen.ts';
import { formatVersion, frameTypes, magic, type RecordingMeta } from './recording-format.ts';
import type { FrameReader } from './recording-frames.ts';

/** @throws AppError `recording-foreign` */
export async function checkMagic(file: string, handle: FileHandle): Promise<void> {
  const head = Buffer.alloc(magic.length);
  const { bytesRead } = await handle.read(head, 0, head.length, 0);
  if (bytesRead === magic.length && head.equals(magic)) return;
  throw new AppError('recording-foreign', { file, found: describe(head.subarray(0, Math.min(bytesRead, 16))) });
}

/** @throws AppError `recording-foreign`, `recording-version`, `recording-layout`, `recording-truncated` */
export async function readMeta(file: string, frames: FrameReader): Promise<RecordingMeta> {
  const first = await frames.next();
  if (first.kind === 'cut' || first.kind === 'end')
    throw new AppError('recording-truncated', { file, at: magic.length });
  const meta = first.kind === 'frame' && first.type === frameTypes.meta ? parse(first.payload) : undefined;
  if (!meta) throw new AppError('recording-foreign', { file, found: 'a damaged first frame' });
  if (meta.version !== formatVersion) {
    throw new AppError('recording-version', { file, version: Number(meta.version) || 0, supported: formatVersion });
  }
  if (meta.layout !== layoutHash) throw new AppError('recording-layout', { file });
  if (!isComplete(meta)) throw new AppError('recording-foreign', { file, found: 'incomplete metadata' });
  return meta;
}

function parse(payload: Buffer): RecordingMeta | undefined {
  try {
    const value: unknown = JSON.parse(payload.toString());
    return typeof value === 'object' && value !== null ? (value as RecordingMeta) : undefined;
  } catch {
    return undefined;
  }
}

function isComplete(meta: RecordingMeta): boolean {
  return (
    [meta.node, meta.kernel, meta.cgroup].every((text) => typeof text === 'string') &&
    Number.isFinite(meta.cpus) &&
    Number.isFinite(meta.began) &&
    typeof meta.clockOffset === 'string' &&
    /^-?\d{1,19}$/.test(meta.clockOffset) &&
    (meta.podsBelow === null || typeof meta.podsBelow === 'string') &&
    Array.isArray(meta.redacted) &&
    meta.redacted.every((name) => typeof name === 'string')
  );
}

/** First bytes of a foreign file, fit for a message. */
function describe(bytes: Buffer): string {
  if (bytes.length === 0) return 'nothing: it is empty';
  const text = bytes.toString('latin1');
  return /^[\x20-\x7e\r\n\t]+$/.test(text) ? JSON.stringify(text) : `bytes ${bytes.toString('hex')}`;
}
