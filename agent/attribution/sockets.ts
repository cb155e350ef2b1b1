/** Captured sockets by their addresses, so that the far end of a connection has a name when it is captured too. */
import { oldestEntryOf } from '../../src/domain/oldest-entry.ts';
import type { Ends } from '../capture/ends.ts';

export interface Sockets {
  open(socket: Ends): void;
  /** The socket stays known for a while: rows of it may still come. */
  close(cookie: number, time: number): void;
  tick(time: number): void;
  get(cookie: number): Ends | undefined;
  /** The other end of the same connection. */
  peerOf(socket: Ends): Ends | undefined;
  readonly size: number;
}

/** How long a closed socket stays known, ns of captured time. */
const lingerNanos = 30e9;

interface Entry {
  readonly socket: Ends;
  readonly tuple: string;
  /** The same without the network namespace. */
  readonly addresses: string;
}

/** Keeps at most `limit` sockets: closed ones go first, then the oldest. */
export function createSockets(limit = 32_768): Sockets {
  const byCookie = new Map<number, Entry>();
  const byTuple = new Map<string, Entry>();
  /** For sockets whose network namespace is not known: their listener was there before capture began. */
  const byAddresses = new Map<string, Entry>();
  /** Closed cookies with the time of closing, in order. */
  const closed = new Map<number, number>();
  const oldestClosed = oldestEntryOf(closed);
  const oldestSocket = oldestEntryOf(byCookie);

  function remove(cookie: number): void {
    const entry = byCookie.get(cookie);
    closed.delete(cookie);
    if (!entry) return;
    byCookie.delete(cookie);
    if (byTuple.get(entry.tuple) === entry) byTuple.delete(entry.tuple);
    if (byAddresses.get(entry.addresses) === entry) byAddresses.delete(entry.addresses);
  }

  function makeRoom(): void {
    while (byCookie.size > limit) {
      const victim = oldestClosed() ?? oldestSocket();
      if (!victim) return;
      remove(victim[0]);
    }
  }

  return {
    open(socket) {
      remove(socket.cookie);
      const addresses = addressesOf(socket);
      const entry = { socket, tuple: scopeOf(socket.netnsCookie, socket.localAddress) + addresses, addresses };
      byCookie.set(socket.cookie, entry);
      byTuple.set(entry.tuple, entry);
      byAddresses.set(addresses, entry);
      makeRoom();
    },
    close(cookie, time) {
      if (byCookie.has(cookie) && !closed.has(cookie)) closed.set(cookie, time);
    },
    tick(time) {
      for (const [cookie, since] of closed) {
        if (time - since < lingerNanos) return;
        remove(cookie);
      }
    },
    get: (cookie) => byCookie.get(cookie)?.socket,
    peerOf(socket) {
      const addresses = reverseAddressesOf(socket);
      const exact = byTuple.get(scopeOf(socket.netnsCookie, socket.remoteAddress) + addresses)?.socket;
      if (exact) return exact.cookie === socket.cookie ? undefined : exact;
      const likely = byAddresses.get(addresses)?.socket;
      const compatible = likely && (likely.netnsCookie === unknownNetns || socket.netnsCookie === unknownNetns);
      return compatible && likely.cookie !== socket.cookie ? likely : undefined;
    },
    get size() {
      return byCookie.size;
    },
  };
}

const addressesOf = (s: Ends): string =>
  `${transportOf(s)}${s.localAddress} ${s.localPort} ${s.remoteAddress} ${s.remotePort}`;

const reverseAddressesOf = (s: Ends): string =>
  `${transportOf(s)}${s.remoteAddress} ${s.remotePort} ${s.localAddress} ${s.localPort}`;

/** Ports of TCP and UDP have nothing to do with each other. */
export const transportOf = ({ transport }: Ends): string => (transport === 'udp' ? 'udp ' : '');

/** Sockets made before capture began, and those accepted from such listeners. */
export const unknownNetns = 0;

/** Addresses that mean something else in every network namespace are told apart by it. */
export function scopeOf(netnsCookie: number, address: string): string {
  return isLoopback(address) ? `${netnsCookie} ` : '';
}

export function isLoopback(address: string): boolean {
  return address.startsWith('127.') || address === '::1';
}
