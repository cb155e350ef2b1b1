/** The few figures the map shows of a node or an edge, how bad they are, and how several are taken together. */
import type { ColumnSpec, Severity } from '../../domain/column.ts';
import { severityOf } from '../../domain/format/index.ts';
import { type EdgeRow, edges } from '../../domain/tables/derived/edges.ts';
import type { ServiceRow } from '../../domain/tables/derived/services.ts';

export interface Figures {
  /** Requests per second. */
  readonly rate: number;
  readonly requests: number;
  /** Share that failed; undefined without requests. */
  readonly errors: number | undefined;
  /** ns. Of several taken together: the largest, which no more than 1 % of the requests of each exceed. */
  readonly p50: number | undefined;
  readonly p90: number | undefined;
  readonly p99: number | undefined;
  readonly connections: number;
  /** Attempts to connect that failed in the stretch of time. */
  readonly failed: number;
  readonly retransmits: number;
  /** ns. */
  readonly rtt: number | undefined;
  readonly network: number | undefined;
  /** Bytes per second. */
  readonly inBytes: number;
  readonly outBytes: number;
  /** Requests per second, oldest first. */
  readonly series: readonly number[];
  /** The worst of errors, latency and failed attempts. */
  readonly severity: Severity;
}

export const noFigures: Figures = {
  rate: 0,
  requests: 0,
  errors: undefined,
  p50: undefined,
  p90: undefined,
  p99: undefined,
  connections: 0,
  failed: 0,
  retransmits: 0,
  rtt: undefined,
  network: undefined,
  inBytes: 0,
  outBytes: 0,
  series: [],
  severity: 'none',
};

export function edgeFigures(row: EdgeRow): Figures {
  return {
    ...golden(row),
    connections: row.connections,
    failed: row.conn_failed,
    retransmits: row.retransmits,
    rtt: row.rtt ?? undefined,
    network: row.network_p50 ?? undefined,
    severity: worst([...goldenSeverities(row), severityOf(edges.columns.conn_failed, row.conn_failed)]),
  };
}

export function serviceFigures(row: ServiceRow): Figures {
  return { ...noFigures, ...golden(row), severity: worst(goldenSeverities(row)) };
}

type Golden = Pick<
  EdgeRow | ServiceRow,
  'rate' | 'requests' | 'errors' | 'p50' | 'p90' | 'p99' | 'in_bytes' | 'out_bytes' | 'rate_series'
>;

function golden(row: Golden) {
  return {
    rate: row.rate ?? 0,
    requests: row.requests,
    errors: row.errors ?? undefined,
    p50: row.p50 ?? undefined,
    p90: row.p90 ?? undefined,
    p99: row.p99 ?? undefined,
    inBytes: row.in_bytes ?? 0,
    outBytes: row.out_bytes ?? 0,
    series: row.rate_series ?? [],
  };
}

function goldenSeverities(row: Golden): readonly Severity[] {
  const errors: ColumnSpec = edges.columns.errors;
  return [severityOf(errors, row.errors), severityOf(edges.columns.p99, row.p99)];
}

/** All taken together; one alone is itself, without work. */
export function sumFigures(all: readonly Figures[]): Figures {
  const [first = noFigures, ...rest] = all;
  return rest.reduce(addFigures, first);
}

/** Two taken together. */
export function addFigures(a: Figures, b: Figures): Figures {
  const requests = a.requests + b.requests;
  const failedOf = ({ errors, requests: count }: Figures) => (errors ?? 0) * count;
  const errors = requests > 0 ? (failedOf(a) + failedOf(b)) / requests : (a.errors ?? b.errors);
  return {
    rate: a.rate + b.rate,
    requests,
    errors: a.errors === undefined && b.errors === undefined ? undefined : errors,
    p50: larger(a.p50, b.p50),
    p90: larger(a.p90, b.p90),
    p99: larger(a.p99, b.p99),
    connections: a.connections + b.connections,
    failed: a.failed + b.failed,
    retransmits: a.retransmits + b.retransmits,
    rtt: larger(a.rtt, b.rtt),
    network: larger(a.network, b.network),
    inBytes: a.inBytes + b.inBytes,
    outBytes: a.outBytes + b.outBytes,
    series: addSeries(a.series, b.series),
    severity: worst([a.severity, b.severity]),
  };
}

function larger(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined ? b : b === undefined ? a : Math.max(a, b);
}

/** Both end now; a number and an unknown make the number. */
function addSeries(a: readonly number[], b: readonly number[]): readonly number[] {
  if (a.length === 0) return b;
  if (b.length === 0) return a;
  const length = Math.max(a.length, b.length);
  const sums = new Array<number>(length);
  for (let i = 0; i < length; i += 1) {
    const x = a[i - length + a.length] ?? Number.NaN;
    const y = b[i - length + b.length] ?? Number.NaN;
    sums[i] = Number.isNaN(x) ? y : Number.isNaN(y) ? x : x + y;
  }
  return sums;
}

const ranks: readonly Severity[] = ['none', 'ok', 'notice', 'warn', 'bad'];

export function severityRank(severity: Severity): number {
  return ranks.indexOf(severity);
}

export function worst(severities: readonly Severity[]): Severity {
  let rank = 0;
  for (const severity of severities) rank = Math.max(rank, severityRank(severity));
  return ranks[rank] ?? 'none';
}
