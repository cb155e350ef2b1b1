/** Masks secrets in one direction of a connection, however its bytes are cut, ordered, repeated or lost. */
import { type LineState, maskLines, type NameNode } from './scrub-lines.ts';

export interface Piece {
  readonly seq: number;
  /** Bytes on the wire; `payload` may be less. */
  readonly len: number;
  /** Masked in place. */
  readonly payload: Uint8Array;
  readonly messageStart: boolean;
}

export interface ScrubStream {
  /** The first byte will have this sequence number, and a message begins there. */
  begin(seq: number): void;
  /** Masks a piece, now or, if it is ahead of others, at the latest when `settle` is called. */
  take(piece: Piece): void;
  /** Masks what waits for a hole that nothing filled. */
  settle(): void;
  readonly isWaiting: boolean;
}

/** Where unseen bytes begin: at the end of what was seen, or in a hole, which ends at `until`. */
interface Front extends LineState {
  next: number;
  readonly until: number | undefined;
  /** Bytes before `next` were cut or lost. */
  unsure: boolean;
}

/** Masked ranges remembered, for retransmissions; holes remembered; pieces that wait. */
const maxRanges = 32;
const maxHoles = 8;
const maxHeld = 256;

const CR = 13;
const STAR = 42;

/** a - b modulo 2^32, as a signed number (RFC 9293 §3.4). */
const distance = (a: number, b: number): number => (a - b) | 0;

export function createScrubStream(root: NameNode): ScrubStream {
  let end: Front | undefined;
  let holes: Front[] = [];
  let held: Piece[] = [];
  const ranges: [number, number][] = [];

  function mask(front: Front, bytes: Uint8Array, seq: number): void {
    maskLines(bytes, front, root, (from, to) => {
      const last = ranges.at(-1);
      if (last && distance(seq + from, last[1]) === 0) last[1] = seq + to;
      else if (ranges.push([seq + from, seq + to]) > maxRanges) ranges.shift();
    });
  }

  /** The part of a piece from `front.next` on. Returns the hole it leaves, if any. */
  function advance(front: Front, piece: Piece): Front | undefined {
    const hole = distance(piece.seq, front.next) > 0 ? { ...front, until: piece.seq } : undefined;
    if (hole) {
      lose(front);
      front.next = piece.seq;
    }
    const skipped = distance(front.next, piece.seq);
    if (skipped === 0 && isMessage(front, piece)) restart(front, root);
    const limit = front.until === undefined ? piece.len : Math.min(piece.len, distance(front.until, piece.seq));
    const bytes = piece.payload.subarray(skipped, limit);
    if (bytes.length > 0) {
      mask(front, bytes, front.next);
      front.unsure = false;
    }
    if (piece.payload.length < limit) lose(front);
    front.next = (piece.seq + limit) | 0;
    return hole;
  }

  function takeNow(piece: Piece): void {
    const first = end === undefined;
    end ??= { mode: 'rest', node: root, leading: false, next: piece.seq, until: undefined, unsure: true };
    // A socket that was open before: its first payload passes for the start of a message wherever it is.
    const believed = first ? { ...piece, messageStart: false } : piece;
    const pieceEnd = piece.seq + piece.len;
    const met = [...holes, end].filter(
      ({ next, until }) => distance(pieceEnd, next) > 0 && (until === undefined || distance(until, piece.seq) > 0),
    );
    // Bytes seen before carry the same secrets; so may bytes of a hole that was forgotten.
    if (distance(end.next, piece.seq) > 0) maskAgain(piece, met);
    for (const front of met) {
      const hole = advance(front, believed);
      if (hole) holes.push(hole);
    }
    holes = holes.filter(({ next, until }) => distance(until ?? next, next) > 0).slice(-maxHoles);
  }

  /** Masks what no front will: where it was masked before, and by its own lines should that be forgotten. */
  function maskAgain(piece: Piece, fronts: readonly Front[]): void {
    const { seq, payload } = piece;
    const unseen = fronts.map(({ next }) => Math.max(0, distance(next, seq)));
    const known = Math.min(payload.length, ...unseen);
    const bytes = payload.subarray(0, known);
    for (const [from, to] of ranges) {
      const last = Math.min(payload.length, distance(to, seq));
      for (let i = Math.max(0, distance(from, seq)); i < last; i++) if (payload[i] !== CR) payload[i] = STAR;
    }
    const mode = beginsMessage(bytes) ? 'name' : 'skip';
    maskLines(bytes, { mode, node: root, leading: false }, root, () => {});
  }

  function settle(): void {
    const waiting = held.sort((a, b) => distance(a.seq, b.seq));
    held = [];
    for (const piece of waiting) takeNow(piece);
  }

  return {
    begin(seq) {
      end ??= { mode: 'name', node: root, leading: false, next: seq, until: undefined, unsure: false };
    },
    take(piece) {
      if (end && distance(piece.seq, end.next) > 0) {
        held.push(piece);
        if (held.length > maxHeld) settle();
        return;
      }
      takeNow(piece);
      while (held.length > 0) {
        const at = held.findIndex(({ seq }) => end && distance(seq, end.next) <= 0);
        const [next] = at < 0 ? [] : held.splice(at, 1);
        if (!next) return;
        takeNow(next);
      }
    },
    settle,
    get isWaiting() {
      return held.length > 0;
    },
  };
}

/** A head begins here for certain enough to end the doubt about the bytes before it. */
function isMessage(front: Front, piece: Piece): boolean {
  if (front.unsure && piece.messageStart) return true;
  return (front.unsure || piece.messageStart) && beginsMessage(piece.payload);
}

function restart(front: Front, root: NameNode): void {
  front.mode = 'name';
  front.node = root;
  front.unsure = false;
}

/** What follows bytes that nobody saw may be the rest of a secret. */
function lose(front: Front): void {
  front.mode = front.mode === 'value' || front.mode === 'fold' ? 'value' : 'rest';
  front.leading = false;
  front.unsure = true;
}

/** A request line or status line begins here (RFC 9112 §3, §4). */
function beginsMessage(bytes: Uint8Array): boolean {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 24)).toString('latin1');
  return /^(?:HTTP\/|[A-Z][A-Z-]{2,15} [/*h\w])/.test(head);
}
