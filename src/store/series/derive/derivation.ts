/** How a derived table is worked out: which sums over the stretch of time it needs, and how they become rows. */
import type { Row } from '../../../domain/column.ts';
import type { Table } from '../../../domain/table.ts';
import type { Work } from '../../work.ts';
import type { Fold, FoldOptions, Group } from '../fold.ts';
import type { Kinds } from '../kinds.ts';

export interface Derivation {
  readonly table: Table;
  readonly folds: readonly FoldOptions[];
  /** Rows from the folds, in the order of `folds`; left off after each row. */
  rows(stretch: Stretch, ...folds: readonly Fold[]): Work<readonly Row[]>;
}

export type CreateDerivation = (kinds: Kinds) => Derivation;

/** A stretch of time and how much of it is known. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
  /** Summaries are held from here to there, Unix ms. */
  readonly heldFrom: number;
  readonly heldTo: number;
  /** Seconds of it of which anything is known, at least 1. */
  readonly seconds: number;
}

export function stretchOf(from: number, to: number, held: { readonly from: number; readonly to: number }): Stretch {
  const known = Math.min(to, held.to) - Math.max(from, held.from);
  return { from, to, heldFrom: held.from, heldTo: held.to, seconds: Math.max(1, known / 1_000) };
}

/** The stretch where nothing is known of the time before `from`. */
export function knownFrom(stretch: Stretch, from: number | undefined): Stretch {
  if (from === undefined || from <= stretch.heldFrom) return stretch;
  return stretchOf(stretch.from, stretch.to, { from, to: stretch.heldTo });
}

/** Sums per step as rates per second: NaN where nothing is known. */
export function rateSeries(fold: Fold, group: Group | undefined, stretch: Stretch): readonly number[] {
  const { stepMs } = fold;
  const sums = group ? fold.stepSums(group) : undefined;
  const end = Math.min(stretch.to, stretch.heldTo);
  const rates: number[] = [];
  for (let begins = Math.floor(stretch.from / stepMs) * stepMs; begins < stretch.to; begins += stepMs) {
    const ms = Math.min(begins + stepMs, end) - Math.max(begins, stretch.heldFrom);
    rates.push(ms <= 0 ? Number.NaN : ((sums?.[rates.length] ?? 0) * 1_000) / ms);
  }
  return rates;
}

/** The 99th percentile per step: NaN where nothing was asked. */
export function p99Series(fold: Fold, group: Group | undefined, stretch: Stretch): readonly number[] {
  if (group) return fold.stepP99(group);
  const p99: number[] = [];
  for (let begins = Math.floor(stretch.from / fold.stepMs) * fold.stepMs; begins < stretch.to; begins += fold.stepMs) {
    p99.push(Number.NaN);
  }
  return p99;
}

/** A second as a `time` column holds it. */
export const nanos = (ms: number): bigint => BigInt(ms) * 1_000_000n;
