/** How long a body is: RFC 9112 §6.3, in its order. */
import type { Head } from './head.ts';

/**
 * `none`: no body; `length`: Content-Length bytes; `chunked`; `close`: until the sender closes; `turn`: unknown, until the
 * other side speaks; `tunnel`: what follows is no HTTP.
 */
export type Framing = 'none' | 'length' | 'chunked' | 'close' | 'turn' | 'tunnel';

export function requestFraming(head: Head): Framing {
  if (head.transferEncoding) return head.chunked ? 'chunked' : 'turn';
  return head.contentLength > 0 ? 'length' : 'none';
}

/** `method` of the request it answers; undefined when that was not seen. */
export function responseFraming(head: Head, method: string | undefined): Framing {
  const status = head.response?.status ?? 0;
  if (status === 101) return 'tunnel';
  if (method === 'CONNECT' && status >= 200 && status < 300) return 'tunnel';
  if (method === 'HEAD' || status < 200 || status === 204 || status === 304) return 'none';
  if (head.transferEncoding) return head.chunked ? 'chunked' : 'close';
  if (head.contentLength >= 0) return head.contentLength > 0 ? 'length' : 'none';
  return 'close';
}
