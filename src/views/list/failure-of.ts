/** One row of any protocol that failed → the row of `failures` that stands for it. */

import type { Failure } from '../../domain/tables/derived/failures.ts';
import type { DnsEvent } from '../../domain/tables/dns-events.ts';
import type { HttpEvent } from '../../domain/tables/http-events.ts';
import type { TcpStatsEvent } from '../../domain/tables/tcp-stats-events.ts';

/** Undefined where the request did not fail. */
export function httpFailure(row: HttpEvent): Failure | undefined {
  const { outcome, resp_status: status } = row;
  const isCut = outcome === 'unanswered' || outcome === 'reset';
  if (!isCut && outcome !== 'error') return undefined;
  return {
    ...endsOf(row),
    id: `http ${row.id}`,
    kind: 'http',
    what: `${row.req_method ?? '?'} ${row.req_path ?? ''}`.trimEnd(),
    why: isCut
      ? sentence([row.error ?? outcome, status === null ? '' : `after ${status}`])
      : sentence([String(status ?? 'error'), row.resp_message ?? '']),
    class: isCut ? 'no-answer' : status !== null && status < 500 ? '4xx' : '5xx',
    latency: row.latency,
  };
}

/** Undefined where the query was answered, and for a try on the way through the search domains: there is nothing wrong with those. */
export function dnsFailure(row: DnsEvent): Failure | undefined {
  const { outcome, rcode } = row;
  if (outcome !== 'error' && outcome !== 'unanswered') return undefined;
  if (outcome === 'error' && row.search_of !== null) return undefined;
  return {
    ...endsOf(row),
    id: `dns ${row.id}`,
    kind: 'dns',
    what: `${row.query_type} ${row.query_name}`,
    why: sentence([rcode ?? outcome, row.retries > 0 ? `in ${row.retries + 1} tries` : '', row.error ?? '']),
    class: outcome === 'unanswered' ? 'no-answer' : rcode === 'NXDOMAIN' ? '4xx' : '5xx',
    latency: row.latency,
  };
}

const reasons: Readonly<Record<string, string>> = {
  reset: 'reset',
  refused: 'refused',
  timeout: 'timed out',
  unreachable: 'unreachable',
  aborted: 'given up',
};

/** Undefined where the connection was established and ended in an orderly way, or has not ended. */
export function connectionFailure(row: TcpStatsEvent): Failure | undefined {
  const reason = reasons[row.state];
  if (reason === undefined) return undefined;
  const port = row.trace_role === 'server' ? row.local_port : row.remote_port;
  return {
    ...endsOf(row),
    id: `tcp ${row.conn_id}`,
    kind: 'tcp',
    what: `connect :${port}`,
    why: reason,
    class: 'connection',
    latency: null,
  };
}

type Ends = Pick<Failure, 'time_' | 'source' | 'destination' | 'side' | 'namespace' | 'node' | 'conn_id'>;

function endsOf(row: HttpEvent | DnsEvent | TcpStatsEvent): Ends {
  const { time_, source, destination, trace_role: side, namespace, node, conn_id } = row;
  return { time_, source, destination, side, namespace, node, conn_id };
}

function sentence(words: readonly string[]): string {
  return words.filter(Boolean).join(' ');
}
