/** Loss totals of one agent line: each row stream counts from nothing, a person reads one rising figure. */
import type { Loss } from '../domain/agent-status.ts';

export interface LossTotals {
  /** A new stream begins. */
  nextStream(): void;
  /** Takes the totals of the current stream; returns those of the line. */
  update(losses: readonly Loss[]): readonly Loss[];
}

export function createLossTotals(): LossTotals {
  const earlier = new Map<string, number>();
  let current: readonly Loss[] = [];
  return {
    nextStream() {
      for (const { reason, count } of current) earlier.set(reason, (earlier.get(reason) ?? 0) + count);
      current = [];
    },
    update(losses) {
      current = losses;
      const sums = new Map(earlier);
      for (const { reason, count } of losses) sums.set(reason, (sums.get(reason) ?? 0) + count);
      return [...sums].map(([reason, count]) => ({ reason, count }));
    },
  };
}
