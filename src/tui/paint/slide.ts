/** Part of a row moved to the left or right, as a chart does with time: the terminal can move it itself (DCH and ICH of ECMA-48). */
import type { CellRow } from './cell-row.ts';
import { plainLook } from './look.ts';

export interface Slide {
  /** First cell of the part and the first behind it, before and after alike. */
  readonly from: number;
  readonly to: number;
  /** Cells that it moves to the left; negative = to the right. What leaves the part is gone, what comes in is blank. */
  readonly left: number;
}

/** Points of a chart are this far apart at most. */
const farthest = 4;
/** Changed cells that are looked at to tell whether a slide is worth its bytes, and how many of them it must put where they belong. */
const probes = { most: 16, least: 8, well: 0.7 };

/** Slides that may be worth their bytes: of all that changed, where most of it then stands where it belongs. */
export function slidesOf(before: CellRow, after: CellRow, columns: number): readonly Slide[] {
  let from = 0;
  let to = Math.min(columns, Math.max(before.texts.length, after.texts.length));
  while (from < to && same(before, from, after, from)) from += 1;
  while (to > from && same(before, to - 1, after, to - 1)) to -= 1;
  const probed = changedBetween(before, after, from, to);
  if (probed.length < probes.least) return [];
  const found: Slide[] = [];
  for (let by = 1; by <= farthest; by += 1) {
    for (const left of [by, -by]) {
      const moved = probed.filter((x) => same(before, x + left, after, x)).length;
      if (moved >= probed.length * probes.well) found.push({ from, to, left });
    }
  }
  return found;
}

/** Some of the cells that changed, from all of the part: no row of text is looked through at length in vain. */
function changedBetween(before: CellRow, after: CellRow, from: number, to: number): readonly number[] {
  const changed: number[] = [];
  for (let x = from; x < to; x += 1) if (!same(before, x, after, x)) changed.push(x);
  const stride = Math.max(1, Math.ceil(changed.length / probes.most));
  return changed.filter((_, at) => at % stride === 0);
}

function same(a: CellRow, x: number, b: CellRow, y: number): boolean {
  return (a.texts[x] ?? ' ') === (b.texts[y] ?? ' ') && (a.looks[x] ?? plainLook) === (b.looks[y] ?? plainLook);
}

/** What stands in the row after the slide. */
export function slid({ texts, looks, widths }: CellRow, { from, to, left }: Slide, columns: number): CellRow {
  const moved = { texts: [] as string[], looks: [] as number[], widths };
  for (let x = 0; x < columns; x += 1) {
    const source = x < from || x >= to ? x : x + left;
    const isBlank = source !== x && (source < from || source >= to);
    moved.texts.push(isBlank ? ' ' : (texts[source] ?? ' '));
    moved.looks.push(isBlank ? plainLook : (looks[source] ?? plainLook));
  }
  return moved;
}

/** The sequences that make the terminal do it. The look must be plain: new cells take the current background. */
export function slideSequence({ from, to, left }: Slide, y: number): string {
  const by = Math.abs(left);
  const remove = (x: number) => `\x1b[${y + 1};${x + 1}H\x1b[${by}P`;
  const insert = (x: number) => `\x1b[${y + 1};${x + 1}H\x1b[${by}@`;
  return left > 0 ? remove(from) + insert(to - by) : remove(to - by) + insert(from);
}
