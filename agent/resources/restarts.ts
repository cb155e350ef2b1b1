/** How often a container came back: its name in a new cgroup. */
import { oldestEntryOf } from '../../src/domain/oldest-entry.ts';
import type { Container } from './containers.ts';

/** Names remembered. */
const remembered = 4096;

/** A function that tells how often the container of this name came back while it was asked. */
export function createRestarts(): (container: Container) => number {
  const known = new Map<string, { id: number; restarts: number }>();
  const oldestEntry = oldestEntryOf(known);
  return ({ id, path, workload: { pod, container } }) => {
    const name = pod === null || container === null ? path : `${pod}/${container}`;
    const before = known.get(name);
    if (before?.id === id) return before.restarts;
    const restarts = before === undefined ? 0 : before.restarts + 1;
    known.delete(name);
    known.set(name, { id, restarts });
    const oldest = known.size > remembered ? oldestEntry() : undefined;
    if (oldest) known.delete(oldest[0]);
    return restarts;
  };
}
