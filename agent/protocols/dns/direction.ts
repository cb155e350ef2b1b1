/** Whether a message belongs to the DNS, and on whose side it was seen. */
import type { Ends } from '../../capture/ends.ts';
import { type Direction, OUT } from '../../capture/source.ts';

/** RFC 1035 §4.2. Multicast DNS (5353) and others only look like it. */
export const dnsPort = 53;

/** Who sends a question out, or gets an answer in, is the client; undefined where the server's port is another. */
export function dnsRole(ends: Ends, direction: Direction, isResponse: boolean): 'client' | 'server' | undefined {
  const role = (direction === OUT) !== isResponse ? 'client' : 'server';
  const port = role === 'client' ? ends.remotePort : ends.localPort;
  return port === dnsPort ? role : undefined;
}
