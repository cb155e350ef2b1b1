/**
 * Where the cursor is in a list that changes under it. The cursor belongs to a row, not to a position:
 * rows may come, go and move, the chosen row stays chosen and stays on its line of the screen.
 */

/** The list as the cursor sees it: identities by position. */
export interface Keys {
  readonly length: number;
  keyAt(index: number): string;
}

/** `end`/`start`: sticks to that edge as the list changes. `row`: holds on to one row. */
export type Hold = 'end' | 'start' | 'row';

export interface ListCursor {
  readonly hold: Hold;
  /** The chosen row while `hold` is `row`. */
  readonly key: string | undefined;
  /** Where it was seen last, for when it is gone. */
  readonly index: number;
  /** Line of the window it stands on, from 0. */
  readonly line: number;
}

/** The cursor and the window as they fall on a given list. `index` is -1 when the list is empty. */
export interface Placement {
  readonly index: number;
  readonly key: string | undefined;
  /** First row in the window. */
  readonly top: number;
}

export const followEnd: ListCursor = { hold: 'end', key: undefined, index: 0, line: 0 };
export const followStart: ListCursor = { hold: 'start', key: undefined, index: 0, line: 0 };

/** Finds the cursor's row in the list and the window that keeps it on its line. */
export function place(cursor: ListCursor, list: Keys, height: number): Placement {
  const { length } = list;
  const lastTop = Math.max(0, length - height);
  if (length === 0) return { index: -1, key: undefined, top: 0 };
  if (cursor.hold === 'end') return { index: length - 1, key: list.keyAt(length - 1), top: lastTop };
  if (cursor.hold === 'start') return { index: 0, key: list.keyAt(0), top: 0 };
  const found = cursor.key === undefined ? -1 : findNear(list, cursor.key, cursor.index);
  const index = found === -1 ? clamp(cursor.index, 0, length - 1) : found;
  const line = clamp(cursor.line, 0, Math.max(0, height - 1));
  const top = clamp(index - line, 0, lastTop);
  return { index, key: list.keyAt(index), top };
}

/**
 * The cursor moved by `delta` rows; it keeps its place in the window as long as it stays inside. `grows`: new rows come in at the end,
 * so that pressing on at the last row means: show me what comes next.
 */
export function move(cursor: ListCursor, list: Keys, height: number, delta: number, grows = true): ListCursor {
  const now = place(cursor, list, height);
  if (now.index === -1) return cursor;
  if (cursor.hold === 'end' && delta >= 0) return cursor;
  if (grows && delta > 0 && now.index === list.length - 1) return followEnd;
  return settle(list, height, clamp(now.index + delta, 0, list.length - 1), now.top);
}

/** The cursor on the row at `index`. */
export function moveTo(cursor: ListCursor, list: Keys, height: number, index: number): ListCursor {
  if (list.length === 0) return cursor;
  return settle(list, height, clamp(index, 0, list.length - 1), place(cursor, list, height).top);
}

/** The cursor holding on to the row it is on now, e.g. when a person opens it. */
export function grip(cursor: ListCursor, list: Keys, height: number): ListCursor {
  return move(
    cursor.hold === 'end' ? { ...cursor, hold: 'row', ...gripOf(cursor, list, height) } : cursor,
    list,
    height,
    0,
  );
}

function gripOf(
  cursor: ListCursor,
  list: Keys,
  height: number,
): { key: string | undefined; index: number; line: number } {
  const { index, key, top } = place(cursor, list, height);
  return { key, index: Math.max(0, index), line: Math.max(0, index - top) };
}

/** A cursor on `index`, the window moved from `top` no further than needed. */
function settle(list: Keys, height: number, index: number, top: number): ListCursor {
  const least = Math.max(0, index - Math.max(0, height - 1));
  const line = index - clamp(top, least, index);
  return { hold: 'row', key: list.keyAt(index), index, line };
}

/** Position of a key, looked for outwards from where it was: rows seldom move far. */
function findNear(list: Keys, key: string, near: number): number {
  const start = clamp(near, 0, list.length - 1);
  for (let distance = 0; distance < list.length; distance += 1) {
    const before = start - distance;
    const after = start + distance;
    if (before >= 0 && list.keyAt(before) === key) return before;
    if (after < list.length && list.keyAt(after) === key) return after;
    if (before < 0 && after >= list.length) break;
  }
  return -1;
}

function clamp(value: number, least: number, most: number): number {
  return Math.max(least, Math.min(most, value));
}
