/** What a protocol is: how to recognise it, and how to read a connection of it into rows. */
import type { Row } from '../../src/domain/column.ts';
import type { Table } from '../../src/domain/table.ts';
import type { SocketOpen } from '../capture/source.ts';
import type { StreamReader } from '../stream/reader.ts';

/** What a protocol may know of the connection it reads. */
export interface Connection {
  readonly socket: SocketOpen;
  /** Columns that say who the two ends are (pod, process, addresses, …), filled in by attribution at the moment of the call. */
  identity(role: 'client' | 'server'): Row;
  /** Unix ns of a captured time. */
  wallTime(time: number): bigint;
}

/** Where a protocol puts what it made of a connection. */
export interface ProtocolOutput {
  /** A new row, or a newer state of one (same key). The object must not change afterwards. */
  row(table: Table, row: Row): void;
  /** Something was lost; reasons are those of src/domain/agent-status.ts. */
  lost(reason: string, count: number): void;
}

/** What the first bytes of a direction say. */
export type Detection = 'mine' | 'not-mine' | 'need-more';

export interface Protocol {
  readonly id: string;
  /** Looks at the first captured bytes of either direction. Never throws. */
  detect(head: Uint8Array): Detection;
  /** A reader for one connection of this protocol. It never throws, whatever the bytes. */
  read(connection: Connection, output: ProtocolOutput): StreamReader;
}
