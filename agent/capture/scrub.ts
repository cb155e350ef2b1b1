/** Takes secrets out of kernel batches before they are written to a recording: header values become asterisks, in place. */
import { oldestEntryOf } from '../../src/domain/oldest-entry.ts';
import { createDecoder } from './decode.ts';
import { type NameNode, nameTree } from './scrub-lines.ts';
import { createScrubStream, type ScrubStream } from './scrub-stream.ts';
import { type CaptureListener, capturedBytes, type Direction, type OrphanAddresses } from './source.ts';

export interface Scrubber {
  /** Masks in the bytes of `batch` itself; no length changes. */
  scrub(batch: Uint8Array): void;
}

/** Streams remembered; the oldest go first. One that comes back unknown is masked to its next line end. */
const maxStreams = 65_536;
const maxOrphans = 1024;

/** `names`: header fields whose values are masked, in any case of letters. */
export function createScrubber(names: readonly string[]): Scrubber {
  const root = nameTree(names);
  const decoder = createDecoder();
  const streams = createStreams<number>(root, maxStreams);
  const orphans = createStreams<string>(root, maxOrphans);
  const waiting = new Set<ScrubStream>();

  const listener: CaptureListener = {
    open(socket) {
      // What came early on a listener is the beginning of the accepted connection's ingress.
      const early = orphans.get(tupleOf(socket));
      if (early) {
        orphans.delete(tupleOf(socket));
        streams.set(keyOf(socket.cookie, 0), early);
      }
      if (!socket.firstSeq) return;
      for (const direction of [0, 1] as const) {
        streams.of(keyOf(socket.cookie, direction)).begin(socket.firstSeq[direction]);
      }
    },
    segment(segment) {
      const { cookie, direction, orphan, seq, len, messageStart } = segment;
      if (len === 0) return;
      const stream = orphan ? orphans.of(tupleOf(orphan)) : streams.of(keyOf(cookie, direction));
      stream.take({ seq, len, payload: capturedBytes(segment), messageStart });
      if (stream.isWaiting) waiting.add(stream);
    },
    close({ cookie }) {
      streams.delete(keyOf(cookie, 0));
      streams.delete(keyOf(cookie, 1));
    },
    tick() {},
  };

  return {
    scrub(batch) {
      decoder.decode(batch, listener);
      for (const stream of waiting) stream.settle();
      waiting.clear();
    },
  };
}

/** Streams by key, at most `limit`. */
function createStreams<K>(root: NameNode, limit: number) {
  const map = new Map<K, ScrubStream>();
  const oldestEntry = oldestEntryOf(map);
  return {
    get: (key: K) => map.get(key),
    set: (key: K, stream: ScrubStream) => void map.set(key, stream),
    delete: (key: K) => void map.delete(key),
    of(key: K): ScrubStream {
      let stream = map.get(key);
      if (stream) return stream;
      stream = createScrubStream(root);
      map.set(key, stream);
      const oldest = map.size > limit ? oldestEntry() : undefined;
      if (oldest) map.delete(oldest[0]);
      return stream;
    },
  };
}

const keyOf = (cookie: number, direction: Direction): number => cookie * 2 + direction;

const tupleOf = (a: OrphanAddresses): string => `${a.localAddress} ${a.localPort} ${a.remoteAddress} ${a.remotePort}`;
