/**
 * The changed cells of many rows written look by look instead of row by row: a change of colour takes more bytes than a way across the
 * screen. All of a frame is shown at once, so nobody sees the order.
 */
import type { CellRow } from './cell-row.ts';
import { lookOfBlank, plainLook, wayTo } from './look.ts';

/** Cells of one row, side by side, written in one look. */
export interface Run {
  readonly y: number;
  readonly x: number;
  readonly look: number;
  readonly text: string;
  /** Where it ends: the first cell behind it. */
  readonly end: number;
  /** The rest of the row is erased after it. */
  readonly erases: boolean;
}

/** Unchanged cells that are written again rather than jumped over. */
const mostAgain = 3;

/**
 * What differs between two rows on which every terminal agrees how wide things are (`sure`). From cell `width` on nothing differs; from
 * `eraseFrom` on there is nothing any more.
 */
export function changedRuns(before: CellRow, after: CellRow, y: number, width: number, eraseFrom: number): Run[] {
  const runs: Run[] = [];
  let open: { x: number; look: number; text: string; end: number; isBlank: boolean } | undefined;
  const close = (erases = false) => {
    if (open) runs.push({ y, x: open.x, look: open.look, text: open.text, end: open.end, erases });
    open = undefined;
  };
  const differs = (x: number) =>
    (after.texts[x] ?? ' ') !== (before.texts[x] ?? ' ') ||
    (after.looks[x] ?? plainLook) !== (before.looks[x] ?? plainLook);
  const put = (x: number) => {
    const text = after.texts[x] ?? ' ';
    const look = after.looks[x] ?? plainLook;
    if (open && open.end === x) {
      const fits = look === open.look || (text === ' ' && lookOfBlank(open.look) === look);
      // Blanks so far: they look the same in the ink of what follows.
      const adopts = !fits && open.isBlank && lookOfBlank(look) === open.look;
      if (adopts) open.look = look;
      if (fits || adopts) {
        open.text += text;
        open.end = x + 1;
        open.isBlank = open.isBlank && text === ' ';
        return;
      }
    }
    close();
    open = { x, look, text, end: x + 1, isBlank: text === ' ' };
  };
  /** Whether the cells from the end of the open run to `x` may be written again in its look. */
  const bridges = (x: number): boolean => {
    if (!open || x - open.end > mostAgain) return false;
    for (let i = open.end; i < x; i += 1) {
      const text = after.texts[i] ?? ' ';
      const look = after.looks[i] ?? plainLook;
      if (text > '~' || !(look === open.look || (text === ' ' && lookOfBlank(open.look) === look))) return false;
    }
    return true;
  };
  const last = Math.min(width, eraseFrom);
  for (let x = 0; x < last; x += 1) {
    if (!differs(x)) continue;
    if (open && open.end < x && bridges(x)) for (let i = open.end; i < x; i += 1) put(i);
    put(x);
  }
  if (eraseFrom >= width) {
    close();
    return runs;
  }
  // What is erased takes the paper of the look it is erased in.
  if (open && open.end === eraseFrom && open.look === plainLook) close(true);
  else {
    close();
    runs.push({ y, x: eraseFrom, look: plainLook, text: '', end: eraseFrom, erases: true });
  }
  return runs;
}

/** The bytes of the runs, look by look from the terminal's own on. The look is plain before and after. */
export function runsByLook(runs: readonly Run[]): string {
  const groups = new Map<number, Run[]>();
  for (const run of runs) {
    const group = groups.get(run.look);
    if (group) group.push(run);
    else groups.set(run.look, [run]);
  }
  let bytes = '';
  let look = plainLook;
  while (groups.size > 0) {
    const next = nearest(look, groups.keys());
    bytes += wayTo(look, next) + inOneLook(groups.get(next) ?? []);
    groups.delete(next);
    look = next;
  }
  return bytes + wayTo(look, plainLook);
}

function nearest(from: number, looks: Iterable<number>): number {
  let best = plainLook;
  let least = Number.POSITIVE_INFINITY;
  for (const look of looks) {
    const { length } = wayTo(from, look);
    if (length >= least) continue;
    best = look;
    least = length;
  }
  return best;
}

function inOneLook(runs: readonly Run[]): string {
  let bytes = '';
  let row = -1;
  let at = 0;
  for (const { y, x, text, end, erases } of runs) {
    if (row === y && x >= at) bytes += x === at ? '' : x - at === 1 ? '\x1b[C' : `\x1b[${x - at}C`;
    else bytes += x === 0 ? `\x1b[${y + 1}H` : `\x1b[${y + 1};${x + 1}H`;
    bytes += erases ? `${text}\x1b[K` : text;
    row = y;
    at = end;
  }
  return bytes;
}
