/** How much is remembered of flows. */
export interface FlowLimits {
  /** Connections with a row of their own; beyond it the longest silent go first. */
  readonly connections: number;
  /** Of them those kept at hand, some 800 bytes each; the others are quiet (quiet-connections.ts). */
  readonly atHand: number;
  /** Rows of `conn_stats`; beyond it the longest silent go first. */
  readonly sums: number;
  /** A sum without open connections that was silent for so long is forgotten, ns: were it heard of again, its totals begin anew. */
  readonly sumIdleNanos: number;
  /** UDP sockets of a sum that was silent for so long are taken for closed, ns: nobody need say that they are. */
  readonly udpIdleNanos: number;
  /** A row is told anew at most this often, ns of captured time. */
  readonly paceNanos: number;
  /** How long a connection that ended stays known, ns, and how many do: records of it may still come. */
  readonly lingerNanos: number;
  readonly ended: number;
}

export const defaultFlowLimits: FlowLimits = {
  connections: 150_000,
  atHand: 4096,
  sums: 16_384,
  sumIdleNanos: 3600e9,
  udpIdleNanos: 60e9,
  paceNanos: 1e9,
  lingerNanos: 5e9,
  ended: 8192,
};
