/** What lists of anything that serves have in common: rate, errors, latency, and the keys that sort by them. */

import type { SortKey } from './list-spec.ts';
import type { SortBy } from './row-order.ts';

/** The busiest first. */
export const byRate: SortBy = { column: 'rate', direction: 'descending' };

/** `!`: whatever failed at all. */
export const goldenFailures = { filter: 'errors>0%', title: 'with errors' };

/** What marks a row. */
export const goldenSeverity: readonly string[] = ['errors', 'p99'];

/** E hides the header everywhere, so that errors are sorted by F, "failed". */
export const goldenSorts: readonly SortKey[] = [
  { letter: 'r', column: 'rate', title: 'rate', first: 'descending' },
  { letter: 'f', column: 'errors', title: 'failed share', first: 'descending' },
  { letter: 'l', column: 'p99', title: '99th percentile', first: 'descending' },
  { letter: 'm', column: 'p50', title: 'median latency', first: 'descending' },
  { letter: 'b', column: 'out_bytes', title: 'bytes sent', first: 'descending' },
  { letter: 't', column: 'time_', title: 'last heard of', first: 'descending' },
];

/** Of what uses a processor and memory. */
export const resourceSorts: readonly SortKey[] = [
  { letter: 'c', column: 'cpu', title: 'CPU', first: 'descending' },
  { letter: 's', column: 'memory', title: 'memory', first: 'descending' },
];

export function byName(column: string): SortKey {
  return { letter: 'n', column, title: 'name', first: 'ascending' };
}
