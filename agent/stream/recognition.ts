/** Decides which protocol a connection speaks, on the first bytes of either direction, holding little meanwhile. */
import type { Direction, SocketOpen } from '../capture/source.ts';
import type { StreamProtocol } from './protocol.ts';
import type { GapReason, StreamReader } from './reader.ts';
import { isTlsRecord } from './tls.ts';

/** Bytes kept while no protocol is sure; a message head that says less in this many is none. */
const maxUndecided = 4096;

/** Messages of a connection joined in the middle that may look like nothing before it is given up. */
const maxStrikes = 16;

interface Event {
  readonly direction: Direction;
  readonly bytes: Uint8Array;
  readonly time: number;
}

/** `decided` with a protocol or without (`verdict` then says `tls` or `unknown`). */
export type Recognised = { readonly verdict: string; readonly protocol: StreamProtocol | undefined } | undefined;

/**
 * A connection seen from its start is decided by its first bytes. One joined in the middle (or whose first bytes are
 * missing) is looked at again whenever the direction turns, because that is where messages begin.
 */
export class Recognition {
  readonly #protocols: readonly StreamProtocol[];
  readonly #socket: SocketOpen;
  readonly #events: Event[] = [];
  readonly #skipping: [boolean, boolean] = [false, false];
  #midstream: boolean;
  /** Bytes lost before anything was recognised, by direction: a reader should know that it has not seen all. */
  readonly #lost: [number, number] = [0, 0];
  #strikes = 0;
  heldBytes = 0;
  /** Bytes were passed over in search of a message boundary. */
  skipped = false;

  constructor(protocols: readonly StreamProtocol[], socket: SocketOpen) {
    this.#protocols = protocols;
    this.#socket = socket;
    this.#midstream = socket.firstSeq === undefined;
  }

  /** Looks at more bytes of a direction; they are kept for `replay` unless they are of no use. */
  data(direction: Direction, bytes: Uint8Array, time: number): Recognised {
    this.#skipping[direction === 0 ? 1 : 0] = false;
    if (this.#skipping[direction]) return undefined;
    const head = this.#headOf(direction, bytes);
    if (isTlsRecord(head)) return { verdict: 'tls', protocol: undefined };
    let undecided = false;
    for (const protocol of this.#protocols) {
      const detection = protocol.detect(head, this.#socket);
      if (detection === 'mine') {
        this.#keep({ direction, bytes, time }, 0);
        return { verdict: protocol.id, protocol };
      }
      undecided ||= detection === 'need-more';
    }
    if (undecided && this.heldBytes + bytes.length <= maxUndecided) {
      this.#keep({ direction, bytes: bytes.slice(), time }, bytes.length);
      return undefined;
    }
    return this.#strike(direction);
  }

  /** What came before a hole decides nothing any more. */
  gap(direction: Direction, length: number, reason: GapReason): void {
    // Whole messages were left out: what follows begins one.
    if (reason === 'sampled') return;
    this.#midstream = true;
    if (reason === 'lost') this.#lost[direction] += length;
    this.#forget();
    this.#skipping[direction] = true;
  }

  /** Gives the reader everything seen so far; pieces of one direction that follow each other as one. */
  replay(reader: StreamReader): void {
    const events = this.#events;
    for (const direction of [0, 1] as const) {
      if (this.#lost[direction] > 0) reader.gap(direction, this.#lost[direction], 'lost', events[0]?.time ?? 0);
    }
    for (let i = 0; i < events.length; i++) {
      const { direction, bytes, time } = events[i] as Event;
      const pieces = [bytes];
      while (events[i + 1]?.direction === direction) pieces.push((events[++i] as Event).bytes);
      const whole = pieces.length === 1 ? bytes : Buffer.concat(pieces);
      reader.data(direction, whole, 0, whole.length, time);
    }
  }

  #keep(event: Event, held: number): void {
    this.#events.push(event);
    this.heldBytes += held;
  }

  #headOf(direction: Direction, bytes: Uint8Array): Uint8Array {
    if (this.#events.length === 0) return bytes;
    const parts = this.#events.flatMap((event) => (event.direction === direction ? [event.bytes] : []));
    return parts.length === 0 ? bytes : Buffer.concat([...parts, bytes]);
  }

  #strike(direction: Direction): Recognised {
    this.#strikes++;
    if (!this.#midstream || this.#strikes > maxStrikes) return { verdict: 'unknown', protocol: undefined };
    this.#forget();
    this.#skipping[direction] = true;
    this.skipped = true;
    return undefined;
  }

  #forget(): void {
    this.#events.length = 0;
    this.heldBytes = 0;
  }
}
