/** Derived tables for stretches of time: worked out once per publication, kept while they slide. */
import type { Row } from '../../domain/column.ts';
import type { StoredRow, TimeWindow } from '../store.ts';
import { type Derivation, stretchOf } from './derive/derivation.ts';
import { deriveEdges } from './derive/edges.ts';
import { deriveEndpoints } from './derive/endpoints.ts';
import { deriveNamespaces, derivePods, deriveServices } from './derive/entities.ts';
import { deriveFlows } from './derive/flows.ts';
import { createFold, type Fold } from './fold.ts';
import { blockMs, secondMs } from './history.ts';
import type { Kinds } from './kinds.ts';

export interface DerivedTables {
  /** The same array while nothing changed. `version` tells publications apart. */
  rows(table: string, window: TimeWindow, held: TimeWindow, version: number): readonly StoredRow[];
  /** How connections stand has changed without a word. */
  touch(): void;
  /** Keys or names are others now. */
  reset(): void;
}

/** Cells of a series on a screen. */
const seriesSteps = 24;
/** Stretches of time of one table that are kept at once: those of the views on the stack. */
const mostKept = 4;

interface Kept {
  readonly folds: readonly Fold[];
  readonly stepMs: number;
  readonly spanMs: number;
  window: TimeWindow;
  held: TimeWindow;
  version: number;
  touched: number;
  rows: readonly StoredRow[];
}

const noRows: readonly StoredRow[] = [];

export function createDerivedTables(kinds: Kinds): DerivedTables {
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
      alike.find((each) => each.window.from === window.from && each.window.to === window.to) ??
      alike
        .filter((each) => each.version < version && each.window.to <= window.to && each.window.to > window.from)
        .toSorted((a, b) => b.window.to - a.window.to)[0]
    );
  };

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
        found = { folds, stepMs, spanMs, window, held, version: -1, touched, rows: noRows };
        list.push(found);
        if (list.length > mostKept) list.splice(list.indexOf(oldest(list)), 1);
      }
      if (found.version === version && sameWindow(found.window, window)) return found.rows;
      const isFirst = found.version === -1;
      let changed =
        isFirst || found.touched !== touched || !sameWindow(found.window, window) || !sameWindow(found.held, held);
      for (const fold of found.folds) if (fold.sync(window.from, window.to)) changed = true;
      found.window = window;
      found.held = held;
      found.version = version;
      found.touched = touched;
      if (changed) {
        const stretch = stretchOf(window.from, window.to, held);
        found.rows = stored(derivation, derivation.rows(stretch, ...found.folds));
      }
      return found.rows;
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

function oldest(list: readonly Kept[]): Kept {
  return list.reduce((least, each) => (each.version < least.version ? each : least));
}

function stored({ table }: Derivation, rows: readonly Row[]): readonly StoredRow[] {
  return rows.map((row) => ({ key: String(row[table.key]), agent: '', row }));
}
