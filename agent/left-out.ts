/** Messages that budgets left out, told to the summaries as exchanges of the cgroup: a question and its answer each. */
import type { CgroupNames } from './capture/source.ts';

export interface LeftOut {
  messages(cgroupId: number, count: number, time: number): void;
}

export function createLeftOut(
  cgroups: CgroupNames,
  tell: (cgroupPath: string, exchanges: number, time: number) => void,
): LeftOut {
  /** Half an exchange each, at most. */
  const odd = new Set<number>();
  return {
    messages(cgroupId, count, time) {
      const path = cgroups.pathOf(cgroupId);
      const all = count + (odd.delete(cgroupId) ? 1 : 0);
      if (all % 2 === 1) odd.add(cgroupId);
      if (path !== undefined && all >= 2) tell(path, Math.floor(all / 2), time);
    },
  };
}
