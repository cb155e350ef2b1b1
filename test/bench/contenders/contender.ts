/** What every tool under comparison must do: start, capture the pod's traffic to a sink, stop, and let the sink be read back. */
import type { Group } from '../lab/cgroup.ts';
import type { Lab } from '../lab/lab.ts';
import type { Scope } from '../scope.ts';
import type { Sightings } from '../sequence.ts';

export interface Contender {
  /** What --contender takes. */
  readonly name: string;
  /** How the table calls it. */
  readonly title: string;
  /** False where it is not meant to see anything (nothing attached, nothing watched). */
  readonly captures: boolean;
  /** How long a packet may lie in its capture buffer before it reads it, ms (libpcap's read timeout). */
  readonly lagMs?: number;
  /** It tells of connections and not of what is said on them: only where each request has its own can it be compared. */
  readonly perConnection?: boolean;
  /** Why it cannot run here, or undefined. */
  missing(): string | undefined;
  /** Resolves once it captures. Everything it starts whose cost is its own runs in `place.group`. */
  start(place: Place): Promise<Running>;
}

export interface Place {
  readonly lab: Lab;
  /** CPU and memory in here are the contender's. */
  readonly group: Group;
  /** Helpers that only read what the contender hands out, e.g. a terminal's stand-in. */
  readonly bystanders: Group;
  /** Folder of its own. */
  readonly folder: string;
  readonly scope: Scope;
}

export interface Running {
  /** Exchanges read from its sink so far, where that can be known while it runs. */
  readonly seen?: () => number;
  /** Stops it and reads the sink back. */
  finish(): Promise<Harvest>;
}

export interface Harvest {
  readonly sightings: Pick<Sightings, 'compare'> | undefined;
  /** Losses that the tool itself reports, by its own reason. */
  readonly losses: Readonly<Record<string, number>>;
  /** Further figures, for the JSON result. */
  readonly notes: Readonly<Record<string, number>>;
}

export const nothingSeen: Harvest = { sightings: undefined, losses: {}, notes: {} };
