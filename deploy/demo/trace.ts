import { randomBytes } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** Identity of a request across services. */
export interface Trace {
  /** 32 hex digits, the same on every hop. */
  readonly traceId: string;
  readonly requestId: string;
}

/** The caller's trace, or a new one. */
export function traceOf(headers: IncomingHttpHeaders): Trace {
  const [, traceId] = /^00-([0-9a-f]{32})-[0-9a-f]{16}-/.exec(`${headers.traceparent}`) ?? [];
  const requestId = headers['x-request-id'];
  return {
    traceId: traceId ?? randomBytes(16).toString('hex'),
    requestId: typeof requestId === 'string' ? requestId : randomBytes(8).toString('hex'),
  };
}

/** Headers that carry a trace to the next hop (W3C Trace Context, level 1, §3.2), with a span id of this hop's own. */
export function traceHeaders({ traceId, requestId }: Trace): Record<string, string> {
  return { traceparent: `00-${traceId}-${randomBytes(8).toString('hex')}-01`, 'x-request-id': requestId };
}
