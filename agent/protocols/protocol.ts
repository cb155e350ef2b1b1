/** What a protocol is: how to recognise it, how to read a connection of it into rows, and which tables those rows belong to. */
import type { Table } from '../../src/domain/table.ts';
import type { StreamProtocol } from '../stream/protocol.ts';

export type { Connection, Detection, ProtocolOutput } from '../stream/protocol.ts';

/** What every protocol may be told when the agent starts. */
export interface ProtocolOptions {
  /** Names of header fields (or the like) whose values never leave the protocol, besides the protocol's own list; false switches redaction off. */
  readonly redact?: readonly string[] | false | undefined;
  /** Takes a function that says which names are secrets besides, from then on. */
  readonly onRedact?: ((also: (names: readonly string[]) => void) => void) | undefined;
}

/**
 * One protocol. The rows it makes own every column except the payload columns (`payload: true`), which may be accessors that
 * decode on read, so that live traffic nobody opens costs nothing: read them by name (`row.resp_body`), or copy a row with
 * `payloadOf` (payload.ts); a spread (`{...row}`) has no payload.
 */
export interface Protocol extends StreamProtocol {
  readonly tables: readonly Table[];
}
