/** A panel of `:pulse`: a heading that says how it stands, and rows that lead to where it can be looked into. */
import type { Severity } from '../../domain/column.ts';
import type { StoredRow } from '../../store/store.ts';
import type { StyledLine } from '../../tui/styled-line.ts';
import type { Opening } from '../view.ts';

export interface PulseRow {
  /** Stable while the row is about the same. */
  readonly key: string;
  readonly severity: Severity;
  /** Name of what it is about. */
  readonly name: string;
  /** The same where there is little room. */
  readonly shortName?: string;
  /** What there is to say, to the right of the name. */
  readonly figures: StyledLine;
  /** The same where there is little room. */
  readonly brief?: StyledLine;
  /** View it leads to, and how it is opened. */
  readonly view: string;
  readonly opening: Opening;
  /** The row of a table it stands for: enter opens that. */
  readonly opens?: { readonly table: string; readonly stored: StoredRow };
  /** Service ("shop/api") or outside name its complaint is about. */
  readonly subject?: string;
  /** It sums up what others say one by one. */
  readonly isTotal?: boolean;
  /** What is wrong in a few words, for the line on top; only of rows that ask for attention. */
  readonly complaint?: string;
}

export interface Panel {
  readonly id: string;
  readonly title: string;
  /** Beside the title, e.g. "3". */
  readonly note: string;
  readonly rows: readonly PulseRow[];
  /** Said where there are no rows. */
  readonly empty: string;
  /** View that lists all of it, for enter where there are no rows. */
  readonly view: string;
}

const ranks: readonly Severity[] = ['none', 'ok', 'notice', 'warn', 'bad'];

/** Worse than nothing to remark. */
export function asksAttention(severity: Severity): boolean {
  return severity === 'warn' || severity === 'bad';
}

export function worstOf(severities: readonly Severity[]): Severity {
  return ranks[Math.max(0, ...severities.map((each) => ranks.indexOf(each)))] ?? 'none';
}

/** The worst first; otherwise as they are. */
export function byUrgency(rows: readonly PulseRow[]): readonly PulseRow[] {
  return rows.toSorted((a, b) => ranks.indexOf(b.severity) - ranks.indexOf(a.severity));
}

/** `shop/api` → `api`, `shop/api-7d9f8b5c6-x2k4l` → `api-x2k4l`: enough where there is little room. */
export function shortNameOf(entity: string): string {
  return entity.slice(entity.indexOf('/') + 1).replace(/-[456789bcdf]{4,10}(-[a-z0-9]{5})$/, '$1');
}
