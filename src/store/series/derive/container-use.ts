/** What the containers of a group use together. */
import type { Fold } from '../fold.ts';
import type { KeyBook } from '../keys.ts';
import { containerLasts, containerSums, shareUnit } from '../kinds.ts';
import type { Stretch } from './derivation.ts';

export interface ContainerUse {
  /** Share of one core, mean over the time they were there. */
  readonly cpu: number | null;
  readonly throttled: number | null;
  /** Bytes, of those that are still there at the end. */
  readonly memory: number | null;
  readonly memoryShare: number | null;
  readonly restarts: number | null;
  readonly pods: ReadonlySet<string>;
  readonly namespace: string | null;
  readonly nodes: ReadonlySet<string>;
  readonly last: number;
}

export const noUse: ContainerUse = {
  cpu: null,
  throttled: null,
  memory: null,
  memoryShare: null,
  restarts: null,
  pods: new Set(),
  namespace: null,
  nodes: new Set(),
  last: 0,
};

/** One that was not read for so long is gone, ms. */
const goneMs = 10_000;

/** By group; the fold's own groups are "group\nkey". */
export function containerUse(fold: Fold, keys: KeyBook, { to, heldTo }: Stretch): ReadonlyMap<string, ContainerUse> {
  const groups = new Map<string, Mutable>();
  const alive = Math.min(to, heldTo) - goneMs;
  for (const [id, group] of fold.groups) {
    const name = id.slice(0, id.lastIndexOf('\n'));
    const [entry] = group.keys;
    const key = entry && keys.get(entry[0]);
    const [part] = group.parts;
    if (!entry || !key || !part) continue;
    let use = groups.get(name);
    if (!use) {
      use = { ...noUse, pods: new Set(), nodes: new Set(), readings: 0, containers: [] };
      groups.set(name, use);
    }
    use.pods.add(key.ends.destination);
    use.namespace ??= key.ends.destinationNamespace;
    use.nodes.add(key.subject.node);
    use.last = Math.max(use.last, group.last);
    const readings = part.sums[containerSums.readings] ?? 0;
    use.readings = Math.max(use.readings, readings);
    use.containers.push(part.sums);
    const lasts = entry[1].gauge?.lasts;
    if (!lasts) continue;
    use.restarts = (use.restarts ?? 0) + orZero(lasts[containerLasts.restarts]);
    if (group.last < alive) continue;
    use.memory = (use.memory ?? 0) + orZero(lasts[containerLasts.memory]);
    const share = lasts[containerLasts.memoryShare] ?? Number.NaN;
    if (share >= 0) use.memoryShare = Math.max(use.memoryShare ?? 0, share / shareUnit);
  }
  for (const use of groups.values()) addCpu(use);
  return groups;
}

type Mutable = { -readonly [K in keyof ContainerUse]: ContainerUse[K] } & {
  readonly pods: Set<string>;
  readonly nodes: Set<string>;
  readings: number;
  readonly containers: (readonly number[])[];
};

/** Each container's mean, weighed by how much of the time it was there. */
function addCpu(use: Mutable): void {
  for (const sums of use.containers) {
    const known = sums[containerSums.cpuReadings] ?? 0;
    if (known === 0) continue;
    const presence = (sums[containerSums.readings] ?? 0) / use.readings;
    use.cpu = (use.cpu ?? 0) + ((sums[containerSums.cpu] ?? 0) / shareUnit / known) * presence;
    const throttled = (sums[containerSums.throttled] ?? 0) / shareUnit / known;
    use.throttled = Math.max(use.throttled ?? 0, throttled);
  }
}

const orZero = (value: number | undefined) => (value !== undefined && value >= 0 ? value : 0);
