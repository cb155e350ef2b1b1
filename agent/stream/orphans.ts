/** Early bytes: segments that came on a listener before their connection was announced (TCP_DEFER_ACCEPT, Fast Open). */
import { capturedBytes, type OrphanAddresses, type Segment } from '../capture/source.ts';

/** Bookkeeping cost of a kept segment, bytes. */
const overhead = 256;

export interface Orphans {
  /** Keeps a copy; returns how many others had to go to make room. */
  add(segment: Segment): number;
  /** The early segments of a connection just announced, oldest first. */
  claim(addresses: OrphanAddresses): readonly Segment[];
  /** Lets go of those seen before `since`; returns how many. */
  expire(since: number): number;
  readonly size: number;
  readonly bytes: number;
}

/** `maxBytes` bounds what is kept; the oldest go first. */
export function createOrphans(maxBytes: number): Orphans {
  const kept = new Map<string, Segment[]>();
  let bytes = 0;
  let size = 0;

  const forget = (key: string, segments: readonly Segment[]): void => {
    kept.delete(key);
    size -= segments.length;
    for (const segment of segments) bytes -= segment.captured + overhead;
  };

  return {
    add(segment) {
      if (segment.orphan === undefined) return 0;
      const key = keyOf(segment.orphan);
      const copy = { ...segment, bytes: new Uint8Array(capturedBytes(segment)), at: 0 };
      const list = kept.get(key);
      if (list === undefined) kept.set(key, [copy]);
      else list.push(copy);
      size++;
      bytes += copy.captured + overhead;
      const before = size;
      for (const [oldest, segments] of kept) {
        if (bytes <= maxBytes) break;
        forget(oldest, segments);
      }
      return before - size;
    },
    claim(addresses) {
      if (size === 0) return [];
      const key = keyOf(addresses);
      const segments = kept.get(key);
      if (segments === undefined) return [];
      forget(key, segments);
      return segments;
    },
    expire(since) {
      const before = size;
      for (const [key, segments] of kept) {
        if ((segments[0]?.time ?? 0) >= since) break;
        forget(key, segments);
      }
      return before - size;
    },
    get size() {
      return size;
    },
    get bytes() {
      return bytes;
    },
  };
}

function keyOf({ localAddress, localPort, remoteAddress, remotePort }: OrphanAddresses): string {
  return `${localAddress} ${localPort} ${remoteAddress} ${remotePort}`;
}
