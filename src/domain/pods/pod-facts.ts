/** What is known of pods besides what their names tell: whose they are, and their labels. */
import type { HeaderList } from '../column.ts';
import { workloadOf } from '../workload.ts';

export interface PodFacts {
  /** The workload of an entity: `shop/api` of the pod `shop/api-7d9f8b5c6-x2k4l`. Told from the name where nobody said. */
  workloadOf(entity: string): string;
  /** Of a pod, or of all pods of a workload; undefined where nobody said. */
  factsOf(entity: string): Facts | undefined;
  /** Something was told of the pod of this name. */
  knows(pod: string): boolean;
  /** Of everything that is known, in no particular order; pods of one workload may have theirs together. */
  all(): Iterable<Facts>;
  /** Rises when an answer of `workloadOf` that was given is another now. */
  readonly version: number;
  /** Rises with everything that becomes known. */
  readonly changes: number;
}

export interface Facts {
  /** "Deployment/api"; null of a pod that nobody controls. */
  readonly owner: string | null;
  /** By name. */
  readonly labels: HeaderList;
}

/** Nobody said anything. */
export const namesAlone: PodFacts = {
  workloadOf,
  factsOf: () => undefined,
  knows: () => false,
  all: () => [],
  version: 0,
  changes: 0,
};

/** The value of a label, by its name in lower case. */
export function labelOf({ labels }: Facts, lowerCase: string): string | undefined {
  for (const [name, value] of labels) {
    if (name.length === lowerCase.length && name.toLowerCase() === lowerCase) return value;
  }
  return undefined;
}
