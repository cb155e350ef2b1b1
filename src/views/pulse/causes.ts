/**
 * What is wrong, by cause. A service that fails makes those fail that call it, and each of them is complained of at its endpoints, in
 * its trend and in the total: one thing is wrong, and it is where nothing further down complains.
 */
import type { Severity } from '../../domain/column.ts';
import { severityOf } from '../../domain/format/index.ts';
import { type EdgeRow, edges as table } from '../../domain/tables/derived/edges.ts';
import { asksAttention, byUrgency, type PulseRow, worstOf } from './panel.ts';

export interface Cause {
  /** The worst complaint of it. */
  readonly row: PulseRow;
  /** Of it, or of whoever feels it worse. */
  readonly severity: Severity;
  /** Services that complain because of it, the nearest first. */
  readonly feltBy: readonly string[];
}

/** @param rows of all panels; those that ask for attention and have a complaint count */
export function causesOf(rows: readonly PulseRow[], edges: readonly EdgeRow[]): readonly Cause[] {
  const wrong = byUrgency(rows.filter(({ severity, complaint }) => asksAttention(severity) && complaint !== undefined));
  const worst = new Map<string, PulseRow>();
  for (const row of wrong) if (row.subject !== undefined && !worst.has(row.subject)) worst.set(row.subject, row);
  // Who is complained of, and calls in vain somebody who is complained of too.
  const callers = new Map<string, Set<string>>();
  const blamed = new Set<string>();
  for (const { source, destination, ...edge } of edges) {
    if (source === destination || !worst.has(source) || !worst.has(destination) || !isBad(edge)) continue;
    callers.set(destination, (callers.get(destination) ?? new Set()).add(source));
    blamed.add(source);
  }
  const told = new Set<string>();
  const causes: Cause[] = [];
  const add = (subject: string, row: PulseRow) => {
    const feltBy = upstream(subject, callers);
    for (const each of [subject, ...feltBy]) told.add(each);
    causes.push({
      row,
      feltBy,
      severity: worstOf([subject, ...feltBy].map((each) => worst.get(each)?.severity ?? 'none')),
    });
  };
  for (const [subject, row] of worst) if (!blamed.has(subject)) add(subject, row);
  // Those that blame each other in a circle.
  for (const [subject, row] of worst) if (!told.has(subject)) add(subject, row);
  // What is about nobody in particular says nothing new where somebody is complained of.
  const others = wrong.filter((row) => row.subject === undefined && !(row.isTotal && causes.length > 0));
  const all = [...causes, ...others.map((row): Cause => ({ row, feltBy: [], severity: row.severity }))];
  return [...all.filter(({ severity }) => severity === 'bad'), ...all.filter(({ severity }) => severity !== 'bad')];
}

function upstream(subject: string, callers: ReadonlyMap<string, ReadonlySet<string>>): readonly string[] {
  const found = new Set<string>([subject]);
  for (const each of found) for (const caller of callers.get(each) ?? []) found.add(caller);
  found.delete(subject);
  return [...found];
}

function isBad({ errors, p99, conn_failed }: Omit<EdgeRow, 'source' | 'destination'>): boolean {
  const { columns } = table;
  return (
    conn_failed > 0 || asksAttention(severityOf(columns.errors, errors)) || asksAttention(severityOf(columns.p99, p99))
  );
}
