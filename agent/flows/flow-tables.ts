/** The tables of flows, `conn_stats` and `tcp_stats_events`, from what the kernel tells of connections and datagrams. */
import type { Row } from '../../src/domain/column.ts';
import type { Table } from '../../src/domain/table.ts';
import { connStats } from '../../src/domain/tables/conn-stats.ts';
import { tcpStatsEvents } from '../../src/domain/tables/tcp-stats-events.ts';
import { type Ends, endsOf, endsOfEdge } from '../capture/ends.ts';
import type { EdgeSample, FlowSample } from '../capture/source.ts';
import { createBoundedMap } from './bounded-map.ts';
import { defaultFlowLimits, type FlowLimits } from './limits.ts';
import { createQuietConnections, type ForgottenConnection } from './quiet-connections.ts';
import { keyOf, sideOf } from './side.ts';
import { Sum } from './sum.ts';
import { ToldConnection } from './told-connection.ts';

export interface FlowTablesOptions {
  /** The columns that say who the two ends are. */
  names(ends: Ends, role: 'client' | 'server'): Row;
  /** Unix ns of a captured time. */
  wallTime(time: number): bigint;
  /** A new row, or a newer state of one. */
  row(table: Table, row: Row): void;
  /** Reasons are those of src/domain/agent-status.ts. */
  lost(reason: string, count: number): void;
  readonly limits?: Partial<FlowLimits> | undefined;
}

/** Hears of flows as capture tells them. Never throws, whatever it is fed. */
export interface FlowTables {
  flow(sample: FlowSample): void;
  edge(sample: EdgeSample): void;
  /** What the connection (or the socket's datagrams) with these ends speaks, e.g. "http"; before or after its samples. */
  recognised(ends: Ends, protocol: string): void;
  /** Connections that are open, as they were told of last. A look at every one. */
  open(): FlowSample[];
  /** Tells the rows that changed, each at most once a second of captured time. */
  tick(time: number): void;
  /** The source ended: tells what it has not told yet. */
  flush(): void;
  /** Now: `flow_connections`, `flow_sums`. */
  totals(): Readonly<Record<string, number>>;
}

/** What was recognised before the kernel told of its flow: so many are remembered. */
const earlyKept = 8192;
/** Looks for the process of a socket that was open before, half a second apart, and for how many at once. */
const maxLooks = 8;
const maxNameless = 1024;
/** Between two looks for sums that are silent. */
const sweepNanos = 60e9;
/** Between two looks for UDP sockets that are. */
const udpSweepNanos = 5e9;
/** Samples come once a second too, give or take some scheduling. */
const paceTolerance = 0.9;

export function createFlowTables(options: FlowTablesOptions): FlowTables {
  const limits: FlowLimits = { ...defaultFlowLimits, ...options.limits };
  const { names, wallTime, row, lost } = options;
  const dirtySums = new Set<Sum>();
  const dirtyConnections = new Set<ToldConnection>();
  const sums = createBoundedMap<string, Sum>(limits.sums, forgetSum);
  const atHand = Math.min(limits.atHand, limits.connections);
  const connections = createBoundedMap<number, ToldConnection>(atHand, putAway);
  /** In order of their ends. */
  const ended = createBoundedMap<number, ToldConnection>(limits.ended, (connection) => {
    tellConnection(connection, connection.lastTime);
  });
  const quiet = createQuietConnections(limits.connections - atHand, (last, time) => {
    const ends = endsOf(last);
    return sumOf(keyOf(ends), ends, time);
  });
  const earlyByKey = createBoundedMap<string, string>(earlyKept);
  const earlyByCookie = createBoundedMap<number, string>(earlyKept);
  /** Told without the process that has the socket, which was open before capture began: how often that was looked for. */
  const nameless = new Map<Sum | ToldConnection, number>();
  /** Of UDP, those with open sockets as far as is known. */
  const talking = new Set<Sum>();
  /** Captured time when a connection was let go of last: what was opened before may be one of those. */
  let forgotTime = Number.NEGATIVE_INFINITY;
  let now = 0;
  let lastLook = 0;
  let lastSweep = 0;
  let lastUdpSweep = 0;

  function forgetSum(sum: Sum): void {
    tellSum(sum, sum.lastTime);
    sum.place.sum = undefined;
    lost('flow-budget', 1);
  }

  /** Tells what there is to tell of it, and keeps it small until it is heard of again. */
  function putAway(connection: ToldConnection): void {
    tellConnection(connection, connection.lastTime);
    nameless.delete(connection);
    const forgotten = quiet.add(connection);
    if (forgotten) forgetConnection(forgotten);
  }

  function forgetConnection({ lastTime, sum }: ForgottenConnection): void {
    forgotTime = Math.max(now, lastTime);
    if (sum) {
      sum.toldActive -= 1;
      dirtySums.add(sum);
    }
    lost('flow-budget', 1);
  }

  function sumOf(key: string, ends: Ends, time: number): Sum {
    let sum = sums.get(key);
    if (!sum) {
      sum = new Sum(key, ends, time);
      sum.protocol = earlyByKey.get(key) ?? null;
      earlyByKey.delete(key);
    }
    sums.touch(key, sum);
    dirtySums.add(sum);
    return sum;
  }

  /** A connection that has a row, if need be at hand again. */
  function connectionOf(cookie: number, time: number): ToldConnection | undefined {
    const connection = connections.get(cookie) ?? ended.get(cookie);
    if (connection !== undefined) return connection;
    const found = quiet.take(cookie, time);
    if (found) connections.touch(cookie, found);
    return found;
  }

  function newConnection(sample: FlowSample): ToldConnection {
    const ends = endsOf(sample);
    const sum = sumOf(keyOf(ends), ends, sample.time);
    const isKnown = sample.state === 'open' && (sample.opened ?? Number.NEGATIVE_INFINITY) <= forgotTime;
    const connection = new ToldConnection(sample, sum, isKnown && forgotTime > Number.NEGATIVE_INFINITY);
    connection.protocol = earlyByCookie.get(sample.cookie) ?? null;
    earlyByCookie.delete(sample.cookie);
    return connection;
  }

  /** The sum a connection belongs to may have been let go of while the connection was silent. */
  function keepSum(connection: ToldConnection): void {
    const { sum } = connection;
    const current = sums.get(sum.key);
    if (current !== undefined && current !== sum) {
      const { isCounted } = connection;
      connection.leave();
      if (isCounted) connection.join(current);
      else connection.sum = current;
    }
    connection.sum.place.sum = connection.sum;
    sums.touch(connection.sum.key, connection.sum);
    dirtySums.add(connection.sum);
  }

  function tellSum(sum: Sum, time: number): void {
    if (!dirtySums.delete(sum)) return;
    sum.toldTime = time;
    const ends = names(sum.ends, sideOf(sum.ends));
    noteNameless(sum, ends);
    row(connStats, sum.row(ends, wallTime));
  }

  function tellConnection(connection: ToldConnection, time: number): void {
    if (!dirtyConnections.delete(connection)) return;
    connection.toldTime = time;
    connection.toldState = connection.state;
    const ends = names(connection.ends, sideOf(connection.ends));
    noteNameless(connection, ends);
    row(tcpStatsEvents, connection.row(ends, wallTime));
  }

  function noteNameless(told: Sum | ToldConnection, { process }: Row): void {
    if (process !== null || told.ends.comm !== '') nameless.delete(told);
    else if (!nameless.has(told) && nameless.size < maxNameless) nameless.set(told, 0);
  }

  /** Tells those anew whose process is known by now. */
  function nameAgain(time: number): void {
    lastLook = time;
    for (const [told, looks] of nameless) {
      const { process } = names(told.ends, sideOf(told.ends));
      if (process === null && looks < maxLooks) nameless.set(told, looks + 1);
      else nameless.delete(told);
      if (process === null) continue;
      if (told instanceof Sum) dirtySums.add(told);
      else dirtyConnections.add(told);
    }
  }

  function isDue(toldTime: number | undefined, time: number): boolean {
    return toldTime === undefined || time - toldTime >= limits.paceNanos * paceTolerance;
  }

  function forgetEnded(time: number): void {
    for (const connection of ended.values()) {
      if (time - connection.lastTime < limits.lingerNanos) return;
      ended.delete(connection.ends.cookie);
    }
  }

  /** Those silent for longest come first. */
  function forgetSilent(time: number): void {
    lastSweep = time;
    for (const sum of sums.values()) {
      if (time - sum.lastTime < limits.sumIdleNanos) break;
      if (sum.active > 0 || dirtySums.has(sum)) continue;
      sums.delete(sum.key);
      sum.place.sum = undefined;
    }
  }

  function closeSilent(time: number): void {
    lastUdpSweep = time;
    for (const sum of talking) {
      if (time - sum.lastTime < limits.udpIdleNanos) continue;
      talking.delete(sum);
      if (sum.fallSilent()) dirtySums.add(sum);
    }
  }

  return {
    flow(sample) {
      let connection = connectionOf(sample.cookie, sample.time);
      // A socket may connect again once its connection is over.
      const isAnother = connection?.hasEnded && (sample.state !== 'ended' || sample.opened !== connection.opened);
      if (connection && isAnother) tellConnection(connection, sample.time);
      // Found open by a survey, it is known better now.
      const isFirst = connection?.wasSilent && keyOf(sample) !== connection.sum.key;
      if (connection && isFirst) dirtySums.add(connection.moveOut());
      if (!connection || isAnother || isFirst) connection = newConnection(sample);
      else keepSum(connection);
      connection.update(sample);
      dirtyConnections.add(connection);
      const [home, other] = connection.hasEnded ? [ended, connections] : [connections, ended];
      other.delete(sample.cookie);
      home.touch(sample.cookie, connection);
    },
    edge(sample) {
      const ends = endsOfEdge(sample);
      const sum = sumOf(keyOf(ends), ends, sample.time);
      if (sum.ends.cookie === 0) sum.ends = ends;
      sum.addEdge(sample);
      if (sample.transport === 'udp') talking.add(sum);
    },
    recognised(ends, protocol) {
      const key = keyOf(ends);
      const sum = sums.get(key);
      if (sum === undefined) earlyByKey.touch(key, protocol);
      else if (sum.protocol !== protocol) {
        sum.protocol = protocol;
        dirtySums.add(sum);
      }
      if (ends.transport === 'udp') return;
      const connection = connectionOf(ends.cookie, now);
      if (connection === undefined) earlyByCookie.touch(ends.cookie, protocol);
      else {
        connection.protocol = protocol;
        dirtyConnections.add(connection);
      }
    },
    tick(time) {
      now = time;
      if (time - lastUdpSweep >= udpSweepNanos) closeSilent(time);
      for (const connection of dirtyConnections) {
        if (connection.toldState !== connection.state || isDue(connection.toldTime, time)) {
          tellConnection(connection, time);
        }
      }
      for (const sum of dirtySums) if (isDue(sum.toldTime, time)) tellSum(sum, time);
      forgetEnded(time);
      if (time - lastLook >= limits.paceNanos / 2) nameAgain(time);
      if (time - lastSweep >= sweepNanos) forgetSilent(time);
    },
    open: () => [...connections.values()].map(({ last }) => last).concat(quiet.samples()),
    flush() {
      for (const connection of dirtyConnections) tellConnection(connection, now);
      for (const sum of dirtySums) tellSum(sum, now);
    },
    totals: () => ({ flow_connections: connections.size + ended.size + quiet.size, flow_sums: sums.size }),
  };
}
