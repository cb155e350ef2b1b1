/** What waits for one reader: a newer state of a row replaces one not yet read. */
import type { Row } from '../../src/domain/column.ts';
import type { PlaceOf } from './place.ts';
import { RowShelf } from './row-shelf.ts';

export interface QueueLimits {
  readonly rows: number;
  readonly bytes: number;
}

export interface RowQueue {
  /** Adds a row or replaces the waiting one of the same key (`isOnly`: there is none). */
  push(row: Row, size: number, isOnly: boolean): void;
  /** The oldest rows, at most `rows` of them and about `bytes` bytes, at least one if there is any. */
  take(rows: number, bytes: number): Row[];
  readonly rows: number;
  readonly bytes: number;
  /** Rows nobody took in time: dropped to make room, or let go of by the ring meanwhile. */
  readonly dropped: number;
}

/** `limits` undefined: never drops (the writer waits instead). */
export function createRowQueue(
  keyOf: (row: Row) => string,
  limits: QueueLimits | undefined,
  placeOf?: PlaceOf,
): RowQueue {
  const shelf = new RowShelf(keyOf);
  let dropped = 0;

  return {
    push(row, size, isOnly) {
      if (isOnly) shelf.add(row, size);
      else shelf.put(row, size);
      while (limits && shelf.length > 1 && (shelf.length > limits.rows || shelf.bytes > limits.bytes)) {
        shelf.shift();
        dropped += 1;
      }
    },
    take(rows, maxBytes) {
      const taken: Row[] = [];
      let size = 0;
      while (shelf.length > 0 && taken.length < rows) {
        const { oldestSize } = shelf;
        if (taken.length > 0 && size + oldestSize > maxBytes) break;
        const row = shelf.shift();
        if (row === undefined) break;
        if (placeOf?.(row)?.isGone) {
          dropped += 1;
          continue;
        }
        taken.push(row);
        size += oldestSize;
      }
      return taken;
    },
    get rows() {
      return shelf.length;
    },
    get bytes() {
      return shelf.bytes;
    },
    get dropped() {
      return dropped;
    },
  };
}
