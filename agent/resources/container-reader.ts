/** Reads one container again and again: the figures of now, and rates since the last time. */
import { type Accounts, createHierarchies, type Hierarchies, processesIn, usageV1 } from './cgroup-v1.ts';
import { usageV2 } from './cgroup-v2.ts';
import { createProcUsage } from './proc-usage.ts';
import { createFiles } from './read-file.ts';
import type { ResourceSample } from './sample.ts';
import { firstKnown, type Usage } from './usage.ts';

export interface ContainerReader {
  /**
   * What it uses at captured `time` (ns), with rates since the last call; undefined the first time, and when the cgroup is gone or empty.
   */
  read(time: number): ResourceSample['values'] | undefined;
  /** A process of it, as of the last reading; undefined while there is none. */
  readonly process: number | undefined;
}

export interface ReaderSurroundings {
  /** Where cgroup v2 is mounted. */
  readonly mount: string;
  readonly hierarchies: Hierarchies;
  readonly proc: string;
}

/** Processes of one container that are looked at. */
const maxProcesses = 512;
/** Between two looks at where the controllers account for it, ns. */
const accountsNanos = 30e9;
/** A rate over a longer time tells nothing of now, ns. */
const maxGapNanos = 10e9;

export function surroundings(mount: string): ReaderSurroundings {
  return { mount, hierarchies: createHierarchies(), proc: '/proc' };
}

/** `path` is below the cgroup v2 mount. */
export function createContainerReader(path: string, { mount, hierarchies, proc }: ReaderSurroundings): ContainerReader {
  const directory = `${mount}${path}`;
  const procUsage = createProcUsage(proc);
  let last: { readonly time: number; readonly usage: Usage } | undefined;
  const files = createFiles(directory);
  let accounts: Accounts = new Map();
  let looked = Number.NEGATIVE_INFINITY;
  let first: number | undefined;

  function usageAt(time: number, pids: readonly number[]): Usage {
    if (time - looked > accountsNanos) {
      accounts = hierarchies.accountsOf(path, pids);
      files.forget();
      looked = time;
    }
    const known = firstKnown(usageV2(files), usageV1(accounts));
    const isComplete = known.cpuNanos !== undefined && known.memory !== undefined && known.readBytes !== undefined;
    return isComplete ? known : firstKnown(known, procUsage.of(pids));
  }

  return {
    read(time) {
      const pids = processesIn(directory, maxProcesses);
      first = pids[0];
      if (first === undefined) {
        last = undefined;
        return undefined;
      }
      const usage = usageAt(time, pids);
      const before = last;
      last = { time, usage };
      if (before === undefined || time - before.time > maxGapNanos || time <= before.time) return undefined;
      return valuesOf(usage, before.usage, time - before.time);
    },
    get process() {
      return first;
    },
  };
}

function valuesOf(now: Usage, before: Usage, nanos: number): ResourceSample['values'] {
  const rise = (name: 'cpuNanos' | 'throttledNanos' | 'readBytes' | 'writeBytes' | 'majorFaults'): number | null => {
    const value = now[name];
    const earlier = before[name];
    return value === undefined || earlier === undefined ? null : Math.max(0, value - earlier) / nanos;
  };
  const perSecond = (share: number | null): number | null => (share === null ? null : share * 1e9);
  const throttled = rise('throttledNanos');
  const { memory = 0, memoryLimit } = now;
  return {
    cpu: rise('cpuNanos'),
    cpu_limit: now.cpuLimit ?? null,
    // Summed over processors, so it may be more than all of the time.
    throttled: throttled === null ? null : Math.min(1, throttled),
    memory,
    memory_limit: memoryLimit ?? null,
    memory_share: memoryLimit ? memory / memoryLimit : null,
    rss_bytes: now.anonymous ?? null,
    oom_kills: now.oomKills ?? 0,
    num_threads: now.threads ?? null,
    read_bytes: perSecond(rise('readBytes')),
    write_bytes: perSecond(rise('writeBytes')),
    major_faults: perSecond(rise('majorFaults')),
  };
}
