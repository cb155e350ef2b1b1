/** The row of the same exchange as the socket at the other end saw it. */
import type { HttpEvent } from '../../domain/tables/http-events.ts';
import type { StoredRow } from '../../store/store.ts';

export interface BothSides {
  readonly client: HttpEvent;
  readonly server: HttpEvent;
}

/**
 * Both rows of an exchange, where both sockets were watched. They belong together when the client's local end is the server's remote
 * end (the other pair may differ: a service address is translated on the way) and they are the same exchange on the connection, by
 * number or, where one side was seen from later on, by request and time.
 */
export function bothSides(row: HttpEvent, rows: readonly StoredRow[]): BothSides | undefined {
  const candidates = rows.flatMap(({ row: each }) => {
    // The cheapest comparison first: there may be 20,000 of them.
    const other = each as HttpEvent;
    return isOppositeEnd(row, other) && isSameRequest(row, other) ? [other] : [];
  });
  const byNumber = candidates.filter(({ conn_exchange }) => conn_exchange === row.conn_exchange);
  const [other] = (byNumber.length > 0 ? byNumber : candidates).toSorted((a, b) => apart(row, a) - apart(row, b));
  if (!other) return undefined;
  return row.trace_role === 'client' ? { client: row, server: other } : { client: other, server: row };
}

function isOppositeEnd(row: HttpEvent, other: HttpEvent): boolean {
  if (row.trace_role === 'client') {
    return (
      other.remote_port === row.local_port && other.trace_role === 'server' && other.remote_addr === row.local_addr
    );
  }
  if (row.trace_role !== 'server') return false;
  return other.local_port === row.remote_port && other.trace_role === 'client' && other.local_addr === row.remote_addr;
}

/** Clocks of two nodes may differ by this much. */
const clockSkewNanos = 2e9;

function isSameRequest(row: HttpEvent, other: HttpEvent): boolean {
  if (row.req_method !== other.req_method || row.req_path !== other.req_path) return false;
  return apart(row, other) <= clockSkewNanos + Math.max(row.latency ?? 0, other.latency ?? 0);
}

function apart(a: HttpEvent, b: HttpEvent): number {
  return Math.abs(Number(a.time_ - b.time_));
}
