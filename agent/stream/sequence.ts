/** Arithmetic of TCP sequence numbers: modulo 2^32, compared over half the circle (RFC 9293 §3.4). */

/** Bytes from `from` forward to `to`; negative when `to` lies behind. */
export function distance(from: number, to: number): number {
  return (to - from) | 0;
}

/** The sequence number `bytes` after `seq`. */
export function advance(seq: number, bytes: number): number {
  return (seq + bytes) >>> 0;
}
