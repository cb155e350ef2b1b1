/**
 * Rows that have columns in common with other rows, which are kept once for all of them. Such a row owns no column: each is read off
 * what it shares or made of what it holds, so that thousands of rows that nobody looks at take little memory.
 */
import type { Row } from './column.ts';

/** Key of the part of a row that other rows share: an object whose own columns are the row's. */
export const sharedColumns = Symbol('sharedColumns');

/** Key of the bytes of memory a row takes: its object, what it alone refers to, and its part of what it shares. */
export const rowBytes = Symbol('rowBytes');

interface SharingRow {
  readonly [sharedColumns]?: Row;
  readonly [rowBytes]?: number;
}

/** What the row shares with others, undefined for a plain object. */
export function sharedOf(row: Row): Row | undefined {
  return (row as SharingRow)[sharedColumns];
}

/** What a row says that it takes, undefined for a plain object. */
export function bytesOf(row: Row): number | undefined {
  return (row as SharingRow)[rowBytes];
}

/** Lets the rows of a class read these columns off what they share. */
export function readShared(prototype: object, columns: Iterable<string>): void {
  for (const id of columns) {
    Object.defineProperty(prototype, id, {
      get(this: SharingRow) {
        return this[sharedColumns]?.[id] ?? null;
      },
      enumerable: true,
      configurable: true,
    });
  }
}

/** `now`, or the object from before where it says the same, so that more rows share one. */
export function keptIfSame(before: Row | undefined, now: Row): Row {
  if (before === undefined) return now;
  for (const id in now) if (now[id] !== before[id]) return now;
  return before;
}
