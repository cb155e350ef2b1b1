/** Tells HTTP/1 from everything else by the first bytes of a direction. */
import { latin1 } from '../bytes.ts';
import type { Detection } from '../protocol.ts';
import { mayBecomeStart, readRequestLine, readStatusLine, StartLine } from './start-line.ts';

/** Bytes looked at. A request line longer than this is believed when it begins like one. */
const looked = 256;

const LF = 10;
const CR = 13;

/** Methods and the forms of target (RFC 9112 §3.2) that are believed before the version is seen. */
const familiar = /^(?:GET|HEAD|POST|PUT|DELETE|OPTIONS|PATCH|TRACE) (?:\/|\*|https?:\/\/)|^CONNECT [^\s/]/;

/** `mine` for a request or status line of HTTP/1.x; HTTP/0.9, HTTP/2 prefaces, SIP, RTSP and the rest are not. Never throws. */
export function detectHttp(head: Uint8Array): Detection {
  let start = 0;
  while (start < head.length && start < 8 && (head[start] === CR || head[start] === LF)) start++;
  const limit = Math.min(head.length, start + looked);
  const newline = head.subarray(0, limit).indexOf(LF, start);
  if (newline >= 0) {
    const end = head[newline - 1] === CR ? newline - 1 : newline;
    const line = new StartLine();
    return readRequestLine(head, start, end, line) || readStatusLine(head, start, end, line) ? 'mine' : 'not-mine';
  }
  if (!mayBecomeStart(head, start, limit, 'request') && !mayBecomeStart(head, start, limit, 'response'))
    return 'not-mine';
  if (limit - start < looked) return 'need-more';
  const text = latin1(head, start, limit);
  return familiar.test(text) || text.startsWith('HTTP/1.') ? 'mine' : 'not-mine';
}
