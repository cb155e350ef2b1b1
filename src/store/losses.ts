/** Loss totals brought together by reason. */
import type { Loss } from '../domain/agent-status.ts';

/**
 * One entry per reason, in order of first appearance, zeros left out. `sum` adds the totals of different counters; `highest` is for
 * two reports of the same counter, which must not count twice.
 */
export function mergeLosses(how: 'sum' | 'highest', ...lists: readonly (readonly Loss[])[]): readonly Loss[] {
  const totals = new Map<string, number>();
  for (const { reason, count } of lists.flat()) {
    const before = totals.get(reason) ?? 0;
    totals.set(reason, how === 'sum' ? before + count : Math.max(before, count));
  }
  return [...totals].filter(([, count]) => count > 0).map(([reason, count]) => ({ reason, count }));
}
