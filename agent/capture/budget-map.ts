/** Budgets of cgroups in the kernel, and what came of them. */
import { budget as budgetLayout, budgetUse as useLayout } from './layout.gen.ts';
import type { MapWriter } from './policy-map.ts';
import type { Budget, BudgetUse } from './source.ts';

/** The part of the native addon used here, for one loaded object. */
export interface BudgetMaps extends MapWriter {
  lookup(map: string, key: Uint8Array): Uint8Array | undefined;
  keys(map: string): Uint8Array[];
}

export interface BudgetMap {
  /** Replaces every budget. */
  set(budgets: readonly Budget[]): void;
  use(): readonly BudgetUse[];
}

export function createBudgetMap(maps: BudgetMaps): BudgetMap {
  let current = new Map<number, Budget>();

  return {
    set(budgets) {
      // Where there is one for all the others, no limit is something to be told too.
      const hasDefault = budgets.some((budget) => budget.cgroupId === 0 && isLimit(budget));
      const told = hasDefault ? budgets : budgets.filter(isLimit);
      const wanted = new Map(told.map((budget) => [budget.cgroupId, budget]));
      for (const [id, budget] of wanted) {
        const before = current.get(id);
        if (before && isSame(before, budget)) continue;
        maps.update('budgets', encodeId(id), encodeBudget(budget));
      }
      for (const id of current.keys()) if (!wanted.has(id)) maps.remove('budgets', encodeId(id));
      current = wanted;
    },
    use() {
      const uses: BudgetUse[] = [];
      for (const key of maps.keys('budget_uses')) {
        const value = maps.lookup('budget_uses', key);
        if (value) uses.push(readUse(key, value));
      }
      return uses;
    },
  };
}

const isLimit = ({ segmentsPerSecond, bytesPerSecond }: Budget): boolean => segmentsPerSecond > 0 || bytesPerSecond > 0;

const isSame = (a: Budget, b: Budget): boolean =>
  a.segmentsPerSecond === b.segmentsPerSecond && a.bytesPerSecond === b.bytesPerSecond;

function encodeId(id: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(id), true);
  return bytes;
}

/** The programs know the price of a piece, in time: no window of a second, so that what is left over is spread evenly. */
function encodeBudget({ segmentsPerSecond, bytesPerSecond }: Budget): Uint8Array {
  const bytes = new Uint8Array(budgetLayout.size);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(budgetLayout.nsPerSegment, priceOf(segmentsPerSecond), true);
  view.setBigUint64(budgetLayout.nsPerKib, priceOf(bytesPerSecond / 1024), true);
  return bytes;
}

/** ns; 0 = free. An hour for one piece is as good as never, and far from overflow. */
function priceOf(perSecond: number): bigint {
  if (!(perSecond > 0)) return 0n;
  return BigInt(Math.round(Math.min(Math.max(1e9 / perSecond, 1), 3600e9)));
}

function readUse(key: Uint8Array, value: Uint8Array): BudgetUse {
  const view = new DataView(value.buffer, value.byteOffset, value.byteLength);
  const read = (at: number): number => Number(view.getBigUint64(at, true));
  return {
    cgroupId: Number(new DataView(key.buffer, key.byteOffset, key.byteLength).getBigUint64(0, true)),
    segments: read(useLayout.segments),
    bytes: read(useLayout.bytes),
    sampledMessages: read(useLayout.sampledMessages),
    sampledBytes: read(useLayout.sampledBytes),
  };
}
