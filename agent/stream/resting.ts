/** Connections nobody has heard of for a while, kept small until they speak again. */
import { Slots } from '../../src/domain/slots.ts';
import { createEndsColumns } from '../capture/ends-columns.ts';
import type { SocketOpen } from '../capture/source.ts';
import type { RestingConnection } from './connection.ts';
import type { Position } from './order.ts';

export interface Resting {
  /** Returns how many others had to be forgotten to make room. */
  add(connection: RestingConnection): number;
  verdictOf(cookie: number): string | undefined;
  /** Takes it away: it is followed again. */
  take(cookie: number): RestingConnection | undefined;
  /** Forgets those silent since before `since`: looks at some of them, at others the next time. */
  expire(since: number): void;
  readonly size: number;
}

/** Connections looked at by one call of `expire`. */
const looks = 2000;

/** What is known of a connection, as bits of one number. */
const has = { firstSeq: 1, expected: [2, 4], cut: [8, 16] } as const;

/** How a connection is read, the same for many of them. */
interface Way {
  readonly verdict: string;
  readonly protocol: NonNullable<RestingConnection['reading']>['protocol'] | undefined;
  readonly rest: object | undefined;
}

/** So many ways are looked for before others are begun; those in use stay. */
const rememberedWays = 1024;

/**
 * Keeps at most `limit`, some 120 bytes each; those that rest longest go first. What readers say of their `rest` is compared as JSON:
 * those that are the same are kept once.
 */
export function createResting(limit: number): Resting {
  const slots = new Slots();
  const ends = createEndsColumns(slots);
  const ways = slots.objects<Way>();
  const opened = slots.numbers(Float64Array);
  const lastTime = slots.numbers(Float64Array);
  const lost = slots.numbers(Uint32Array);
  const flags = slots.numbers(Uint8Array);
  const firstSeq = [slots.numbers(Uint32Array), slots.numbers(Uint32Array)] as const;
  const expected = [slots.numbers(Uint32Array), slots.numbers(Uint32Array)] as const;
  const captured = [slots.numbers(Float64Array), slots.numbers(Float64Array)] as const;
  const knownWays = new Map<string, Way>();
  /** Where `expire` looks next. */
  let cursor = 0;

  function wayOf({ verdict, reading }: RestingConnection): Way {
    const key = `${verdict} ${reading === undefined ? '' : JSON.stringify(reading.rest)}`;
    const known = knownWays.get(key);
    if (known !== undefined && known.protocol === reading?.protocol) return known;
    const way = { verdict, protocol: reading?.protocol, rest: reading?.rest };
    if (knownWays.size >= rememberedWays) knownWays.clear();
    knownWays.set(key, way);
    return way;
  }

  function putPosition(slot: number, direction: 0 | 1, position: Position): number {
    expected[direction].at[slot] = position.expected ?? 0;
    captured[direction].at[slot] = position.captured;
    return (position.expected === undefined ? 0 : has.expected[direction]) | (position.cut ? has.cut[direction] : 0);
  }

  function positionAt(slot: number, direction: 0 | 1): Position {
    const known = flags.at[slot] as number;
    return {
      expected: known & has.expected[direction] ? expected[direction].at[slot] : undefined,
      cut: (known & has.cut[direction]) !== 0,
      captured: captured[direction].at[slot] as number,
    };
  }

  function put(slot: number, connection: RestingConnection): void {
    const { socket, reading } = connection;
    ends.put(slot, socket);
    ways.at[slot] = wayOf(connection);
    opened.at[slot] = socket.time;
    lastTime.at[slot] = connection.lastTime;
    lost.at[slot] = connection.lost;
    firstSeq[0].at[slot] = socket.firstSeq?.[0] ?? 0;
    firstSeq[1].at[slot] = socket.firstSeq?.[1] ?? 0;
    flags.at[slot] =
      (socket.firstSeq === undefined ? 0 : has.firstSeq) |
      (reading === undefined
        ? 0
        : putPosition(slot, 0, reading.positions[0]) | putPosition(slot, 1, reading.positions[1]));
  }

  function socketAt(slot: number): SocketOpen {
    const isKnown = (flags.at[slot] as number) & has.firstSeq;
    return {
      family: 4,
      ...ends.get(slot),
      time: opened.at[slot] as number,
      firstSeq: isKnown ? [firstSeq[0].at[slot] as number, firstSeq[1].at[slot] as number] : undefined,
    };
  }

  function connectionAt(slot: number): RestingConnection {
    const { verdict, protocol, rest } = ways.at[slot] as Way;
    return {
      socket: socketAt(slot),
      lastTime: lastTime.at[slot] as number,
      lost: lost.at[slot] as number,
      verdict,
      reading:
        protocol === undefined || rest === undefined
          ? undefined
          : { positions: [positionAt(slot, 0), positionAt(slot, 1)], protocol, rest },
    };
  }

  return {
    add(connection) {
      const { cookie } = connection.socket;
      const before = slots.find(cookie);
      if (before >= 0) slots.remove(before);
      put(slots.add(cookie), connection);
      if (slots.size <= limit) return 0;
      slots.remove(slots.oldest);
      return 1;
    },
    verdictOf(cookie) {
      const slot = slots.find(cookie);
      return slot < 0 ? undefined : ways.at[slot]?.verdict;
    },
    take(cookie) {
      const slot = slots.find(cookie);
      if (slot < 0) return undefined;
      const connection = connectionAt(slot);
      slots.remove(slot);
      return connection;
    },
    expire(since) {
      for (let left = looks; left > 0; left--) {
        if (cursor >= ways.at.length) {
          cursor = 0;
          return;
        }
        const slot = cursor++;
        if (ways.at[slot] !== undefined && (lastTime.at[slot] as number) < since) slots.remove(slot);
      }
    },
    get size() {
      return slots.size;
    },
  };
}
