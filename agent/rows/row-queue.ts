/** What waits for one reader: rows by key, so that a newer state replaces one not yet read. */
import type { Row } from '../../src/domain/column.ts';
import { oldestEntryOf } from '../../src/domain/oldest-entry.ts';

export interface QueueLimits {
  readonly rows: number;
  readonly bytes: number;
}

export interface RowQueue {
  /** Adds a row or replaces the waiting one of the same key. Returns how many of the oldest were dropped to make room. */
  push(key: string, row: Row, size: number): number;
  /** The oldest rows, at most `rows` of them and about `bytes` bytes, at least one if there is any. */
  take(rows: number, bytes: number): Row[];
  readonly rows: number;
  readonly bytes: number;
}

/** `limits` undefined: never drops (the writer waits instead). */
export function createRowQueue(limits: QueueLimits | undefined): RowQueue {
  const waiting = new Map<string, { row: Row; size: number }>();
  const oldestEntry = oldestEntryOf(waiting);
  let bytes = 0;

  function dropOldest(): void {
    const oldest = oldestEntry();
    if (!oldest) return;
    waiting.delete(oldest[0]);
    bytes -= oldest[1].size;
  }

  return {
    push(key, row, size) {
      const entry = waiting.get(key);
      if (entry) {
        bytes += size - entry.size;
        entry.row = row;
        entry.size = size;
      } else {
        waiting.set(key, { row, size });
        bytes += size;
      }
      let dropped = 0;
      while (limits && waiting.size > 1 && (waiting.size > limits.rows || bytes > limits.bytes)) {
        dropOldest();
        dropped += 1;
      }
      return dropped;
    },
    take(rows, maxBytes) {
      const taken: Row[] = [];
      let size = 0;
      for (const [key, entry] of waiting) {
        if (taken.length >= rows || (taken.length > 0 && size + entry.size > maxBytes)) break;
        taken.push(entry.row);
        size += entry.size;
        waiting.delete(key);
      }
      bytes -= size;
      return taken;
    },
    get rows() {
      return waiting.size;
    },
    get bytes() {
      return bytes;
    },
  };
}
