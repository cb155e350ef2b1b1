/** What ordering needs to know of a protocol: how to recognise it, and how to begin reading a connection of it. */
import type { Row } from '../../src/domain/column.ts';
import type { Table } from '../../src/domain/table.ts';
import type { ResolvedName } from '../capture/ends.ts';
import type { SocketOpen } from '../capture/source.ts';
import type { StreamReader } from './reader.ts';

/** What the first bytes of a direction say. */
export type Detection = 'mine' | 'not-mine' | 'need-more';

/** What a protocol may know of the connection it reads. */
export interface Connection {
  readonly socket: SocketOpen;
  /** Columns that say who the two ends are (pod, process, addresses, …), filled in by attribution; at most a second old. */
  identity(role: 'client' | 'server'): Row;
  /** Unix ns of a captured time; may be kept and called without the connection. */
  readonly wallTime: (time: number) => bigint;
}

/**
 * One exchange as the summaries need it: told exactly once, when it is over, however it ended. The object is reused: copy what
 * you keep. `identity` is the same object for all exchanges of a connection for as long as its names stand (at most a second).
 */
export interface ExchangeFacts {
  /** "http", "dns". */
  protocol: string;
  role: 'client' | 'server';
  /** Columns of attribution: source, destination, pod, … */
  identity: Row;
  /** When it was over, CLOCK_MONOTONIC ns. */
  time: number;
  method: string;
  /** Request target as sent, or the name asked for. */
  target: string;
  result: 'ok' | 'client-error' | 'server-error' | 'failure';
  /** ns; negative = not known. */
  latency: number;
  requestBytes: number;
  responseBytes: number;
}

/** Where a protocol puts what it made of a connection. */
export interface ProtocolOutput {
  /**
   * A new row, or a newer state of one (same key). The object must not change afterwards. `isOnly`: there was no state of it
   * before and there will be no other, so that nobody need look for one.
   */
  row(table: Table, row: Row, isOnly?: boolean): void;
  /** An exchange is over. */
  exchange?(facts: ExchangeFacts): void;
  /** The first bytes showed what this connection speaks: a name as in network.protocol.name. */
  recognised?(cookie: number, protocol: string): void;
  /** A name was resolved. */
  resolved?(answer: ResolvedName): void;
  /** Something was lost; reasons are those of src/domain/agent-status.ts. */
  lost(reason: string, count: number): void;
}

/** A protocol as far as ordering is concerned. */
export interface StreamProtocol {
  readonly id: string;
  /** Looks at the first captured bytes of either direction of the socket's connection. Never throws. */
  detect(head: Uint8Array, socket: SocketOpen): Detection;
  /** A reader for one connection of this protocol, or the next one, with what the one before said of its `rest`. It never throws, whatever the bytes. */
  read(connection: Connection, output: ProtocolOutput, rest?: object): StreamReader;
}
