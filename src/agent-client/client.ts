/** The terminal's line to its agents: keeps streams alive, turns wire messages into domain events. */
import type { AgentEvent } from '../domain/agent-event.ts';
import type { CaptureLevel } from '../domain/agent-status.ts';
import type { Row } from '../domain/column.ts';
import type { AgentAccess } from './access-token.ts';

/** An agent as it is dialled. */
export interface AgentEndpoint {
  /** The name the terminal knows it by, stable over restarts: its address, or its node. */
  readonly agent: string;
  /** `unix:/path` or `host:port`. */
  readonly address: string;
  /** What it wants to be shown; none where whoever reaches it may look. */
  readonly access?: AgentAccess | undefined;
  /** Whoever reads its rows gives names to ends that it does not know (RowQuery.filter then lets more pass, and is to be asked again). */
  readonly isNamedHere?: boolean | undefined;
}

/** An agent that is named by where it listens. */
export const endpointAt = (address: string): AgentEndpoint => ({ agent: address, address });

/** So many agents may be asked for everything at once; of more, only what a screen is about, and what changes all the time less often. */
export const fewAgents = 16;

/** Which rows of a table the agents shall send. */
export interface RowQuery {
  readonly table: string;
  /** Filter text, evaluated at the agents; '' = all. */
  readonly filter: string;
  /** Payload columns too. */
  readonly payload: boolean;
  /** Newest kept rows to send first. */
  readonly backlog: number;
  /** Per agent; 0 = no limit. */
  readonly maxRowsPerSecond: number;
  /** End after the backlog. */
  readonly once: boolean;
  /** Where there are more than `fewAgents`, a row that was told is told again after so long at the earliest, ms; otherwise, and by default, whenever it changes. */
  readonly paceMs?: number | undefined;
  /** Agents that are asked; undefined = all. */
  readonly agents?: ReadonlySet<string> | undefined;
}

export interface LeaseRequest {
  readonly level: CaptureLevel;
  /** Pods ("namespace/pod") or cgroup paths; empty = everything. */
  readonly scopes: readonly string[];
  /** Bytes per message; 0 = the level's default. */
  readonly messageCap: number;
}

/** One of several leases of this terminal; the name tells them apart. */
export interface NamedLease extends LeaseRequest {
  readonly name: string;
}

export interface AgentClientOptions {
  /** Those that are there at first. */
  readonly agents: readonly AgentEndpoint[];
  readonly onEvent: (event: AgentEvent) => void;
  /** Which rows at first, one query a table; none = status only. */
  readonly queries: readonly RowQuery[];
  readonly leases: readonly NamedLease[];
  /** Of each table, kept rows that all agents together send first at most, each its share; default: as many as each query says of each. */
  readonly mostBacklog?: number;
  /** Where there are more than `fewAgents`, the share of this thread's time that one of them may take, whatever it sends; default: all of it. */
  readonly mostShare?: number;
  /** For tests; the defaults are those of `timings`. */
  readonly timings?: Partial<Timings>;
}

/** How patient the line is, all in milliseconds. */
export interface Timings {
  /** From dialling to the channel being up. */
  readonly connect: number;
  /** Without any message (an agent sends its status each second) the line counts as lost. */
  readonly silence: number;
  readonly retryFirst: number;
  readonly retryMost: number;
  readonly leaseTtl: number;
  /** For a unary call. */
  readonly call: number;
  /** `close` resolves within this. */
  readonly close: number;
}

export const defaultTimings: Timings = {
  connect: 3_000,
  silence: 5_000,
  retryFirst: 250,
  retryMost: 5_000,
  leaseTtl: 15_000,
  call: 5_000,
  close: 900,
};

export interface AgentClient {
  /**
   * These are the agents from now on: new ones are dialled, those that are no longer among them are let go of (event `gone`), the
   * lines to the others go on unless their address or access changed.
   */
  setAgents(agents: readonly AgentEndpoint[]): void;
  /** Does not wait out the back-off: there is reason to believe that the agent answers now. */
  retry(agent: string): void;
  /**
   * Wants these rows from now on, one query a table: the stream of a query that was wanted before goes on, a changed one begins
   * anew, the others end. Rows of an earlier query that are still in flight are dropped.
   */
  setQueries(queries: readonly RowQuery[]): void;
  /** Holds these leases from now on, renewed until `close`; those of other names are released. */
  setLeases(leases: readonly NamedLease[]): void;
  /** Stops reading rows: the agents then count what they drop as `slow-reader`. Leases go on. */
  pause(): void;
  /** Reads again. */
  resume(): void;
  /** One row with its payload columns. Rejects with AppError `row-gone` when the agent has let go of it. */
  fetchRow(agent: string, table: string, id: string): Promise<Row>;
  /** Releases leases, ends streams. Resolves within a second whatever the agents do. */
  close(): Promise<void>;
}
