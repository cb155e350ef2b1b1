/** Connections that have a row and nothing new to say, kept by columns: some 170 bytes each, where as objects they take five times as much. */
import { Slots } from '../../src/domain/slots.ts';
import { createEndsColumns } from '../capture/ends-columns.ts';
import type { FlowSample } from '../capture/source.ts';
import type { Sum, SumPlace } from './sum.ts';
import { ToldConnection } from './told-connection.ts';

export interface QuietConnections {
  /** Of one that has not ended and whose row stands. Returns the one that was quiet for longest, forgotten, where there is no room for both. */
  add(connection: ToldConnection): ForgottenConnection | undefined;
  /** Takes it away at `time`; another object than the one that was added. */
  take(cookie: number, time: number): ToldConnection | undefined;
  /** What was told last of each. */
  samples(): FlowSample[];
  readonly size: number;
}

export interface ForgottenConnection {
  readonly lastTime: number;
  /** Among whose open connections it is counted. */
  readonly sum: Sum | undefined;
}

const states: readonly FlowSample['state'][] = ['connecting', 'open'];

/** Keeps at most `limit`. `sumFor`: the sum a connection belongs to, where the one it was in was let go of. */
export function createQuietConnections(
  limit: number,
  sumFor: (last: FlowSample, time: number) => Sum,
): QuietConnections {
  const slots = new Slots();
  const ends = createEndsColumns(slots);
  const sums = slots.objects<SumPlace>();
  const protocols = slots.objects<string>();
  const toldStates = slots.objects<string>();
  const numbers = () => slots.numbers(Float64Array);
  const counts = () => slots.numbers(Uint32Array);
  const [opened, firstTime, toldTime, lastTime, turnNs, turnMaxNs] = [
    numbers(),
    numbers(),
    numbers(),
    numbers(),
    numbers(),
    numbers(),
  ];
  const bytes = [numbers(), numbers()] as const;
  const packets = [numbers(), numbers()] as const;
  const [retransmits, srttUs, handshakeUs, turns] = [counts(), counts(), counts(), counts()];
  /** Twice the state's index, and 1 for one that is counted. */
  const standing = slots.numbers(Uint8Array);

  function put(slot: number, connection: ToldConnection): void {
    const { last } = connection;
    // Those it was told with first.
    ends.put(slot, { ...connection.ends, family: last.family });
    sums.at[slot] = connection.sum.place;
    protocols.at[slot] = connection.protocol ?? undefined;
    toldStates.at[slot] = connection.toldState;
    opened.at[slot] = connection.opened ?? Number.NaN;
    firstTime.at[slot] = connection.firstTime;
    toldTime.at[slot] = connection.toldTime ?? Number.NaN;
    lastTime.at[slot] = last.time;
    turnNs.at[slot] = last.turnNs;
    turnMaxNs.at[slot] = last.turnMaxNs;
    for (const direction of [0, 1] as const) {
      bytes[direction].at[slot] = last.bytes[direction];
      packets[direction].at[slot] = last.packets[direction];
    }
    retransmits.at[slot] = last.retransmits;
    srttUs.at[slot] = last.srttUs;
    handshakeUs.at[slot] = last.handshakeUs;
    turns.at[slot] = last.turns;
    standing.at[slot] = 2 * states.indexOf(last.state) + (connection.isCounted ? 1 : 0);
  }

  function sampleAt(slot: number): FlowSample {
    const { transport: _, ...who } = ends.get(slot);
    return {
      family: 4,
      ...who,
      time: lastTime.at[slot] as number,
      state: states[(standing.at[slot] as number) >> 1] ?? 'open',
      end: undefined,
      opened: numberOf(opened.at[slot]),
      bytes: [bytes[0].at[slot] as number, bytes[1].at[slot] as number],
      packets: [packets[0].at[slot] as number, packets[1].at[slot] as number],
      retransmits: retransmits.at[slot] as number,
      srttUs: srttUs.at[slot] as number,
      handshakeUs: handshakeUs.at[slot] as number,
      turns: turns.at[slot] as number,
      turnNs: turnNs.at[slot] as number,
      turnMaxNs: turnMaxNs.at[slot] as number,
    };
  }

  function take(slot: number, time: number): ToldConnection {
    const last = sampleAt(slot);
    const before = sums.at[slot]?.sum;
    const connection = ToldConnection.again(last, before ?? sumFor(last, time), {
      firstTime: firstTime.at[slot] as number,
      isCounted: ((standing.at[slot] as number) & 1) === 1,
      protocol: protocols.at[slot] ?? null,
      toldTime: numberOf(toldTime.at[slot]),
      toldState: toldStates.at[slot],
    });
    if (before === undefined && connection.isCounted) {
      connection.join(connection.sum);
      connection.sum.opened += 1;
    }
    slots.remove(slot);
    return connection;
  }

  function forget(slot: number): ForgottenConnection {
    const isCounted = ((standing.at[slot] as number) & 1) === 1;
    const forgotten = { lastTime: lastTime.at[slot] as number, sum: isCounted ? sums.at[slot]?.sum : undefined };
    slots.remove(slot);
    return forgotten;
  }

  return {
    add(connection) {
      put(slots.add(connection.ends.cookie), connection);
      return slots.size > limit ? forget(slots.oldest) : undefined;
    },
    take(cookie, time) {
      const slot = slots.find(cookie);
      return slot < 0 ? undefined : take(slot, time);
    },
    samples() {
      const samples: FlowSample[] = [];
      for (let slot = slots.oldest; slot >= 0; slot = slots.after(slot)) samples.push(sampleAt(slot));
      return samples;
    },
    get size() {
      return slots.size;
    },
  };
}

const numberOf = (value: number | undefined): number | undefined =>
  value === undefined || Number.isNaN(value) ? undefined : value;
