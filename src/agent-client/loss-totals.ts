/** Loss totals of one agent line: each row stream counts from nothing, a person reads one rising figure. */
import type { Loss } from '../domain/agent-status.ts';

export interface LossTotals {
  /** A new stream of this table begins. */
  nextStream(table: string): void;
  /** Takes the totals of the table's current stream; returns those of the line, over all tables. */
  update(table: string, losses: readonly Loss[]): readonly Loss[];
}

export function createLossTotals(): LossTotals {
  /** Of streams that are over. */
  const earlier = new Map<string, number>();
  const current = new Map<string, readonly Loss[]>();
  const add = (sums: Map<string, number>, losses: readonly Loss[]) => {
    for (const { reason, count } of losses) sums.set(reason, (sums.get(reason) ?? 0) + count);
  };
  return {
    nextStream(table) {
      add(earlier, current.get(table) ?? []);
      current.delete(table);
    },
    update(table, losses) {
      current.set(table, losses);
      const sums = new Map(earlier);
      for (const each of current.values()) add(sums, each);
      return [...sums].map(([reason, count]) => ({ reason, count }));
    },
  };
}
