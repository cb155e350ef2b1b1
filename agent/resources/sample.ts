/** One reading of a container's or a network's figures: what rows are made of, and what a recording keeps. */
import type { Row } from '../../src/domain/column.ts';
import type { Table } from '../../src/domain/table.ts';
import { networkStats } from '../../src/domain/tables/network-stats.ts';
import { processStats } from '../../src/domain/tables/process-stats.ts';
import type { Workload } from '../attribution/workload.ts';

export interface ResourceSample {
  /** When it was read, CLOCK_MONOTONIC ns. */
  readonly time: number;
  readonly table: 'process_stats' | 'network_stats';
  /** Of the container. */
  readonly cgroup: string;
  /** Columns of the table, but for who and when. */
  readonly values: Readonly<Record<string, number | string | null>>;
}

/** Where samples come from: this machine, or a recording. */
export interface ResourceSamples {
  /** Nothing is read of this machine while `isWanted` says no. */
  start(onSample: (sample: ResourceSample) => void, isWanted: () => boolean): void;
  /** Captured time has reached `time`. */
  tick(time: number): void;
  stop(): void;
}

/** The row of a sample. */
export function rowOf(
  sample: ResourceSample,
  workload: Workload,
  node: string,
  wallTime: bigint,
): { readonly table: Table; readonly row: Row } {
  const { namespace, pod, container, unit } = workload;
  const common = { time_: wallTime, id: sample.cgroup, node, namespace, pod };
  if (sample.table === 'network_stats') return { table: networkStats, row: { ...common, ...sample.values } };
  const name = container ?? (pod === null ? (unit ?? lastPart(sample.cgroup)) : null);
  return { table: processStats, row: { ...common, container: name, ...sample.values, cgroup: sample.cgroup } };
}

const lastPart = (path: string): string | null => path.slice(path.lastIndexOf('/') + 1) || null;
