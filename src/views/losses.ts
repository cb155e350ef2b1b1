/** What counts as lost in the one figure on the screen. */
import type { Loss } from '../domain/agent-status.ts';

/** Old rows making room for new ones is how a bounded memory works, not a hole in what is shown; `:agents` lists it all the same. */
const retention = new Set(['store-evicted', 'ring-evicted']);
/** Rows beyond what this terminal asks for a second: told apart, because narrowing the filter brings them back. */
const limit = 'row-limit';

/** Everything that should have been seen and was not. */
export function lostOf(losses: readonly Loss[]): number {
  return losses.reduce((sum, { reason, count }) => sum + (retention.has(reason) || reason === limit ? 0 : count), 0);
}

/** Rows that were left out to stay within the rows a second that a terminal takes. */
export function leftOutOf(losses: readonly Loss[]): number {
  return losses.find(({ reason }) => reason === limit)?.count ?? 0;
}
