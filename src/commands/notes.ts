/** Lines for a person on stderr, beside the data on stdout. */
import type { Loss } from '../domain/agent-status.ts';
import { formatCount } from '../domain/format/index.ts';
import { sanitizeLine } from '../domain/sanitize.ts';

export interface Notes {
  /** What is going on; silenced by --quiet. */
  readonly progress: (line: string) => void;
  /** What is not as it should be; never silenced. */
  readonly warn: (line: string) => void;
}

export function createNotes(quiet: boolean): Notes {
  const warn = (line: string) => void process.stderr.write(`kelpie: ${sanitizeLine(line)}\n`);
  return { progress: quiet ? () => undefined : warn, warn };
}

/** "slow-reader 12, ring-full 3" */
export function describeLosses(losses: readonly Loss[]): string {
  return losses.map(({ reason, count }) => `${reason} ${formatCount(count)}`).join(', ');
}
