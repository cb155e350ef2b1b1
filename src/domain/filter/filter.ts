/** The filter language as the rest of the product sees it. Grammar: docs/filter.md. */
import type { Row } from '../column.ts';
import type { PodFacts } from '../pods/pod-facts.ts';
import type { Table } from '../table.ts';

/** A compiled filter over rows of one table. */
export interface Filter {
  /** The text as typed. */
  readonly text: string;
  /** The filter looks at payload columns (headers, bodies): only the agent can answer it. */
  readonly needsPayload: boolean;
  /** The filter looks at workloads, owners or labels: whether a row passes may change when more becomes known of a pod. */
  readonly asksPods: boolean;
  /** Whether a row passes. Never throws. */
  matches(row: Row): boolean;
  /** Whether a row may pass as far as can be told without its payload. The same as `matches` where no payload is asked for. */
  mayMatch(row: Row): boolean;
  /**
   * Whether a row may pass for a reader who knows names that the row has not, and more of pods: where one of its ends is no pod, what is asked of names is
   * left to that reader, and what is asked of owners and labels of pods that are not known here, too. Under an `or` with something that only a payload answers it is `matches`: there the reader could not tell.
   */
  mayMatchNamed(row: Row): boolean;
}

/** What is wrong with a filter, pointing at the word. */
export interface FilterError {
  /** Index of the first character at fault, and how many are. */
  readonly at: number;
  readonly length: number;
  /** One sentence, with a suggestion where there is one. */
  readonly reason: string;
}

export type FilterResult =
  | { readonly ok: true; readonly filter: Filter }
  | { readonly ok: false; readonly error: FilterError };

/** Compiles filter text against a table. Empty text matches every row. `pods`: what is known of them, now and later; by default their names. */
export type ParseFilter = (table: Table, text: string, pods?: PodFacts) => FilterResult;
