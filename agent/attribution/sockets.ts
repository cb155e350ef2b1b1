/** Captured sockets by their addresses, so that the far end of a connection has a name when it is captured too. */
import { oldestEntryOf } from '../../src/domain/oldest-entry.ts';
import type { SocketOpen } from '../capture/source.ts';

export interface Sockets {
  open(socket: SocketOpen): void;
  /** The socket stays known for a while: rows of it may still come. */
  close(cookie: number, time: number): void;
  tick(time: number): void;
  get(cookie: number): SocketOpen | undefined;
  /** The other end of the same connection. */
  peerOf(socket: SocketOpen): SocketOpen | undefined;
  readonly size: number;
}

/** How long a closed socket stays known, ns of captured time. */
const lingerNanos = 30e9;

interface Entry {
  readonly socket: SocketOpen;
  readonly tuple: string;
}

/** Keeps at most `limit` sockets: closed ones go first, then the oldest. */
export function createSockets(limit = 32_768): Sockets {
  const byCookie = new Map<number, Entry>();
  const byTuple = new Map<string, Entry>();
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
      const entry = { socket, tuple: tupleOf(socket) };
      byCookie.set(socket.cookie, entry);
      byTuple.set(entry.tuple, entry);
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
      const peer = byTuple.get(reverseTupleOf(socket))?.socket;
      return peer && peer.cookie !== socket.cookie ? peer : undefined;
    },
    get size() {
      return byCookie.size;
    },
  };
}

const tupleOf = (s: SocketOpen): string =>
  `${scopeOf(s, s.localAddress)}${s.localAddress} ${s.localPort} ${s.remoteAddress} ${s.remotePort}`;

const reverseTupleOf = (s: SocketOpen): string =>
  `${scopeOf(s, s.remoteAddress)}${s.remoteAddress} ${s.remotePort} ${s.localAddress} ${s.localPort}`;

/** Addresses that mean something else in every network namespace are told apart by it. */
export function scopeOf(socket: SocketOpen, address: string): string {
  return isLoopback(address) ? `${socket.netnsCookie} ` : '';
}

export function isLoopback(address: string): boolean {
  return address.startsWith('127.') || address === '::1';
}
