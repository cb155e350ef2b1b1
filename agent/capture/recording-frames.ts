/** Reads the frames of a recording one after the other, over damage if need be. */
import type { FileHandle } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { frameHeaderBytes, frameMarker, maxFrameBytes } from './recording-format.ts';

export type FrameResult =
  | { readonly kind: 'frame'; readonly type: number; readonly payload: Buffer }
  /** Bytes that are no frame were skipped. */
  | { readonly kind: 'damage' }
  /** The file ends in the middle of the frame that begins at `at`. */
  | { readonly kind: 'cut'; readonly at: number }
  | { readonly kind: 'end' };

export interface FrameReader {
  next(): Promise<FrameResult>;
  /** Offset of the next frame, bytes. */
  readonly at: number;
}

/** How much is searched at a time for the next marker. */
const searchBytes = 1 << 20;

export function createFrameReader(file: FileHandle, size: number, start: number): FrameReader {
  let at = start;

  async function read(from: number, length: number): Promise<Buffer> {
    const bytes = Buffer.allocUnsafe(Math.max(0, Math.min(length, size - from)));
    const { bytesRead } = bytes.length > 0 ? await file.read(bytes, 0, bytes.length, from) : { bytesRead: 0 };
    return bytes.subarray(0, bytesRead);
  }

  /** Goes to the next marker behind `from`, or to the end. */
  async function resync(from: number): Promise<void> {
    const marker = Buffer.alloc(4);
    marker.writeUInt32LE(frameMarker);
    for (let window = from; window < size; window += searchBytes - 3) {
      const found = (await read(window, searchBytes)).indexOf(marker);
      if (found >= 0) {
        at = window + found;
        return;
      }
    }
    at = size;
  }

  return {
    async next() {
      if (at >= size) return { kind: 'end' };
      const header = await read(at, frameHeaderBytes);
      if (header.length < frameHeaderBytes) {
        const cut = at;
        at = size;
        return { kind: 'cut', at: cut };
      }
      const length = header.readUInt32LE(4);
      if (header.readUInt32LE(0) !== frameMarker || length > maxFrameBytes) {
        await resync(at + 1);
        return { kind: 'damage' };
      }
      const payload = await read(at + frameHeaderBytes, length);
      if (payload.length < length) {
        // Cut off, or a damaged length: only if no frame follows it is the former.
        const cut = at;
        await resync(at + 1);
        return at >= size ? { kind: 'cut', at: cut } : { kind: 'damage' };
      }
      if (crc32(payload) !== header.readUInt32LE(8)) {
        await resync(at + 1);
        return { kind: 'damage' };
      }
      at += frameHeaderBytes + length;
      return { kind: 'frame', type: header.readUInt8(12), payload };
    },
    get at() {
      return at;
    },
  };
}
