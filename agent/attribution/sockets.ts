/** Captured sockets by their addresses, so that the far end of a connection has a name when it is captured too. */
import { oldestEntryOf } from '../../src/domain/oldest-entry.ts';
import { Slots } from '../../src/domain/slots.ts';
import type { Ends } from '../capture/ends.ts';
import { createEndsColumns } from '../capture/ends-columns.ts';

export interface Sockets {
  open(socket: Ends): void;
  /** The socket stays known for a while: rows of it may still come. */
  close(cookie: number, time: number): void;
  tick(time: number): void;
  has(cookie: number): boolean;
  get(cookie: number): Ends | undefined;
  /** The other end of the same connection. */
  peerOf(socket: Ends): Ends | undefined;
  /** One with these ends: of the same cgroup, or else, as a process of another cgroup may hold it, the only one where addresses are the same for all. */
  alike(socket: Ends): Ends | undefined;
  readonly size: number;
}

/** How long a closed socket stays known, ns of captured time. */
const lingerNanos = 30e9;

/** Keeps at most `limit` sockets, some 100 bytes each: closed ones go first, then the oldest. */
export function createSockets(limit = 150_000): Sockets {
  const slots = new Slots();
  const ends = createEndsColumns(slots);
  const hashes = slots.numbers(Int32Array);
  /** The next older one with a tuple that falls into the same bucket, + 1. */
  const older = slots.numbers(Int32Array);
  /** By hash of the tuple: the newest of them, + 1. A power of two. */
  let buckets = new Int32Array(256);
  /** Closed cookies with the time of closing, in order. */
  const closed = new Map<number, number>();
  const oldestClosed = oldestEntryOf(closed);

  function enter(slot: number): void {
    const bucket = (hashes.at[slot] as number) & (buckets.length - 1);
    older.at[slot] = buckets[bucket] as number;
    buckets[bucket] = slot + 1;
  }

  function leave(slot: number): void {
    const bucket = (hashes.at[slot] as number) & (buckets.length - 1);
    let at = (buckets[bucket] as number) - 1;
    if (at === slot) {
      buckets[bucket] = older.at[slot] as number;
      return;
    }
    while (older.at[at] !== slot + 1) at = (older.at[at] as number) - 1;
    older.at[at] = older.at[slot] as number;
  }

  function enterAll(length: number): void {
    buckets = new Int32Array(length);
    for (let slot = slots.oldest; slot >= 0; slot = slots.after(slot)) enter(slot);
  }

  function remove(cookie: number): void {
    closed.delete(cookie);
    const slot = slots.find(cookie);
    if (slot < 0) return;
    leave(slot);
    if (slots.remove(slot)) enterAll(lengthFor(slots.size));
  }

  function makeRoom(): void {
    while (slots.size >= limit) remove(oldestClosed()?.[0] ?? slots.keyOf(slots.oldest));
  }

  return {
    open(socket) {
      remove(socket.cookie);
      makeRoom();
      const slot = slots.add(socket.cookie);
      ends.put(slot, socket);
      const { transport, localAddress, localPort, remoteAddress, remotePort } = socket;
      hashes.at[slot] = hashOf(transport, localAddress, localPort, remoteAddress, remotePort);
      if (slots.size > buckets.length) enterAll(lengthFor(slots.size));
      else enter(slot);
    },
    close(cookie, time) {
      if (slots.find(cookie) >= 0 && !closed.has(cookie)) closed.set(cookie, time);
    },
    tick(time) {
      for (const [cookie, since] of closed) {
        if (time - since < lingerNanos) return;
        remove(cookie);
      }
    },
    has: (cookie) => slots.find(cookie) >= 0,
    get(cookie) {
      const slot = slots.find(cookie);
      return slot < 0 ? undefined : ends.get(slot);
    },
    peerOf(socket) {
      const { transport, localAddress, localPort, remoteAddress, remotePort, netnsCookie } = socket;
      const hash = hashOf(transport, remoteAddress, remotePort, localAddress, localPort);
      /** For sockets whose network namespace is not known: their listener was there before capture began. */
      let likely: Ends | undefined;
      for (let at = buckets[hash & (buckets.length - 1)] as number; at > 0; at = older.at[at - 1] as number) {
        if (hashes.at[at - 1] !== hash) continue;
        const other = ends.get(at - 1);
        if (!arePeers(socket, other)) continue;
        if (!isLoopback(remoteAddress) || other.netnsCookie === netnsCookie) return unless(other, socket);
        likely ??= other;
      }
      const isCompatible = likely && (likely.netnsCookie === unknownNetns || netnsCookie === unknownNetns);
      return isCompatible ? unless(likely, socket) : undefined;
    },
    alike(socket) {
      const { transport, localAddress, localPort, remoteAddress, remotePort } = socket;
      const hash = hashOf(transport, localAddress, localPort, remoteAddress, remotePort);
      let other: Ends | undefined;
      for (let at = buckets[hash & (buckets.length - 1)] as number; at > 0; at = older.at[at - 1] as number) {
        if (hashes.at[at - 1] !== hash) continue;
        const found = ends.get(at - 1);
        if (!haveSameEnds(socket, found)) continue;
        if (found.cgroupId === socket.cgroupId) return found;
        other ??= found;
      }
      return isLoopback(localAddress) ? undefined : other;
    },
    get size() {
      return slots.size;
    },
  };
}

/** A socket may be connected to itself. */
const unless = (found: Ends | undefined, socket: Ends): Ends | undefined =>
  found?.cookie === socket.cookie ? undefined : found;

function arePeers(a: Ends, b: Ends): boolean {
  return (
    a.localPort === b.remotePort &&
    a.remotePort === b.localPort &&
    a.localAddress === b.remoteAddress &&
    a.remoteAddress === b.localAddress &&
    transportOf(a) === transportOf(b)
  );
}

function haveSameEnds(a: Ends, b: Ends): boolean {
  return (
    a.localPort === b.localPort &&
    a.remotePort === b.remotePort &&
    a.localAddress === b.localAddress &&
    a.remoteAddress === b.remoteAddress &&
    transportOf(a) === transportOf(b)
  );
}

/** Nobody outside can tell which tuples fall into one bucket. */
const seed = Math.floor(Math.random() * 2 ** 32);

const lengthFor = (size: number): number => 2 ** Math.max(8, Math.ceil(Math.log2(size + 1)));

function hashOf(
  transport: Ends['transport'],
  localAddress: string,
  localPort: number,
  remoteAddress: string,
  remotePort: number,
): number {
  let hash = mix(transport === 'udp' ? ~seed : seed, (localPort << 16) | remotePort);
  for (let i = 0; i < localAddress.length; i++) hash = mix(hash, localAddress.charCodeAt(i));
  for (let i = 0; i < remoteAddress.length; i++) hash = mix(hash, remoteAddress.charCodeAt(i));
  return hash ^ (hash >>> 15);
}

const mix = (hash: number, value: number): number => Math.imul(hash ^ value, 0x9e3779b1) ^ (hash >>> 13);

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
