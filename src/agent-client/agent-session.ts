/** One life of the connection to one agent: from dialling until the first thing that goes wrong. */

import { Metadata } from '@grpc/grpc-js';
import type { AgentStatus, Loss } from '../domain/agent-status.ts';
import type { Row } from '../domain/column.ts';
import { AppError } from '../domain/errors.ts';
import type { LeaseRequest, RowQuery, Timings } from './client.ts';
import { decodeBatch } from './from-wire.ts';
import { openChannel } from './grpc-channel.ts';
import { fromGrpcError } from './grpc-errors.ts';
import { createLeaseKeeper } from './lease-keeper.ts';
import { openRowStream, type RowStream } from './row-stream.ts';
import { decodeStatus } from './status-from-wire.ts';

export interface SessionOptions {
  readonly agent: string;
  readonly clientId: string;
  readonly query: RowQuery | undefined;
  readonly lease: LeaseRequest | undefined;
  readonly paused: boolean;
  readonly timings: Timings;
  /** The agent answers, and captures what the lease asks for. */
  readonly onUp: () => void;
  readonly onRows: (table: string, rows: readonly Row[]) => void;
  readonly onStatus: (status: AgentStatus, time: number) => void;
  /** A new row stream begins: its loss totals start from nothing. */
  readonly onStream: () => void;
  readonly onLosses: (losses: readonly Loss[]) => void;
  /** No more rows for this query. */
  readonly onEnd: () => void;
  /** Once; nothing is called after it. */
  readonly onDown: (error: AppError) => void;
}

export interface AgentSession {
  setQuery(query: RowQuery): void;
  setLease(lease: LeaseRequest): void;
  setPaused(paused: boolean): void;
  fetchRow(table: string, id: string): Promise<Row>;
  /** Releases the lease and closes; resolves within the close time. */
  close(): Promise<void>;
}

export function openSession(options: SessionOptions): AgentSession {
  const { agent, timings } = options;
  const client = openChannel(agent);
  let open = true;
  let paused = options.paused;
  let stream: RowStream | undefined;
  let poll: NodeJS.Timeout | undefined;
  let leased = options.lease === undefined || options.lease.level === 'off';
  let answered = false;
  let up = false;

  const down = (error: AppError) => {
    if (!open) return;
    shut(false);
    options.onDown(error);
  };
  const mayBeUp = () => {
    if (up || !leased || !answered) return;
    up = true;
    options.onUp();
  };

  const lease = createLeaseKeeper({
    agent,
    clientId: options.clientId,
    client,
    timings,
    onGranted() {
      leased = true;
      mayBeUp();
    },
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
    client.getAgent({}, new Metadata(), deadline(timings.silence), (error, response) => {
      if (!open || (stream && !error)) return;
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

  const watch = (query: RowQuery) => {
    clearTimeout(poll);
    stream?.cancel();
    options.onStream();
    lastHeard = performance.now();
    stream = openRowStream(agent, client, query, {
      heard,
      rows: options.onRows,
      status: options.onStatus,
      losses: options.onLosses,
      end: options.onEnd,
      closed() {
        stream = undefined;
        pollStatus();
      },
      failed: down,
    });
    if (paused) stream.pause();
  };

  const shut = (release: boolean) => {
    open = false;
    clearTimeout(poll);
    watchdog.stop();
    stream?.cancel();
    return lease.stop(release).then(() => client.close());
  };

  if (!leased) lease.set(options.lease);
  if (options.query) watch(options.query);
  else pollStatus();

  return {
    setQuery: watch,
    setLease: (wanted) => lease.set(wanted),
    setPaused(wanted) {
      paused = wanted;
      if (paused) stream?.pause();
      else stream?.resume();
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

/**
 * Calls `check` often enough to notice silence. When the process itself stood still (suspended with ctrl-z, laptop asleep), messages
 * wait unread in the socket, so `late` first hands back the time that was nobody's fault.
 */
function watchSilence(timings: Timings, check: () => void, late: (ms: number) => void): { stop(): void } {
  const every = Math.min(timings.silence, timings.connect) / 6;
  let last = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    const over = now - last - every;
    last = now;
    if (over > every) late(over);
    check();
  }, every);
  return { stop: () => clearInterval(timer) };
}
