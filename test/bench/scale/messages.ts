/** Messages of the wire that are made once and sent again and again: with each second only times and totals in them are others. */
import { encodeRows } from '../../../agent/server/rows-to-wire.ts';
import type { Row } from '../../../src/domain/column.ts';
import type { Table } from '../../../src/domain/table.ts';

export interface Message {
  readonly rows: number;
  /**
   * The encoded WatchRowsResponse with its rows in the second that begins at `time` (Unix ns), `told` seconds after the agent began. The same bytes
   * each time: to be copied before the next call.
   */
  at(time: bigint, told: number): Uint8Array;
}

/** Columns of conn_stats that rise for as long as the connection lives. */
const rising = new Set([
  'bytes_sent',
  'bytes_recv',
  'packets_sent',
  'packets_recv',
  'turns',
  'conn_open',
  'conn_close',
]);

/** @param perSecond how often the totals of the recording are those of a second */
export function createMessage(node: string, table: Table, rows: readonly Row[], perSecond: number): Message {
  const bytes = encodeRows(node, 0n, table, rows, false);
  const { sent, times, totals } = placesIn(bytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const each = totals.map((at) => ({ at, rise: view.getFloat64(at, true) * perSecond }));
  return {
    rows: rows.length,
    at(time, told) {
      // A summary is told 300 ms after its second is over.
      view.setBigInt64(sent, time + 1_300_000_000n, true);
      for (const at of times) view.setBigInt64(at, time, true);
      if (table.id === 'conn_stats')
        for (const { at, rise } of each) view.setFloat64(at, Math.floor(rise * (told + 1)), true);
      return bytes;
    },
  };
}

interface Places {
  /** Of WatchRowsResponse.time. */
  sent: number;
  /** Of each time of the column `time_`. */
  readonly times: number[];
  /** Of each number of the columns that rise. */
  readonly totals: number[];
}

/** Walks the message (proto/kelpie/v1/agent.proto). */
function placesIn(bytes: Uint8Array): Places {
  const places: Places = { sent: 0, times: [], totals: [] };
  for (const [field, from, to] of fieldsOf(bytes, 0, bytes.length)) {
    if (field === 2) places.sent = from;
    if (field !== 3) continue;
    for (const [column, begin, end] of fieldsOf(bytes, from, to))
      if (column === 3) noteColumn(bytes, begin, end, places);
  }
  return places;
}

function noteColumn(bytes: Uint8Array, from: number, to: number, { times, totals }: Places): void {
  let name = '';
  for (const [field, begin, end] of fieldsOf(bytes, from, to)) {
    if (field === 1) name = Buffer.from(bytes.subarray(begin, end)).toString();
    const into = field === 5 && name === 'time_' ? times : field === 4 && rising.has(name) ? totals : undefined;
    if (!into) continue;
    for (const [, first, last] of fieldsOf(bytes, begin, end)) for (let at = first; at < last; at += 8) into.push(at);
  }
}

/** Number, beginning and end of each field's content. */
function* fieldsOf(bytes: Uint8Array, from: number, to: number): Iterable<readonly [number, number, number]> {
  let at = from;
  const varint = () => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at] ?? 0;
      at += 1;
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value;
    }
  };
  while (at < to) {
    const tag = varint();
    const kind = tag & 7;
    if (kind === 0) varint();
    else {
      const length = kind === 1 ? 8 : kind === 5 ? 4 : varint();
      yield [tag >> 3, at, at + length];
      at += length;
    }
  }
}
