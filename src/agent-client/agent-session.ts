/** One life of the connection to one agent: from dialling until the first thing that goes wrong. */

import { Metadata } from '@grpc/grpc-js';
import type { AgentStatus, Loss } from '../domain/agent-status.ts';
import type { Row } from '../domain/column.ts';
import { AppError } from '../domain/errors.ts';
import type { AgentEndpoint, NamedLease, RowQuery, Timings } from './client.ts';
import { decodeBatch } from './from-wire.ts';
import { openChannel } from './grpc-channel.ts';
import { fromGrpcError } from './grpc-errors.ts';
import type { Inbox } from './inbox.ts';
import { createLeaseSet } from './lease-set.ts';
import { openRowStreams } from './row-streams.ts';
import { decodeStatus } from './status-from-wire.ts';

export interface SessionOptions {
  readonly endpoint: AgentEndpoint;
  readonly clientId: string;
  readonly queries: readonly RowQuery[];
  readonly leases: readonly NamedLease[];
  readonly paused: boolean;
  readonly timings: Timings;
  readonly inbox: Inbox;
  /** The agent answers, and captures what the leases ask for. */
  readonly onUp: () => void;
  readonly onRows: (table: string, rows: readonly Row[]) => void;
  readonly onStatus: (status: AgentStatus, time: number) => void;
  /** A new row stream of the table begins: its loss totals start from nothing. */
  readonly onStream: (table: string) => void;
  readonly onLosses: (table: string, losses: readonly Loss[]) => void;
  /** Whether no more rows come for any query, whenever that changes. */
  readonly onEnd: (isOver: boolean) => void;
  /** Once; nothing is called after it. */
  readonly onDown: (error: AppError) => void;
}

export interface AgentSession {
  setQueries(queries: readonly RowQuery[]): void;
  setLeases(leases: readonly NamedLease[]): void;
  setPaused(paused: boolean): void;
  fetchRow(table: string, id: string): Promise<Row>;
  /** Releases the leases and closes; resolves within the close time. */
  close(): Promise<void>;
}

export function openSession(options: SessionOptions): AgentSession {
  const { endpoint, timings } = options;
  const { agent } = endpoint;
  const client = openChannel(endpoint);
  let open = true;
  let paused = options.paused;
  let poll: NodeJS.Timeout | undefined;
  let answered = false;
  let up = false;

  const down = (error: AppError) => {
    if (!open) return;
    shut(false);
    options.onDown(error);
  };
  const mayBeUp = () => {
    if (up || !answered || !leases.isGranted) return;
    up = true;
    options.onUp();
  };

  const leases = createLeaseSet({
    agent,
    clientId: options.clientId,
    client,
    timings,
    onGranted: mayBeUp,
    onLost: down,
  });

  let lastHeard = performance.now();
  const heard = () => {
    lastHeard = performance.now();
    answered = true;
    mayBeUp();
  };
  const watchdog = watchSilence(
    timings,
    () => {
      if (paused) heard();
      const silent = performance.now() - lastHeard;
      if (silent < (up ? timings.silence : timings.connect)) return;
      const reason = up ? `no word for ${Math.round(silent / 1000)} s` : 'no answer in time';
      down(new AppError('agent-unreachable', { address: agent, reason }));
    },
    (late) => {
      lastHeard += late;
    },
  );

  /** Asks for the status each second where no row stream brings it. */
  const pollStatus = () => {
    clearTimeout(poll);
    client.getAgent({}, new Metadata(), deadline(timings.silence), (error, response) => {
      if (!open || (streams.size > 0 && !error)) return;
      if (error) return down(fromGrpcError(agent, error));
      try {
        if (response.status) options.onStatus(decodeStatus(agent, response.status), Date.now());
      } catch (thrown) {
        return down(fromGrpcError(agent, thrown));
      }
      heard();
      clearTimeout(poll);
      poll = setTimeout(pollStatus, 1_000);
    });
  };

  const lane = options.inbox.lane();
  const streams = openRowStreams(endpoint, client, lane, {
    heard,
    rows: options.onRows,
    status: options.onStatus,
    began: options.onStream,
    losses: options.onLosses,
    over: options.onEnd,
    silent: () => open && pollStatus(),
    failed: down,
  });
  const watch = (queries: readonly RowQuery[]) => {
    clearTimeout(poll);
    lastHeard = performance.now();
    streams.set(queries);
  };

  const shut = (release: boolean) => {
    open = false;
    clearTimeout(poll);
    watchdog.stop();
    streams.cancel();
    lane.close();
    return leases.stop(release).then(() => client.close());
  };

  leases.set(options.leases);
  if (paused) streams.pause();
  watch(options.queries);

  return {
    setQueries: watch,
    setLeases: leases.set,
    setPaused(wanted) {
      paused = wanted;
      if (paused) streams.pause();
      else streams.resume();
    },
    fetchRow(table, id) {
      return new Promise((resolve, reject) => {
        client.getRow({ table, id }, new Metadata(), deadline(timings.call), (error, response) => {
          if (error) return reject(fromGrpcError(agent, error));
          try {
            const row = response.batch && decodeBatch(agent, response.batch).rows[0];
            if (!row) throw new AppError('row-gone', { agent });
            resolve(row);
          } catch (thrown) {
            reject(fromGrpcError(agent, thrown));
          }
        });
      });
    },
    close: () => shut(true),
  };
}

const deadline = (ms: number) => ({ deadline: Date.now() + ms });

/** This thread has no time to read what others say when it works for more than this share of the time; that counts so many times the limit at most. */
const busyShare = 0.8;
const mostBusyLimits = 4;

/**
 * Calls `check` often enough to notice silence. When the process itself stood still (suspended with ctrl-z, laptop asleep) or has more to do than it can (a hundred
 * agents at once), messages wait unread in the socket, so `late` first hands back the time that was nobody's fault.
 */
function watchSilence(timings: Timings, check: () => void, late: (ms: number) => void): { stop(): void } {
  const every = Math.min(timings.silence, timings.connect) / 6;
  let last = performance.now();
  let use = performance.eventLoopUtilization();
  let busyMs = 0;
  const timer = setInterval(() => {
    const now = performance.now();
    const over = now - last - every;
    const share = performance.eventLoopUtilization(use).utilization;
    use = performance.eventLoopUtilization();
    if (share < busyShare) busyMs = 0;
    else busyMs += now - last;
    const isBusy = busyMs > 0 && busyMs < mostBusyLimits * timings.silence;
    if (over > every || isBusy) late(isBusy ? now - last : over);
    last = now;
    check();
  }, every);
  return { stop: () => clearInterval(timer) };
}
