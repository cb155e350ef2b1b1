/** What stream ordering hands to a protocol: two ordered byte streams per connection, with every gap told. */
import type { Direction } from '../capture/source.ts';

/** Why bytes are missing: cut on purpose by the capture level, lost, or left out by the pod's budget (whole messages, counted elsewhere). */
export type GapReason = 'cut' | 'lost' | 'sampled';

/** Why a connection is over: orderly close, reset, or silence for too long / end of the source. */
export type CloseReason = 'fin' | 'reset' | 'gone';

/** Reads one connection. Calls per direction come in sequence order; `time` is when the bytes were seen (CLOCK_MONOTONIC ns). */
export interface StreamReader {
  /** The next bytes are those of `bytes` from `from` to `to`: valid until the next `tick`, which comes after each batch while `heldBytes` is above 0. */
  data(direction: Direction, bytes: Uint8Array, from: number, to: number, time: number): void;
  gap(direction: Direction, length: number, reason: GapReason, time: number): void;
  /** FIN of this direction: no more bytes will come. */
  end(direction: Direction, time: number): void;
  close(reason: CloseReason, time: number): void;
  /** Captured time has reached `time`; called after each batch while `heldBytes` is above 0: copy what you keep of earlier bytes. */
  tick(time: number): void;
  /**
   * What a new reader of the connection needs to go on where this one stands; undefined while something is unfinished. A reader
   * without it is closed where room is wanted.
   */
  rest?(): object | undefined;
  /** Bytes of memory held for this connection, for the budget; above 0 while something is unfinished. */
  readonly heldBytes: number;
  /** The reader wants no more of this connection (a tunnel began, or it is not its protocol after all): only `close` follows. */
  readonly done: boolean;
}
