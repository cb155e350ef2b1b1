/** Failures of all protocols as one list, by time. Each row remembers the one it stands for. */
import type { Row } from '../../domain/column.ts';
import type { Table } from '../../domain/table.ts';
import { failures } from '../../domain/tables/derived/failures.ts';
import { type DnsEvent, dnsEvents } from '../../domain/tables/dns-events.ts';
import { type HttpEvent, httpEvents } from '../../domain/tables/http-events.ts';
import { type TcpStatsEvent, tcpStatsEvents } from '../../domain/tables/tcp-stats-events.ts';
import type { Snapshot, StoredRow } from '../../store/store.ts';
import { agentFilter } from './agent-filter.ts';
import { connectionFailure, dnsFailure, httpFailure } from './failure-of.ts';
import { oneSide } from './one-side.ts';
import { createWithin, type RowSource, type ShownRows, stretchOf } from './row-source.ts';

interface Kind {
  readonly table: Table;
  /** Which of its rows the agents shall send. */
  readonly filter: string;
  failureOf(row: Row): Row | undefined;
  /** What both ends of it have in common beside the client's address. */
  subjectOf(row: Row): string;
}

const kinds: readonly Kind[] = [
  {
    table: httpEvents,
    filter: 'outcome=error,unanswered,reset',
    failureOf: (row) => httpFailure(row as HttpEvent),
    subjectOf: ({ req_method, req_path }) => `${req_method} ${req_path}`,
  },
  {
    table: dnsEvents,
    filter: '(outcome=error search_of=) or outcome=unanswered',
    failureOf: (row) => dnsFailure(row as DnsEvent),
    subjectOf: ({ query_type, query_name }) => `${query_type} ${query_name}`,
  },
  {
    table: tcpStatsEvents,
    filter: 'state=reset,refused,timeout,unreachable,aborted',
    failureOf: (row) => connectionFailure(row as TcpStatsEvent),
    subjectOf: () => '',
  },
];

/** The row a failure stands for, and its table. */
export interface Origin {
  readonly table: Table;
  readonly stored: StoredRow;
}

const origins = new WeakMap<StoredRow, Origin>();

export function originOf(stored: StoredRow): Origin | undefined {
  return origins.get(stored);
}

export function failureSource(): RowSource {
  const within = createWithin(failures);
  /** Rows are never changed in place: what was made of one stays true. */
  const made = { one: new WeakMap<StoredRow, StoredRow | null>(), both: new WeakMap<StoredRow, StoredRow | null>() };
  let known: { parts: readonly (readonly StoredRow[])[]; shown: ShownRows } | undefined;

  const failureOf = (kind: Kind, stored: StoredRow, isBoth: boolean): StoredRow | null => {
    const known = isBoth ? made.both : made.one;
    const before = known.get(stored);
    if (before !== undefined) return before;
    const found = kind.failureOf(stored.row);
    const row = found && isBoth ? { ...found, side: 'both' } : found;
    const failure = row ? { key: `${stored.agent}\n${row.id}`, agent: stored.agent, row } : null;
    known.set(stored, failure);
    if (failure) origins.set(failure, { table: kind.table, stored });
    return failure;
  };
  const failuresIn = (kind: Kind, part: readonly StoredRow[]): readonly StoredRow[] => {
    const failed = part.filter((stored) => failureOf(kind, stored, false) !== null);
    const { rows, both } = oneSide(failed, kind.subjectOf);
    return rows.flatMap((stored) => failureOf(kind, stored, both.has(stored)) ?? []);
  };
  const all = (snapshot: Snapshot): ShownRows => {
    const parts = kinds.map(({ table }) => snapshot.table(table.id).rows);
    if (known && parts.every((part, i) => part === known?.parts[i])) return known.shown;
    const rows = kinds.flatMap((kind, i) => failuresIn(kind, parts[i] ?? []));
    const received = Math.max(rows.length, (known?.shown.received ?? 0) + newIn(rows, known?.shown.rows));
    known = { parts, shown: { rows: rows.sort(byTime), received } };
    return known.shown;
  };

  return {
    asksAgents: true,
    filtersAt: 'terminal',
    isSummary: false,
    isByTime: true,
    // What is typed is about the columns of this list: the agents know those of theirs, and leave out what did not fail.
    needs: (question) =>
      kinds.map(({ table, filter }) => ({
        table: table.id,
        filter: agentFilter(table, { ...question, filter, failuresOnly: false }, ''),
        rowsStand: true,
      })),
    take(snapshot, time) {
      const shown = all(snapshot);
      const window = stretchOf(time, snapshot, false);
      return window ? { rows: within(shown.rows, window), received: shown.received } : shown;
    },
  };
}

function newIn(rows: readonly StoredRow[], before: readonly StoredRow[] | undefined): number {
  if (!before) return rows.length;
  const known = new Set(before.map(({ key }) => key));
  return rows.filter(({ key }) => !known.has(key)).length;
}

function byTime(a: StoredRow, b: StoredRow): number {
  const [left, right] = [a.row.time_ as bigint, b.row.time_ as bigint];
  return left < right ? -1 : left > right ? 1 : 0;
}
