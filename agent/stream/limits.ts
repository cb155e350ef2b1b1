/** How much ordering may hold, and for how long. Times are captured nanoseconds. */
export interface StreamLimits {
  /** Connections followed at once, some 7 KiB each; beyond it the longest silent rest first. */
  readonly connections: number;
  /** Of more than this many those that are silent for so long rest at once. */
  readonly followedSilent: number;
  readonly restNanos: number;
  /** Connections that rest, some 120 bytes each, until they speak again; beyond it those that rest longest are forgotten. */
  readonly resting: number;
  /** Bytes one connection may hold: segments waiting for a hole to fill, and what its reader keeps. */
  readonly connectionBytes: number;
  /** Bytes all connections together may hold. */
  readonly totalBytes: number;
  /**
   * How long a segment waits for earlier ones. Reordering in flight resolves within a round trip, a retransmission
   * within the minimum timeout of 200 ms (RFC 6298 as Linux has it) plus a round trip: 400 ms covers both.
   */
  readonly reorderNanos: number;
  /** A connection silent for this long is taken for closed: its close record was lost. */
  readonly idleNanos: number;
  /** How long the bytes of a connection not yet announced are kept, and how many. */
  readonly orphanNanos: number;
  readonly orphanBytes: number;
}

export const defaultLimits: StreamLimits = {
  connections: 5_000,
  followedSilent: 500,
  restNanos: 3e9,
  resting: 150_000,
  connectionBytes: 1 << 20,
  totalBytes: 48 << 20,
  reorderNanos: 400e6,
  idleNanos: 1800e9,
  orphanNanos: 5e9,
  orphanBytes: 1 << 20,
};
