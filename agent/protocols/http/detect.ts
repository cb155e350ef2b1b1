/** Tells HTTP/1 from everything else by the first bytes of a direction. */
import type { Detection } from '../protocol.ts';
import { latin1 } from './bytes.ts';
import { mayBecomeStart, parseRequestLine, parseStatusLine } from './start-line.ts';

/** Bytes looked at. A request line longer than this is believed when it begins like one. */
const looked = 256;

/** Methods and the forms of target (RFC 9112 §3.2) that are believed before the version is seen. */
const familiar = /^(?:GET|HEAD|POST|PUT|DELETE|OPTIONS|PATCH|TRACE) (?:\/|\*|https?:\/\/)|^CONNECT [^\s/]/;

/** `mine` for a request or status line of HTTP/1.x; HTTP/0.9, HTTP/2 prefaces, SIP, RTSP and the rest are not. Never throws. */
export function detectHttp(head: Uint8Array): Detection {
  let start = 0;
  while (start < head.length && start < 8 && (head[start] === 13 || head[start] === 10)) start++;
  const text = latin1(head, start, Math.min(head.length, start + looked));
  const newline = text.indexOf('\n');
  if (newline >= 0) {
    const end = text.charCodeAt(newline - 1) === 13 ? newline - 1 : newline;
    return parseRequestLine(text, 0, end) || parseStatusLine(text, 0, end) ? 'mine' : 'not-mine';
  }
  if (!mayBecomeStart(text, 'request') && !mayBecomeStart(text, 'response')) return 'not-mine';
  if (text.length < looked) return 'need-more';
  return familiar.test(text) || text.startsWith('HTTP/1.') ? 'mine' : 'not-mine';
}
