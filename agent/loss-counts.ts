/** Losses of the agent's own making, by reason. */
import type { Loss } from '../src/domain/agent-status.ts';

export interface LossCounts {
  add(reason: string, count: number): void;
  list(): Loss[];
}

export function createLossCounts(): LossCounts {
  const counts = new Map<string, number>();
  return {
    add: (reason, count) => void counts.set(reason, (counts.get(reason) ?? 0) + count),
    list: () => Array.from(counts, ([reason, count]) => ({ reason, count })),
  };
}
