/** Takes secrets out of kernel batches before they are written to a recording: header values become asterisks, in place. */
import { createDecoder } from './decode.ts';
import { type LineState, maskLines, nameTree } from './scrub-lines.ts';
import type { CaptureListener, Direction, OrphanAddresses, Segment, SocketOpen } from './source.ts';

export interface Scrubber {
  /** Masks in the bytes of `batch` itself; no length changes. */
  scrub(batch: Uint8Array): void;
}

/** Streams remembered; the oldest go first. One that comes back unknown is masked to its next line end. */
const maxStreams = 65_536;
const maxOrphans = 1024;
/** Masked ranges remembered per stream, for retransmissions. */
const maxRanges = 32;
/** Pieces that wait within a batch for an earlier one. */
const maxHeld = 256;

interface Piece {
  readonly seq: number;
  readonly len: number;
  readonly payload: Uint8Array;
  readonly messageStart: boolean;
}

interface Stream extends LineState {
  /** Sequence number that comes next; undefined before the first byte. */
  next: number | undefined;
  /** Bytes before `next` were cut or lost. */
  unsure: boolean;
  /** What was masked, as [from, to) sequence numbers. */
  ranges: [number, number][];
  held: Piece[];
}

/** `names`: header fields whose values are masked, in any case of letters. */
export function createScrubber(names: readonly string[]): Scrubber {
  const root = nameTree(names);
  const decoder = createDecoder();
  const streams = new Map<string | number, Stream>();
  const orphans = new Map<string, Stream>();
  const holding = new Set<Stream>();

  const listener: CaptureListener = {
    open(socket) {
      adoptOrphan(socket);
      const { firstSeq } = socket;
      if (!firstSeq) return;
      for (const direction of [0, 1] as const) {
        const stream = streamOf(socket.cookie, direction);
        if (stream.next !== undefined) continue;
        stream.next = firstSeq[direction];
        restart(stream);
      }
    },
    segment(segment) {
      if (segment.len === 0) return;
      const stream = segment.orphan ? orphanOf(segment.orphan) : streamOf(segment.cookie, segment.direction);
      take(stream, pieceOf(segment));
    },
    close({ cookie }) {
      for (const direction of [0, 1] as const) {
        const stream = streams.get(keyOf(cookie, direction));
        if (stream) settle(stream);
        streams.delete(keyOf(cookie, direction));
      }
    },
    tick() {},
  };

  function newStream(): Stream {
    return { mode: 'rest', node: root, leading: false, next: undefined, unsure: true, ranges: [], held: [] };
  }

  function remember<K>(map: Map<K, Stream>, key: K, limit: number): Stream {
    let stream = map.get(key);
    if (stream) return stream;
    stream = newStream();
    map.set(key, stream);
    if (map.size > limit) {
      const oldest = map.entries().next().value;
      if (oldest) {
        settle(oldest[1]);
        map.delete(oldest[0]);
      }
    }
    return stream;
  }

  const streamOf = (cookie: number, direction: Direction): Stream =>
    remember(streams, keyOf(cookie, direction), maxStreams);
  const orphanOf = (addresses: OrphanAddresses): Stream => remember(orphans, tupleOf(addresses), maxOrphans);

  /** What came early on a listener is the beginning of the accepted connection's ingress. */
  function adoptOrphan(socket: SocketOpen): void {
    const key = tupleOf(socket);
    const stream = orphans.get(key);
    if (!stream) return;
    orphans.delete(key);
    streams.set(keyOf(socket.cookie, 0), stream);
  }

  function take(stream: Stream, piece: Piece): void {
    const ahead = stream.next === undefined ? 0 : (piece.seq - stream.next) | 0;
    if (ahead > 0) {
      stream.held.push(piece);
      holding.add(stream);
      if (stream.held.length > maxHeld) settle(stream);
      return;
    }
    advance(stream, piece, -ahead);
    while (stream.held.length > 0) {
      const at = stream.held.findIndex((held) => ((held.seq - (stream.next ?? 0)) | 0) <= 0);
      const [held] = at < 0 ? [] : stream.held.splice(at, 1);
      if (!held) return;
      advance(stream, held, ((stream.next ?? 0) - held.seq) | 0);
    }
  }

  /** What waits for a hole that nothing fills is masked as what may follow any line. */
  function settle(stream: Stream): void {
    holding.delete(stream);
    const held = stream.held.sort((a, b) => (a.seq - b.seq) | 0);
    stream.held = [];
    for (const piece of held) advance(stream, piece, ((stream.next ?? piece.seq) - piece.seq) | 0);
  }

  /** Masks a piece of which the first `known` bytes were seen before; a negative number is a hole before it. */
  function advance(stream: Stream, piece: Piece, known: number): void {
    const { seq, len, payload } = piece;
    const begins = beginsMessage(payload);
    // Of a connection that was open before, the first payload passes for the start of a message wherever it is.
    const first = stream.next === undefined;
    if (first || known < 0) lose(stream);
    if (
      known <= 0 &&
      ((stream.unsure && piece.messageStart && !first) || (begins && (stream.unsure || piece.messageStart)))
    ) {
      restart(stream);
    }
    const old = Math.max(0, Math.min(known, payload.length));
    if (old > 0) maskAgain(stream, payload.subarray(0, old), seq);
    if (known >= len && known > 0) return;
    maskLines(payload.subarray(old), stream, root, (from, to) => note(stream, seq + old + from, seq + old + to));
    if (old < payload.length) stream.unsure = false;
    if (payload.length < len) lose(stream);
    stream.next = (seq + len) | 0;
  }

  function restart(stream: Stream): void {
    stream.mode = 'name';
    stream.node = root;
    stream.unsure = false;
  }

  /** After bytes nobody saw, what follows may be the rest of a secret, unless a message begins there. */
  function lose(stream: Stream): void {
    if (stream.mode !== 'value' && stream.mode !== 'fold') stream.mode = 'rest';
    else stream.mode = 'value';
    stream.leading = false;
    stream.unsure = true;
  }

  /** A retransmission carries the same secret: masked where it was, and by its own lines should that be forgotten. */
  function maskAgain(stream: Stream, bytes: Uint8Array, seq: number): void {
    for (const [from, to] of stream.ranges) {
      const start = Math.max(0, (from - seq) | 0);
      const end = Math.min(bytes.length, (to - seq) | 0);
      for (let i = start; i < end; i++) if (bytes[i] !== 13) bytes[i] = 42;
    }
    maskLines(bytes, { mode: beginsMessage(bytes) ? 'name' : 'skip', node: root, leading: false }, root, () => {});
  }

  return {
    scrub(batch) {
      decoder.decode(batch, listener);
      for (const stream of holding) settle(stream);
    },
  };
}

function note(stream: Stream, from: number, to: number): void {
  const last = stream.ranges.at(-1);
  if (last && ((from - last[1]) | 0) === 0) last[1] = to;
  else if (stream.ranges.push([from, to]) > maxRanges) stream.ranges.shift();
}

const keyOf = (cookie: number, direction: Direction): number => cookie * 2 + direction;

const tupleOf = (a: OrphanAddresses): string => `${a.localAddress} ${a.localPort} ${a.remoteAddress} ${a.remotePort}`;

const pieceOf = ({ seq, len, payload, messageStart }: Segment): Piece => ({ seq, len, payload, messageStart });

/** A request line or status line begins here (RFC 9112 §3, §4). */
function beginsMessage(bytes: Uint8Array): boolean {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 24)).toString('latin1');
  return /^(?:HTTP\/|[A-Z][A-Z-]{2,15} [/*h\w])/.test(head);
}
