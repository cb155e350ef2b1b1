/** A TCP connection the kernel tells of by itself: the state behind a row of `tcp_stats_events`, and what it adds to its sum. */
import type { Row } from '../../src/domain/column.ts';
import type { TcpStatsEvent } from '../../src/domain/tables/tcp-stats-events.ts';
import { type Ends, endsOf } from '../capture/ends.ts';
import { type FlowEnd, type FlowSample, noTraffic } from '../capture/source.ts';
import type { Failure, Sum } from './sum.ts';

const failureOf: Partial<Record<FlowEnd, Failure>> = {
  refused: 'refused',
  timeout: 'timedOut',
  unreachable: 'unreachable',
  aborted: 'aborted',
};

const stateOf: Record<FlowEnd, NonNullable<TcpStatsEvent['state']>> = {
  fin: 'closed',
  gone: 'closed',
  'reset-local': 'reset',
  'reset-remote': 'reset',
  refused: 'refused',
  timeout: 'timeout',
  unreachable: 'unreachable',
  aborted: 'aborted',
};

/** What a connection is besides its last sample and its sum. */
interface Standing {
  readonly firstTime: number;
  readonly isCounted: boolean;
  readonly protocol: string | null;
  readonly toldTime: number | undefined;
  readonly toldState: string | undefined;
}

export class ToldConnection {
  readonly ends: Ends;
  readonly opened: number | undefined;
  firstTime: number;
  sum: Sum;
  protocol: string | null = null;
  /** Counted among the open ones of its sum. */
  isCounted = false;
  toldTime: number | undefined;
  toldState: string | undefined;
  #last: FlowSample;

  /** `isKnown`: its sum holds its totals so far already. */
  constructor(sample: FlowSample, sum: Sum, isKnown: boolean) {
    this.ends = endsOf(sample);
    this.opened = sample.opened;
    this.firstTime = sample.time;
    this.sum = sum;
    this.#last = isKnown ? { ...sample, state: 'open' } : { ...sample, ...nothing };
    if (isKnown) this.join(sum);
  }

  /** The connection as it was, of an earlier object for it. */
  static again(last: FlowSample, sum: Sum, standing: Standing): ToldConnection {
    const connection = new ToldConnection(last, sum, false);
    connection.firstTime = standing.firstTime;
    connection.isCounted = standing.isCounted;
    connection.protocol = standing.protocol;
    connection.toldTime = standing.toldTime;
    connection.toldState = standing.toldState;
    connection.#last = last;
    return connection;
  }

  get last(): FlowSample {
    return this.#last;
  }

  get hasEnded(): boolean {
    return this.#last.state === 'ended';
  }

  get lastTime(): number {
    return this.#last.time;
  }

  /** Goes on in another sum, as one of its open connections. */
  join(sum: Sum): void {
    this.sum = sum;
    this.isCounted = true;
    sum.toldActive += 1;
  }

  /** No longer one of the open connections of its sum. */
  leave(): void {
    if (this.isCounted) this.sum.toldActive -= 1;
    this.isCounted = false;
  }

  /** Nothing was heard on it so far but that it is open. */
  get wasSilent(): boolean {
    const { state, packets } = this.#last;
    return state === 'open' && packets[0] + packets[1] === 0;
  }

  /** It goes on elsewhere: among the open ones of its sum, which is given, it counts as closed. */
  moveOut(): Sum {
    const { sum } = this;
    if (this.isCounted) sum.closed += 1;
    this.leave();
    return sum;
  }

  update(sample: FlowSample): void {
    const last = this.#last;
    const { sum } = this;
    sum.ends = this.ends;
    sum.add(
      {
        bytes: [rise(last.bytes[0], sample.bytes[0]), rise(last.bytes[1], sample.bytes[1])],
        packets: [rise(last.packets[0], sample.packets[0]), rise(last.packets[1], sample.packets[1])],
        retransmits: rise(last.retransmits, sample.retransmits),
        turns: rise(last.turns, sample.turns),
        turnNs: rise(last.turnNs, sample.turnNs),
        turnMaxNs: sample.turnMaxNs,
      },
      sample.time,
    );
    if (sample.srttUs > 0) sum.heardRtt(1, sample.srttUs);
    if (sample.handshakeUs > 0 && last.handshakeUs === 0) {
      sum.handshakes += 1;
      sum.handshakeUs += sample.handshakeUs;
    }
    const wasOver = this.hasEnded;
    if (!wasOver) this.#count(sample);
    this.#last = { ...sample, state: wasOver ? 'ended' : sample.state, end: wasOver ? last.end : endOf(sample) };
  }

  /** Attempts that fail were never open; what is not heard of before its end was open in between. */
  #count(sample: FlowSample): void {
    const { sum } = this;
    const end = endOf(sample);
    const failure = end && failureOf[end];
    const unclear = failure !== undefined || end === 'gone' || sample.state === 'connecting';
    if (!this.isCounted && (!unclear || wasOpen(sample))) {
      this.join(sum);
      sum.opened += 1;
    }
    if (sample.state !== 'ended') return;
    if (this.isCounted) {
      sum.closed += 1;
      if (end === 'reset-local' || end === 'reset-remote') sum.resets += 1;
      this.leave();
    } else if (failure) sum.failures[failure] += 1;
  }

  get state(): TcpStatsEvent['state'] {
    const { state, end } = this.#last;
    return state === 'ended' ? stateOf[end ?? 'gone'] : state;
  }

  /** ns; null of one that was found open and has said nothing since. */
  #age(): number | null {
    const since = this.opened ?? this.firstTime;
    return this.opened === undefined && this.wasSilent ? null : Math.max(0, this.#last.time - since);
  }

  row(names: Row, wallTime: (time: number) => bigint): TcpStatsEvent {
    const last = this.#last;
    const { role } = this.ends;
    const who = names as TcpStatsEvent;
    // Written out, as in Sum.row.
    return {
      source: who.source,
      destination: who.destination,
      node: who.node,
      namespace: who.namespace,
      pod: who.pod,
      container: who.container,
      process: who.process,
      pid: who.pid,
      remote_pod: who.remote_pod,
      remote_process: who.remote_process,
      remote_name: who.remote_name,
      local_addr: who.local_addr,
      local_port: who.local_port,
      remote_addr: who.remote_addr,
      remote_port: who.remote_port,
      cgroup: who.cgroup,
      trace_role: role === 'unknown' ? null : role,
      time_: wallTime(last.time),
      conn_id: last.cookie.toString(16),
      protocol: this.protocol,
      state: this.state,
      opened: this.opened === undefined ? null : wallTime(this.opened),
      duration: this.#age(),
      tx: last.bytes[1],
      rx: last.bytes[0],
      packets_sent: last.packets[1],
      packets_recv: last.packets[0],
      retransmits: last.retransmits,
      rtt: last.srttUs > 0 ? last.srttUs * 1e3 : null,
      handshake: last.handshakeUs > 0 ? last.handshakeUs * 1e3 : null,
      turns: last.turns,
      turn_latency: last.turns > 0 ? last.turnNs / last.turns : null,
      turn_latency_max: last.turns > 0 ? last.turnMaxNs : null,
    };
  }
}

const nothing = {
  state: 'connecting',
  end: undefined,
  ...noTraffic,
} as const;

/** Whoever gives up after the first SYN was sent again was kept waiting, whatever its patience. */
function endOf({ end, retransmits }: FlowSample): FlowEnd | undefined {
  return end === 'aborted' && retransmits > 0 ? 'timeout' : end;
}

/** Bytes pass, and handshakes are timed, in established connections only; so was what was open before capture began. */
function wasOpen({ opened, handshakeUs, bytes }: FlowSample): boolean {
  return opened === undefined || handshakeUs > 0 || bytes[0] + bytes[1] > 0;
}

const rise = (before: number, now: number): number => Math.max(0, now - before);
