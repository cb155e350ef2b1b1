/** Bounded state outside React: events go in, one immutable snapshot per tick comes out. */
import type { AgentEvent, LinkState } from '../domain/agent-event.ts';
import type { AgentStatus, Loss } from '../domain/agent-status.ts';
import type { Row } from '../domain/column.ts';
import type { PodFacts } from '../domain/pods/pod-facts.ts';
import type { Sketch } from '../domain/sketch/sketch.ts';

/** A row and where it came from. The object is replaced when the row is updated. */
export interface StoredRow {
  /** Unique over all agents, stable over updates. */
  readonly key: string;
  readonly agent: string;
  readonly row: Row;
}

export interface TableState {
  /** Oldest first, by the table's time column as far as rows arrived in order; at most the store's limit. */
  readonly rows: readonly StoredRow[];
  /** Rows ever received (updates not counted) and let go of to stay within the limit. */
  readonly received: number;
  readonly evicted: number;
}

export interface AgentState {
  readonly agent: string;
  readonly link: LinkState;
  /** Unix ms of the last event of any kind; undefined before the first. */
  readonly lastHeard: number | undefined;
  readonly status: AgentStatus | undefined;
  /** The status before this one, to derive rates from. */
  readonly previousStatus: AgentStatus | undefined;
  readonly losses: readonly Loss[];
  /** Per second, between the last two statuses. */
  readonly rates: Readonly<Record<string, number>>;
  /** Share of one core, 0.1 = 10 %, between the last two statuses. */
  readonly cpu: number | undefined;
  /** How far its clock is ahead of this terminal's, ms, as far as the way there lets one tell; undefined before a few statuses. */
  readonly clockAheadMs?: number | undefined;
}

/** A stretch of captured time, Unix ms; `to` is not part of it. */
export interface TimeWindow {
  readonly from: number;
  readonly to: number;
}

/** What a chart is about: whatever is set must hold. Nothing set = everything. */
export interface Scope {
  readonly namespace?: string;
  /** As in the `services` table. */
  readonly service?: string;
  /** As in the `pods` table. */
  readonly pod?: string;
  /** As in the `edges` table. */
  readonly edge?: { readonly source: string; readonly destination: string };
  /** As in the `endpoints` table. */
  readonly endpoint?: { readonly service: string; readonly method: string; readonly route: string };
}

/** What happened in one step of a timeline. */
export interface TimelinePoint {
  /** When the step begins, Unix ms. */
  readonly time: number;
  /** Requests, those left out by the budget included. */
  readonly requests: number;
  /** 5xx, reset, unanswered. */
  readonly errors: number;
  readonly clientErrors: number;
  readonly sampledOut: number;
  readonly bytes: number;
  /** Of answered requests, ns. Not to be changed. */
  readonly latency: Sketch;
}

export interface Snapshot {
  /** Rises with every publication; equal version = equal snapshot. */
  readonly version: number;
  /** Unix ms when it was taken. */
  readonly time: number;
  table(id: string): TableState;
  /** Rows of a derived table (src/domain/tables/derived) for a stretch of time, in no particular order; the same array while nothing changed. */
  derived(table: string, window: TimeWindow): readonly StoredRow[];
  /** Namespaces in which something served or ran since then (Unix ms), in alphabetical order; processes of hosts are in `host`. */
  namespaces(since: number): readonly string[];
  /** Rows of a derived table are being worked out for the first time and come with a later publication. */
  readonly isPending?: (table: string) => boolean;
  /**
   * One point for each whole step of the window, oldest first; those that are still being worked out are left out and come with a later
   * publication. Steps are whole seconds and begin at multiples of their length, so that a point stays the same while the window slides.
   */
  timeline(scope: Scope, window: TimeWindow, stepMs: number): readonly TimelinePoint[];
  /** The stretch of time of which summaries are kept (a quarter of an hour by the second, an hour by ten seconds, memory permitting), to the end of the newest complete second; undefined before the first. */
  readonly held: TimeWindow | undefined;
  /** Whose the pods are, and their labels; what becomes known later is in there, too. */
  readonly pods: PodFacts;
  readonly agents: readonly AgentState[];
  /** Over all agents and the store itself, merged by reason. */
  readonly losses: readonly Loss[];
  /** Sum of `losses`. */
  readonly lost: number;
}

export interface Store {
  apply(event: AgentEvent): void;
  /** Forgets the rows of a table. */
  clear(table: string): void;
  /** Rows of another query come from now on: the first of them replace those there are, which stand until then. */
  renew(table: string): void;
  /** None has come yet. */
  isRenewing(table: string): boolean;
  /** Summaries of this table come from now on and did not before: of the time until now nothing is known. */
  begin(table: string): void;
  /** Makes what was applied visible, if need be a little later (create-store.ts, pacing); a no-op when nothing changed. */
  publish(): void;
  readonly getSnapshot: () => Snapshot;
  /** Called after each publication that changed something. */
  readonly subscribe: (listener: () => void) => () => void;
}
