/** What the agents are asked for: what the person typed, and everything else that narrows the list, in the filter language. */
import { formatTimestamp } from '../../domain/format/index.ts';
import type { Table } from '../../domain/table.ts';
import type { TimeWindow } from '../../store/store.ts';
import { namespaceTerm } from './namespaces.ts';

export interface Question {
  /** As typed. */
  readonly filter: string;
  readonly failuresOnly: boolean;
  /** What the list is about. */
  readonly base?: string;
  /** Empty = all. */
  readonly namespaces: ReadonlySet<string>;
  /** undefined = whatever comes; from 0 = whatever there is up to then. */
  readonly window: TimeWindow | undefined;
  readonly rowsStand: boolean;
}

/** One filter for a table: only rows that the list would show travel, so that a row limit is not spent on others. */
export function agentFilter(table: Table, question: Question, failures: string): string {
  const terms = [
    question.base ?? '',
    question.failuresOnly ? failures : '',
    namespaceTerm(table, question.namespaces),
    question.window ? windowTerm(table, question.window) : '',
  ];
  const narrowing = terms.filter(Boolean).map(grouped);
  if (narrowing.length === 0) return question.filter;
  return [grouped(question.filter), ...narrowing].filter(Boolean).join(' ');
}

/** Spaces bind tighter than `or`. */
function grouped(term: string): string {
  return /\s(?:or|\|\|)\s/i.test(term) ? `(${term})` : term;
}

function windowTerm(table: Table, { from, to }: TimeWindow): string {
  const at = (unixMs: number) => formatTimestamp(BigInt(Math.round(unixMs)) * 1_000_000n);
  const until = `${table.time}<${at(to)}`;
  return from > 0 ? `${table.time}>=${at(from)} ${until}` : until;
}
