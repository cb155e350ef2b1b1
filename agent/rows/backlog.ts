/** The newest kept rows that pass a filter, looked for in slices so that a filter over bodies never holds up capture. */
import type { Row } from '../../src/domain/column.ts';
import type { Filter } from '../../src/domain/filter/filter.ts';
import type { PlaceOf } from './place.ts';

export interface Backlog {
  /** Still looking. */
  readonly searching: boolean;
  /** Found rows not yet taken; 0 while searching. */
  readonly waiting: number;
  /** The next rows, oldest first. */
  take(rows: number): readonly Row[];
  cancel(): void;
}

/** How long one slice may block, ms. */
const sliceMs = 5;
/** Rows looked at between two looks at the clock. */
const stride = 64;

export interface BacklogOptions {
  /** Oldest first. The ring may let go of them meanwhile. */
  readonly kept: readonly Row[];
  readonly filter: Pick<Filter, 'matches' | 'needsPayload'>;
  readonly count: number;
  readonly placeOf: PlaceOf | undefined;
  /** Called when the search ends, unless it ends before this returns. */
  readonly onFound: () => void;
}

export function createBacklog({ kept, filter, count, placeOf, onFound }: BacklogOptions): Backlog {
  const isThere = (row: Row): boolean => !placeOf?.(row)?.isGone;
  let found: Row[] = [];
  let at = kept.length - 1;
  let taken = 0;
  let searching = true;
  let timer: NodeJS.Immediate | undefined;

  function search(): void {
    const until = performance.now() + sliceMs;
    for (let looked = 1; at >= 0 && found.length < count; at--, looked++) {
      const row = kept[at];
      if (row && isThere(row) && filter.matches(row)) found.push(row);
      if (looked % stride === 0 && performance.now() > until) {
        at -= 1;
        timer = setImmediate(() => {
          search();
          if (!searching) onFound();
        });
        return;
      }
    }
    found.reverse();
    searching = false;
  }
  search();

  return {
    get searching() {
      return searching;
    },
    get waiting() {
      return searching ? 0 : found.length - taken;
    },
    take(rows) {
      const slice = found.slice(taken, taken + rows);
      taken += slice.length;
      if (taken >= found.length) {
        found = [];
        taken = 0;
      }
      return slice.filter(isThere);
    },
    cancel() {
      clearImmediate(timer);
      searching = false;
      found = [];
      taken = 0;
    },
  };
}
