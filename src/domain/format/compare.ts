/** Order of values, for sorting by a column. */
import type { SemanticType, Value } from '../column.ts';

export type Direction = 'ascending' | 'descending';

/**
 * Negative when `a` comes before `b`. What is not known comes last, whichever the direction.
 * Text is ordered without regard to case, digits in it by their number: `pod-2` before `pod-10`.
 */
export function compareValues(
  type: SemanticType,
  a: Value | undefined,
  b: Value | undefined,
  direction: Direction = 'ascending',
): number {
  const aMissing = a === null || a === undefined || a === '' || Number.isNaN(a);
  const bMissing = b === null || b === undefined || b === '' || Number.isNaN(b);
  if (aMissing || bMissing) return aMissing === bMissing ? 0 : aMissing ? 1 : -1;
  const order = compareKnown(type, a, b);
  return direction === 'ascending' ? order : -order;
}

/** Made with the first two texts: it takes as long as all the rest of this code to load. */
let natural: Intl.Collator | undefined;

function compareKnown(type: SemanticType, a: NonNullable<Value>, b: NonNullable<Value>): number {
  if (type === 'series') return lastOf(a) - lastOf(b);
  if (typeof a === 'object') return sizeOf(a) - sizeOf(b);
  if (typeof a === 'string' && typeof b === 'string') {
    natural ??= new Intl.Collator('en', { numeric: true, sensitivity: 'base' });
    return natural.compare(a, b) || plainOrder(a, b);
  }
  return plainOrder(a, b);
}

function plainOrder<T>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** A series is ordered by its newest known value. */
function lastOf(value: NonNullable<Value>): number {
  return (value as readonly number[]).findLast((each) => !Number.isNaN(each)) ?? -1;
}

function sizeOf(value: NonNullable<Value>): number {
  return typeof value === 'object' ? value.length : 0;
}
