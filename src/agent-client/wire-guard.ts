/**
 * Keeps a hostile message from exploding in memory: two bytes on the wire can become an object of a hundred. Counts the fields that
 * would become objects before anything is decoded, without allocating. Encoding: https://protobuf.dev/programming-guides/encoding/
 */

/** Bytes of one message. Agents split batches well below. */
export const maxMessageBytes = 8 * 1024 * 1024;

/** Objects one message may decode to; a full batch with payload has a tenth. */
const maxFields = 400_000;

/** The fields of a message that hold messages, by number; `{}` = its fields are counted, theirs are not. */
export interface Nesting {
  readonly [field: number]: Nesting;
}

/** Batch.columns = 3 → Column.strings = 3, Column.binaries = 6. */
const batch: Nesting = { 3: { 3: {}, 6: {} } };
/** WatchRowsResponse: batch = 3, status = 4, loss = 5. */
export const watchRowsNesting: Nesting = { 3: batch, 4: {}, 5: {} };
/** GetRowResponse: batch = 1. */
export const getRowNesting: Nesting = { 1: batch };
/** GetAgentResponse: status = 1. */
export const getAgentNesting: Nesting = { 1: {} };

/** Throws when the message would decode to too many objects or is not protobuf at all. */
export function guardMessage(message: Uint8Array, nesting: Nesting): void {
  countFields({ bytes: message, at: 0, fields: 0 }, message.length, nesting);
}

interface Walk {
  readonly bytes: Uint8Array;
  at: number;
  fields: number;
}

function countFields(walk: Walk, end: number, nesting: Nesting): void {
  while (walk.at < end) {
    walk.fields += 1;
    if (walk.fields > maxFields) throw new Error(`a message of more than ${maxFields} fields`);
    const tag = varint(walk);
    switch (tag & 7) {
      case 0:
        varint(walk);
        break;
      case 1:
        walk.at += 8;
        break;
      case 5:
        walk.at += 4;
        break;
      case 2:
        skipOrEnter(walk, end, nesting[tag >>> 3]);
        break;
      default:
        throw new Error('a field of unknown wire type');
    }
  }
  if (walk.at !== end) throw new Error('a field that ends after its message');
}

function skipOrEnter(walk: Walk, end: number, inner: Nesting | undefined): void {
  const length = varint(walk);
  const innerEnd = walk.at + length;
  if (innerEnd > end) throw new Error('a field that ends after its message');
  if (inner) countFields(walk, innerEnd, inner);
  walk.at = innerEnd;
}

/** Value of a base-128 varint; past 32 bits only its length matters here. */
function varint(walk: Walk): number {
  let value = 0;
  for (let shift = 0; shift < 70; shift += 7) {
    const byte = walk.bytes[walk.at];
    if (byte === undefined) throw new Error('a message that ends in the middle of a number');
    walk.at += 1;
    if (shift < 32) value |= (byte & 0x7f) << shift;
    if (byte < 0x80) return value >>> 0;
  }
  throw new Error('a number of more than ten bytes');
}
