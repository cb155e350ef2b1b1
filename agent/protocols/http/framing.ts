/** How long a body is: RFC 9112 §6.3, in its order. */
import type { Message } from './message.ts';

/**
 * `none`: no body; `length`: Content-Length bytes; `chunked`; `close`: until the sender closes; `turn`: unknown, until the
 * other side speaks; `tunnel`: what follows is no HTTP.
 */
export type Framing = 'none' | 'length' | 'chunked' | 'close' | 'turn' | 'tunnel';

export function requestFraming(request: Message): Framing {
  if (request.transferEncoding) return request.chunked ? 'chunked' : 'turn';
  return request.contentLength > 0 ? 'length' : 'none';
}

/** `request` is the one it answers; undefined when that was not seen. */
export function responseFraming(response: Message, request: Message | undefined): Framing {
  const { status } = response;
  if (status === 101) return 'tunnel';
  if (status >= 200 && status < 300 && request?.isMethod('CONNECT')) return 'tunnel';
  if (status < 200 || status === 204 || status === 304 || request?.isMethod('HEAD')) return 'none';
  if (response.transferEncoding) return response.chunked ? 'chunked' : 'close';
  if (response.contentLength >= 0) return response.contentLength > 0 ? 'length' : 'none';
  return 'close';
}
