/** Every connection the capture tells of: finds the protocol of each, orders its bytes and hands them to a reader. */
import type { Row } from '../../src/domain/column.ts';
import type { CaptureListener, Segment, SocketOpen } from '../capture/source.ts';
import { FollowedConnection } from './connection.ts';
import { defaultLimits, type StreamLimits } from './limits.ts';
import { createOrphans } from './orphans.ts';
import type { ProtocolOutput, StreamProtocol } from './protocol.ts';
import { createResting } from './resting.ts';

export interface ConnectionsOptions {
  readonly protocols: readonly StreamProtocol[];
  /** Columns that say who the two ends are; asked at most once a second (captured time) per connection. */
  identity(socket: SocketOpen, role: 'client' | 'server'): Row;
  /** Unix ns of a captured time. */
  wallTime(time: number): bigint;
  readonly output: ProtocolOutput;
  readonly limits?: Partial<StreamLimits> | undefined;
}

export interface Connections extends CaptureListener {
  /** The source ended: everything unfinished is closed as 'gone'. */
  flush(): void;
  /** What a connection turned out to be (a protocol's id, `tls` or `unknown`) while it is followed; undefined while undecided. */
  verdictOf(cookie: number): string | undefined;
  /**
   * Rising: `connections`, one of `connections_<verdict>` for each decided one, `stream_segments`.
   * Now: `connections_open`, of them `resting_connections`, and `held_bytes`.
   */
  totals(): Readonly<Record<string, number>>;
}

/** Share of a budget that is freed at once when it is exceeded, so that the search for victims is paid rarely. */
const freedShare = 0.1;

/** Captured time between looks at idle connections and forgotten orphans. */
const sweepNanos = 1e9;

/** A capture listener that turns segments into rows. It never throws, whatever it is fed. */
export function createConnections(options: ConnectionsOptions): Connections {
  const limits: StreamLimits = { ...defaultLimits, ...options.limits };
  const { output } = options;
  const connections = new Map<number, FollowedConnection>();
  const active = new Set<FollowedConnection>();
  const resting = createResting(limits.resting);
  const orphans = createOrphans(limits.orphanBytes);
  const decided = new Map<string, number>();
  let opened = 0;
  let segments = 0;
  let heldBytes = 0;
  let lastSweep = 0;

  const around = {
    protocols: options.protocols,
    identity: options.identity,
    wallTime: options.wallTime,
    output,
    decided: (verdict: string) => void decided.set(verdict, (decided.get(verdict) ?? 0) + 1),
  };

  const settle = (connection: FollowedConnection): void => {
    let held = connection.heldBytes;
    if (held > limits.connectionBytes) {
      output.lost('reassembly-budget', 1);
      connection.giveUpHoles();
      if (connection.heldBytes > limits.connectionBytes) connection.end('gone', connection.lastTime);
      held = connection.heldBytes;
    }
    heldBytes += held - connection.accounted;
    connection.accounted = held;
    if (!connection.active && (held > 0 || connection.closing)) {
      connection.active = true;
      active.add(connection);
    }
    if (heldBytes > limits.totalBytes) shrink();
  };

  /** Ends the connections that hold most until the total is well below its budget. */
  const shrink = (): void => {
    const byWeight = [...active].sort((a, b) => b.accounted - a.accounted);
    for (const connection of byWeight) {
      if (heldBytes <= limits.totalBytes * (1 - freedShare)) return;
      output.lost('reassembly-budget', 1);
      connection.end('gone', connection.lastTime);
      heldBytes -= connection.accounted;
      connection.accounted = 0;
    }
  };

  const forget = (cookie: number, connection: FollowedConnection): void => {
    connection.end('gone', connection.lastTime);
    connections.delete(cookie);
    active.delete(connection);
    heldBytes -= connection.accounted;
    connection.accounted = 0;
  };

  /** Follows it no longer, for as long as it is silent. False where something of it is unfinished. */
  const putToRest = (cookie: number, connection: FollowedConnection): boolean => {
    const rest = connection.rest();
    if (rest === undefined) return false;
    // Not `forget`: it has not ended.
    connections.delete(cookie);
    active.delete(connection);
    countLost('connection-budget', resting.add(rest));
    return true;
  };

  const makeRoom = (): void => {
    const silences = Float64Array.from(connections.values(), ({ lastTime }) => lastTime).sort();
    const victims = Math.max(1, Math.floor(limits.connections * freedShare));
    const silentSince = silences[victims - 1] ?? Number.POSITIVE_INFINITY;
    let left = victims;
    for (const [cookie, connection] of connections) {
      if (connection.lastTime > silentSince) continue;
      if (connection.closing) {
        connection.endClosed();
        forget(cookie, connection);
      } else if (!putToRest(cookie, connection)) {
        forget(cookie, connection);
        output.lost('connection-budget', 1);
      }
      if (--left === 0) return;
    }
  };

  /** Of many connections those that are silent need not be followed. */
  const restSilent = (time: number): void => {
    let many = connections.size - limits.followedSilent;
    for (const [cookie, connection] of connections) {
      if (many <= 0) return;
      if (time - connection.lastTime < limits.restNanos || connection.closing) continue;
      if (putToRest(cookie, connection)) many--;
    }
  };

  /** A connection that rested is followed again. */
  const wake = (cookie: number): FollowedConnection | undefined => {
    const rest = resting.take(cookie);
    if (rest === undefined) return undefined;
    if (connections.size >= limits.connections) makeRoom();
    const connection = new FollowedConnection(rest.socket, around, rest);
    connections.set(cookie, connection);
    return connection;
  };

  const sweep = (time: number): void => {
    lastSweep = time;
    for (const [cookie, connection] of connections) {
      if (time - connection.lastTime > limits.idleNanos) forget(cookie, connection);
    }
    restSilent(time);
    resting.expire(time - limits.idleNanos);
    countLost('orphan-expired', orphans.expire(time - limits.orphanNanos));
  };

  const countLost = (reason: string, count: number): void => {
    if (count > 0) output.lost(reason, count);
  };

  const unannounced = (segment: Segment): void => {
    if (segment.orphan !== undefined) countLost('orphan-expired', orphans.add(segment));
    else if (segment.len > 0) output.lost('orphan-expired', 1);
  };

  return {
    open(socket) {
      const earlier = connections.get(socket.cookie) ?? wake(socket.cookie);
      if (earlier !== undefined) {
        // Announced twice; only a socket that was closed may connect again.
        if (!earlier.closing && !earlier.ignored) return;
        earlier.endClosed();
        forget(socket.cookie, earlier);
      }
      if (connections.size >= limits.connections) makeRoom();
      opened++;
      const connection = new FollowedConnection(socket, around);
      connections.set(socket.cookie, connection);
      for (const segment of orphans.claim(socket)) connection.segment(segment);
      settle(connection);
    },
    segment(segment) {
      segments++;
      const connection =
        segment.orphan === undefined ? (connections.get(segment.cookie) ?? wake(segment.cookie)) : undefined;
      if (connection === undefined) {
        unannounced(segment);
        return;
      }
      connection.segment(segment);
      settle(connection);
    },
    close(close) {
      const connection = connections.get(close.cookie) ?? wake(close.cookie);
      if (connection === undefined) return;
      if (connection.ignored) {
        forget(close.cookie, connection);
        return;
      }
      connection.close(close);
      settle(connection);
    },
    tick(time) {
      for (const connection of active) {
        if (connection.closing) {
          connection.endClosed();
          forget(connection.socket.cookie, connection);
          continue;
        }
        connection.tick(time, limits.reorderNanos);
        settle(connection);
        if (connection.accounted === 0) {
          connection.active = false;
          active.delete(connection);
        }
      }
      if (time - lastSweep > sweepNanos) sweep(time);
    },
    flush() {
      for (const [cookie, connection] of connections) {
        if (connection.closing) connection.endClosed();
        forget(cookie, connection);
      }
      countLost('orphan-expired', orphans.expire(Number.POSITIVE_INFINITY));
    },
    verdictOf: (cookie) => connections.get(cookie)?.verdict ?? resting.verdictOf(cookie),
    totals() {
      const totals: Record<string, number> = {
        connections: opened,
        connections_open: connections.size + resting.size,
        resting_connections: resting.size,
        stream_segments: segments,
        held_bytes: heldBytes + orphans.bytes,
      };
      for (const [verdict, count] of decided) totals[`connections_${verdict}`] = count;
      return totals;
    },
  };
}
