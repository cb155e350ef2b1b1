/** What the server serves, free of wire types. */
import type { AgentStatus, CaptureLevel } from '../../src/domain/agent-status.ts';
import type { ParseFilter } from '../../src/domain/filter/filter.ts';
import type { Rows } from '../rows/rows.ts';
import type { SharedOf } from './column-cells.ts';

/** A client's wish to have something captured. */
export interface LeaseOrder {
  readonly client: string;
  readonly level: CaptureLevel;
  /** "namespace/pod" or cgroup paths; empty = everything. */
  readonly scopes: readonly string[];
  /** 0 releases the lease. */
  readonly ttlMs: number;
  /** Bytes of each message; 0 = the level's default. */
  readonly messageCap: number;
}

export interface AgentApi {
  readonly node: string;
  readonly rows: Rows;
  /** What rows have in common, so that it is encoded once. */
  readonly sharedOf?: SharedOf;
  readonly parseFilter: ParseFilter;
  status(): AgentStatus;
  /**
   * Returns when the lease ends unless renewed, Unix ns.
   *
   * @throws AppError `usage` for an order that makes no sense
   */
  renewLease(order: LeaseOrder): bigint;
}
