/** Decides which protocol a connection speaks, on the first bytes of either direction, holding little meanwhile. */
import type { Direction } from '../capture/source.ts';
import type { StreamProtocol } from './protocol.ts';
import type { GapReason, StreamReader } from './reader.ts';
import { isTlsRecord } from './tls.ts';

/** Bytes kept while no protocol is sure; a message head that says less in this many is none. */
const maxUndecided = 4096;

/** Messages of a connection joined in the middle that may look like nothing before it is given up. */
const maxStrikes = 16;

interface Event {
  readonly direction: Direction;
  /** Bytes, or the length of a gap. */
  readonly content: Uint8Array | { readonly length: number; readonly reason: GapReason };
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
  readonly #events: Event[] = [];
  readonly #skipping: [boolean, boolean] = [false, false];
  #midstream: boolean;
  #strikes = 0;
  heldBytes = 0;
  /** Bytes were passed over in search of a message boundary. */
  skipped = false;

  constructor(protocols: readonly StreamProtocol[], midstream: boolean) {
    this.#protocols = protocols;
    this.#midstream = midstream;
  }

  /** Looks at more bytes of a direction; they are kept for `replay` unless they are of no use. */
  data(direction: Direction, bytes: Uint8Array, time: number): Recognised {
    this.#skipping[direction === 0 ? 1 : 0] = false;
    if (this.#skipping[direction]) return undefined;
    const head = this.#headOf(direction, bytes);
    if (isTlsRecord(head)) return { verdict: 'tls', protocol: undefined };
    let undecided = false;
    for (const protocol of this.#protocols) {
      const detection = protocol.detect(head);
      if (detection === 'mine') {
        this.#keep({ direction, content: bytes, time }, 0);
        return { verdict: protocol.id, protocol };
      }
      undecided ||= detection === 'need-more';
    }
    if (undecided && this.heldBytes + bytes.length <= maxUndecided) {
      this.#keep({ direction, content: bytes.slice(), time }, bytes.length);
      return undefined;
    }
    return this.#strike(direction);
  }

  gap(direction: Direction, length: number, reason: GapReason, time: number): void {
    this.#midstream = true;
    if (this.#events.length > 0) this.#keep({ direction, content: { length, reason }, time }, 0);
    else this.#skipping[direction] = true;
  }

  /** Gives the reader everything seen so far; pieces of one direction that follow each other as one. */
  replay(reader: StreamReader): void {
    const events = this.#events;
    for (let i = 0; i < events.length; i++) {
      const { direction, content, time } = events[i] as Event;
      if (!(content instanceof Uint8Array)) {
        reader.gap(direction, content.length, content.reason, time);
        continue;
      }
      const pieces = [content];
      for (let next = events[i + 1]; next?.direction === direction && next.content instanceof Uint8Array; i++) {
        pieces.push(next.content);
        next = events[i + 2];
      }
      reader.data(direction, pieces.length === 1 ? content : Buffer.concat(pieces), time);
    }
  }

  #keep(event: Event, bytes: number): void {
    this.#events.push(event);
    this.heldBytes += bytes;
    // Gaps cost nothing in bytes, so they are bounded by number.
    if (this.#events.length > maxUndecided) this.#forget();
  }

  #headOf(direction: Direction, bytes: Uint8Array): Uint8Array {
    if (this.#events.length === 0) return bytes;
    const parts: Uint8Array[] = [];
    for (const event of this.#events) {
      if (event.direction === direction && event.content instanceof Uint8Array) parts.push(event.content);
    }
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
