/** Finds that a block of rows moved up or down as a whole: the terminal can move it itself (DECSTBM, DL and IL of the VT102). */

export interface Shift {
  /** First and last row of the block before the move, from 0, the rows that it covers included. */
  readonly top: number;
  readonly bottom: number;
  /** Rows it moves up; negative = down. */
  readonly up: number;
}

/** Fewer rows than this are as soon painted anew. */
const least = 3;

/** The move that puts most rows where they belong. Both lists name rows by content; '' names a row of no interest. */
export function findShift(before: readonly string[], after: readonly string[]): Shift | undefined {
  const places = new Map<string, number>();
  for (const [y, key] of before.entries()) places.set(key, places.has(key) ? -1 : y);
  /** By distance: rows that would arrive. */
  const arrivals = new Map<number, number[]>();
  let staying = 0;
  after.forEach((key, y) => {
    const was = key === '' ? undefined : places.get(key);
    if (was === undefined || was === -1) return;
    if (was === y) staying += 1;
    else arrivals.set(was - y, [...(arrivals.get(was - y) ?? []), y]);
  });
  let best: Shift | undefined;
  let most = least - 1;
  for (const [up, rows] of arrivals) {
    const first = rows[0] ?? 0;
    const last = rows.at(-1) ?? 0;
    const top = Math.min(first, first + up);
    const bottom = Math.max(last, last + up);
    // Rows inside that stand where they belong already would be carried away.
    let harmed = 0;
    for (let y = top; y <= bottom && staying > 0; y += 1) if (before[y] === after[y] && after[y] !== '') harmed += 1;
    if (rows.length - harmed <= most) continue;
    most = rows.length - harmed;
    best = { top, bottom, up };
  }
  return best;
}

/** What stands on the rows after the move; undefined = a blank row. */
export function shifted<Row>(rows: readonly Row[], { top, bottom, up }: Shift, blank: Row): Row[] {
  return rows.map((row, y) => {
    if (y < top || y > bottom) return row;
    const from = y + up;
    return from < top || from > bottom ? blank : (rows[from] ?? blank);
  });
}

/** The sequences that make the terminal do it. The look must be plain: new rows take the current background. */
export function shiftSequence({ top, bottom, up }: Shift): string {
  const rows = Math.abs(up);
  return `\x1b[${top + 1};${bottom + 1}r\x1b[${top + 1};1H\x1b[${rows}${up > 0 ? 'M' : 'L'}\x1b[r`;
}
