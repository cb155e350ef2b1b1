/** Derived tables for stretches of time: worked out once per publication, kept while they slide. */
import type { Row } from '../../domain/column.ts';
import type { StoredRow, TimeWindow } from '../store.ts';
import { finish, type Work, type WorkQueue } from '../work.ts';
import { type Derivation, stretchOf } from './derive/derivation.ts';
import { deriveEdges } from './derive/edges.ts';
import { deriveEndpoints } from './derive/endpoints.ts';
import { deriveNamespaces, derivePods, deriveServices } from './derive/entities.ts';
import { deriveFlows } from './derive/flows.ts';
import { createFold, type Fold } from './fold.ts';
import { blockMs, secondMs } from './history.ts';
import type { Kinds } from './kinds.ts';

export interface DerivedTables {
  /**
   * The same array while nothing changed. `version` tells publications apart. With a queue, what takes long is done there: until then
   * there are no rows, or those of a moment ago.
   */
  rows(table: string, window: TimeWindow, held: TimeWindow, version: number): readonly StoredRow[];
  /** Rows of a table are on their way and there are none yet. */
  isPending(table: string): boolean;
  /** Works the rows that the publication `version` was asked for out for the next one, in which `held` ends later. */
  prepare(before: TimeWindow, held: TimeWindow, version: number): void;
  /** How connections stand has changed without a word. */
  touch(): void;
  /** Keys or names are others now. Not while the queue is busy. */
  reset(): void;
}

/** Cells of a series on a screen. */
const seriesSteps = 24;
/** Stretches of time of one table that are kept at once: those of the views on the stack. */
const mostKept = 4;
/** Publications, a second apart or less, after which a stretch that nobody asks for is let go of. */
const mostIdle = 30;
/** Cells that are read at once where there is a queue: a few milliseconds. */
const mostAtOnce = 2_000;

interface Kept {
  readonly folds: readonly Fold[];
  readonly stepMs: number;
  readonly spanMs: number;
  window: TimeWindow;
  held: TimeWindow;
  version: number;
  touched: number;
  rows: readonly StoredRow[];
  /** Where the work that is under way will end. */
  underWay: TimeWindow | undefined;
}

const noRows: readonly StoredRow[] = [];

export function createDerivedTables(kinds: Kinds, queue: WorkQueue | undefined): DerivedTables {
  const derivations = new Map<string, Derivation>(
    [derivePods, deriveServices, deriveNamespaces, deriveEndpoints, deriveEdges, deriveFlows]
      .map((derive) => derive(kinds))
      .map((derivation) => [derivation.table.id, derivation]),
  );
  const kept = new Map<string, Kept[]>();
  let touched = 0;

  /** What is kept of this very stretch, else of the nearest one before it that can slide there. */
  const find = (list: readonly Kept[], window: TimeWindow, stepMs: number, version: number): Kept | undefined => {
    const spanMs = window.to - window.from;
    const alike = list.filter((each) => each.stepMs === stepMs && each.spanMs === spanMs);
    return (
      alike.find((each) => sameWindow(each.window, window) && (each.version >= 0 || each.underWay)) ??
      alike.find((each) => each.underWay && sameWindow(each.underWay, window)) ??
      alike
        .filter((each) => !each.underWay && each.version < version)
        .filter((each) => each.window.to <= window.to && each.window.to > window.from)
        .toSorted((a, b) => b.window.to - a.window.to)[0]
    );
  };
  const isCheap = ({ folds, rows }: Kept, { from, to }: TimeWindow) =>
    folds.reduce((sum, fold) => sum + fold.cost(from, to), rows.length) <= mostAtOnce;
  /** Leaves to the queue what takes long; false = it is for the caller to do. */
  const leave = (...work: Parameters<typeof move>): boolean => {
    const [, moved, window] = work;
    if (!queue || isCheap(moved, window)) return false;
    moved.underWay = window;
    queue.add(move(...work));
    return true;
  };
  /** Moves there and works the rows out, as part of a publication. */
  function* move(
    derivation: Derivation,
    moved: Kept,
    window: TimeWindow,
    held: TimeWindow,
    version: number,
  ): Work<void> {
    const isFirst = moved.version === -1;
    const touchedNow = touched;
    let changed =
      isFirst || moved.touched !== touched || !sameWindow(moved.window, window) || !sameWindow(moved.held, held);
    for (const fold of moved.folds) if (yield* fold.syncing(window.from, window.to)) changed = true;
    const rows = changed
      ? stored(derivation, yield* derivation.rows(stretchOf(window.from, window.to, held), ...moved.folds))
      : moved.rows;
    // At once: until here it was what it was before.
    Object.assign(moved, { window, held, version, touched: touchedNow, rows, underWay: undefined });
  }

  return {
    rows(table, window, held, version) {
      const derivation = derivations.get(table);
      if (!derivation || !(window.to > window.from)) return noRows;
      const list = kept.get(table) ?? [];
      kept.set(table, list);
      const isCoarse = derivation.folds.some(
        ({ history }) => window.from < history.fineFrom && history.fineFrom > held.from,
      );
      const stepMs = stepOf(window, isCoarse);
      let found = find(list, window, stepMs, version);
      if (!found) {
        const spanMs = window.to - window.from;
        const folds = derivation.folds.map((options) => createFold(options, stepMs, spanMs));
        found = { folds, stepMs, spanMs, window, held, version: -1, touched, rows: noRows, underWay: undefined };
        makeRoom(list, version);
        list.push(found);
      }
      if (found.underWay || (found.version === version && sameWindow(found.window, window))) return found.rows;
      // The rows come with the next publication.
      if (!leave(derivation, found, window, held, version + 1)) finish(move(derivation, found, window, held, version));
      return found.rows;
    },
    isPending: (table) =>
      (kept.get(table) ?? []).some(({ underWay, version }) => underWay !== undefined && version === -1),
    prepare(before, held, version) {
      for (const [table, list] of kept) {
        forgetUnused(list, version);
        const derivation = derivations.get(table);
        for (const each of list) {
          // What ends before now is shown as it was.
          if (!derivation || each.underWay || each.version !== version || each.window.to !== before.to) continue;
          const window = { from: held.to - each.spanMs, to: held.to };
          leave(derivation, each, window, held, version + 1);
        }
      }
    },
    touch: () => {
      touched += 1;
    },
    reset: () => kept.clear(),
  };
}

function stepOf({ from, to }: TimeWindow, isCoarse: boolean): number {
  const grain = isCoarse ? blockMs : secondMs;
  return Math.max(1, Math.ceil((to - from) / seriesSteps / grain)) * grain;
}

const sameWindow = (a: TimeWindow, b: TimeWindow) => a.from === b.from && a.to === b.to;

/** Lets go of what nobody has asked for in a while: the folds of a screen that was left hold a group for each pod. */
function forgetUnused(list: Kept[], version: number): void {
  for (let at = list.length - 1; at >= 0; at -= 1) {
    const { underWay, version: asked = version } = list[at] ?? {};
    if (!underWay && version - asked > mostIdle) list.splice(at, 1);
  }
}

/** Lets go of the stretches asked for longest ago; what this publication was asked for stays, lest it be worked out for ever. */
function makeRoom(list: Kept[], version: number): void {
  while (list.length >= mostKept) {
    const idle = list.filter((each) => !each.underWay && each.version < version);
    if (idle.length === 0) return;
    const oldest = idle.reduce((least, each) => (each.version < least.version ? each : least));
    list.splice(list.indexOf(oldest), 1);
  }
}

function stored({ table }: Derivation, rows: readonly Row[]): readonly StoredRow[] {
  return rows.map((row) => ({ key: String(row[table.key]), agent: '', row }));
}
