/** What the connections of one process with one remote end add up to: the state behind a row of `conn_stats`. */
import type { Row } from '../../src/domain/column.ts';
import type { ConnStats } from '../../src/domain/tables/conn-stats.ts';
import type { Ends } from '../capture/ends.ts';
import type { EdgeSample } from '../capture/source.ts';
import { serverPort, sideOf } from './side.ts';

/** Totals that rise in the same way however a connection is told of. */
export interface Traffic {
  readonly bytes: readonly [number, number];
  readonly packets: readonly [number, number];
  readonly retransmits: number;
  readonly turns: number;
  readonly turnNs: number;
  readonly turnMaxNs: number;
}

export type Failure = 'refused' | 'timedOut' | 'unreachable' | 'aborted';

export interface SumPlace {
  sum: Sum | undefined;
}

export class Sum {
  readonly key: string;
  /** For those who must not keep it: empty once it is let go of. */
  readonly place: SumPlace = { sum: this };
  /** Of a connection of it: the one told of last, if any was. */
  ends: Ends;
  readonly firstTime: number;
  lastTime: number;
  protocol: string | null = null;
  opened = 0;
  closed = 0;
  /** Of the connections told of by themselves, those open now. */
  toldActive = 0;
  resets = 0;
  readonly failures = { refused: 0, timedOut: 0, unreachable: 0, aborted: 0 };
  readonly bytes: [number, number] = [0, 0];
  readonly packets: [number, number] = [0, 0];
  retransmits = 0;
  handshakes = 0;
  handshakeUs = 0;
  turns = 0;
  turnNs = 0;
  turnMaxNs = 0;
  /** Of the other connections, attempts included, those not over. */
  #edgeActive = 0;
  /** UDP sockets that were taken for closed: that they are is nothing new when it is told. */
  #silent = 0;
  /** Attempts counted as opened that turned out to have failed, not yet set off against others. */
  #openedTooMany = 0;
  /** Round trip times heard of since the row was told last, and the mean that it told. */
  #rtts = 0;
  #rttUs = 0;
  #rtt: number | null = null;
  /** When the row was told last; undefined = never. */
  toldTime: number | undefined;
  /** Of its rows. Totals that begin anew are another row, or they would seem to fall. */
  readonly #id: string;

  constructor(key: string, ends: Ends, time: number) {
    this.key = key;
    this.ends = ends;
    this.firstTime = time;
    this.lastTime = time;
    this.#id = `${key}.${Math.round(time / 1e3).toString(36)}`;
  }

  add(traffic: Traffic, time: number): void {
    this.lastTime = Math.max(this.lastTime, time);
    for (const direction of [0, 1] as const) {
      this.bytes[direction] += traffic.bytes[direction];
      this.packets[direction] += traffic.packets[direction];
    }
    this.retransmits += traffic.retransmits;
    this.turns += traffic.turns;
    this.turnNs += traffic.turnNs;
    this.turnMaxNs = Math.max(this.turnMaxNs, traffic.turnMaxNs);
  }

  get active(): number {
    return this.toldActive + this.#edgeActive;
  }

  /** An edge counts attempts as opened, and those that failed as closed; what it closes and never opened was open before. */
  addEdge(edge: EdgeSample): void {
    this.add(edge, edge.time);
    if (edge.transport === 'udp') {
      this.#addDatagrams(edge);
      return;
    }
    const failed = edge.refused + edge.timedOut + edge.unreachable + edge.aborted;
    const active = this.#edgeActive + edge.opened - edge.closed;
    const openBefore = Math.max(0, -active);
    this.#edgeActive = Math.max(0, active);
    const opened = edge.opened - failed + openBefore - this.#openedTooMany;
    this.#openedTooMany = Math.max(0, -opened);
    this.opened += Math.max(0, opened);
    this.closed += Math.max(0, edge.closed - failed);
    this.resets += edge.resets;
    for (const reason of ['refused', 'timedOut', 'unreachable', 'aborted'] as const) {
      this.failures[reason] += edge[reason];
    }
    this.handshakes += edge.handshakes;
    this.handshakeUs += edge.handshakeUs;
    this.heardRtt(edge.rtts, edge.rttUs);
  }

  /**
   * A UDP socket that asks is told of when it opens and closes. One that answers, that was open before, that asks others than it
   * asked first, or that was taken for closed is opened by being heard of.
   */
  #addDatagrams({ opened, closed }: EdgeSample): void {
    const known = Math.min(closed, this.#silent);
    const active = this.#edgeActive + opened - (closed - known);
    const heard = active === 0 && opened === 0 && closed === 0 ? 1 : Math.max(0, -active);
    this.#silent = Math.max(0, this.#silent - known - heard);
    this.#edgeActive = Math.max(0, active) + (active === 0 ? heard : 0);
    this.opened += opened + heard;
    this.closed += closed - known;
  }

  /** Of UDP: nobody says that it ended, and nothing is heard of it any more. True if that is news. */
  fallSilent(): boolean {
    if (this.#edgeActive === 0) return false;
    this.closed += this.#edgeActive;
    this.#silent += this.#edgeActive;
    this.#edgeActive = 0;
    return true;
  }

  /** `count` connections with a known round trip time, the sum of which is `us`. */
  heardRtt(count: number, us: number): void {
    this.#rtts += count;
    this.#rttUs += us;
  }

  /** The row as it stands. `names` are the columns that say who the two ends are. */
  row(names: Row, wallTime: (time: number) => bigint): ConnStats {
    if (this.#rtts > 0) this.#rtt = (this.#rttUs / this.#rtts) * 1e3;
    this.#rtts = 0;
    this.#rttUs = 0;
    const { ends, failures } = this;
    const port = serverPort(ends);
    const isServer = sideOf(ends) === 'server';
    const { refused, timedOut, unreachable, aborted } = failures;
    const who = names as ConnStats;
    // Written out, in one order: the engine then makes a compact object at once, which a copy that grows is not.
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
      local_port: isServer ? port : 0,
      remote_addr: who.remote_addr,
      remote_port: isServer ? 0 : port,
      cgroup: who.cgroup,
      trace_role: ends.role === 'unknown' ? null : ends.role,
      time_: wallTime(this.lastTime),
      id: this.#id,
      transport: ends.transport ?? 'tcp',
      protocol: this.protocol,
      port,
      first_seen: wallTime(this.firstTime),
      conn_open: this.opened,
      conn_close: this.closed,
      conn_active: this.active,
      conn_failed: refused + timedOut + unreachable + aborted,
      refused,
      timed_out: timedOut,
      unreachable,
      aborted,
      resets: this.resets,
      bytes_sent: this.bytes[1],
      bytes_recv: this.bytes[0],
      packets_sent: this.packets[1],
      packets_recv: this.packets[0],
      retransmits: this.retransmits,
      rtt: this.#rtt,
      handshake: this.handshakes > 0 ? (this.handshakeUs / this.handshakes) * 1e3 : null,
      turns: this.turns,
      turn_latency: this.turns > 0 ? this.turnNs / this.turns : null,
      turn_latency_max: this.turns > 0 ? this.turnMaxNs : null,
    };
  }
}
