/** Samples as rows of process_stats and network_stats. */
import type { Row } from '../../src/domain/column.ts';
import type { Table } from '../../src/domain/table.ts';
import type { WorkloadResolver } from '../attribution/workload.ts';
import { workloadOf } from '../attribution/workloads.ts';
import { type ResourceSamples, rowOf } from './sample.ts';

export interface ResourceRowsOptions {
  readonly samples: ResourceSamples;
  readonly resolvers: readonly WorkloadResolver[];
  readonly node: string;
  /** Unix ns of a captured time. */
  wallTime(time: number): bigint;
  put(table: Table, row: Row): void;
  /** Whether somebody would see them: otherwise nothing is read. */
  isWanted(): boolean;
}

export interface ResourceRows {
  tick(time: number): void;
  stop(): void;
}

/** Starts sampling. A row takes the place of the one before of the same container. */
export function startResourceRows(options: ResourceRowsOptions): ResourceRows {
  const { samples, resolvers, node } = options;
  samples.start((sample) => {
    const { table, row } = rowOf(sample, workloadOf(sample.cgroup, resolvers), node, options.wallTime(sample.time));
    options.put(table, row);
  }, options.isWanted);
  return { tick: samples.tick, stop: samples.stop };
}
