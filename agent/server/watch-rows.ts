/** One WatchRows stream: rows in batches as the reader can take them, status once a second, losses when they change. */
import { type ServerWritableStream, status } from '@grpc/grpc-js';
import type { WatchRowsRequest, WatchRowsResponse } from '../../proto/gen/kelpie/v1/agent.ts';
import { AppError, toAppError } from '../../src/domain/errors.ts';
import type { Filter } from '../../src/domain/filter/filter.ts';
import type { Table } from '../../src/domain/table.ts';
import { findTable, tables } from '../../src/domain/tables/index.ts';
import type { Subscription } from '../rows/subscription.ts';
import type { AgentApi } from './api.ts';
import { grpcError } from './errors.ts';
import { encodeRows, splitRows } from './rows-to-wire.ts';
import { statusToWire } from './status-to-wire.ts';

type Event = NonNullable<WatchRowsResponse['event']>;
/** A message, or one that is encoded already. */
export type WatchResponse = WatchRowsResponse | Uint8Array;
export type WatchCall = ServerWritableStream<WatchRowsRequest, WatchResponse>;

/** Rows wait at most this long for company, ms. */
const gatherMs = 50;
const statusMs = 1000;
/** One message: far below what a client accepts (8 MiB), large enough to be cheap per row. */
const batchRows = 2000;
const batchBytes = 1 << 20;

export function watchRows(api: AgentApi, call: WatchCall): void {
  let table: Table;
  let filter: Filter;
  try {
    table = tableOf(call.request.table);
    filter = filterOf(api, table, call.request);
  } catch (thrown) {
    call.emit('error', grpcError(thrown as AppError));
    return;
  }
  const { payload, once } = call.request;
  const pending: WatchResponse[] = [];
  /** A status waits among them. */
  let statusWaits = false;
  let writing = false;
  let gather: NodeJS.Timeout | undefined;
  let lossesSent = '';
  let endSent = false;
  let closed = false;

  const subscription: Subscription = api.rows.subscribe(
    {
      table,
      filter,
      backlog: call.request.backlog,
      maxRowsPerSecond: call.request.maxRowsPerSecond,
      once,
      paceMs: call.request.paceMs,
    },
    () => gatherRows(),
  );

  function gatherRows(): void {
    gather ??= setTimeout(() => {
      gather = undefined;
      pump();
    }, gatherMs);
  }

  const responseOf = (event: Event): WatchRowsResponse => ({ node: api.node, time: wallNanos(), event });

  function next(): WatchResponse | undefined {
    const waiting = pending.shift();
    if (waiting) {
      statusWaits &&= waiting instanceof Uint8Array;
      return waiting;
    }
    const rows = subscription.take(payload ? batchRows / 10 : batchRows, batchBytes);
    if (rows.length > 0) {
      for (const group of splitRows(table, rows, payload)) {
        pending.push(encodeRows(api.node, wallNanos(), table, group, payload, api.sharedOf));
      }
      return pending.shift();
    }
    const losses = JSON.stringify(subscription.losses);
    if (losses !== lossesSent && losses !== '[]') {
      lossesSent = losses;
      return responseOf({ $case: 'loss', value: { losses: subscription.losses.map((loss) => ({ ...loss })) } });
    }
    if (subscription.ended && !endSent) {
      endSent = true;
      // The last word on losses comes before the end: nobody waits for the next second's status after it.
      pending.push(responseOf({ $case: 'end', value: {} }));
      return responseOf({ $case: 'status', value: statusToWire(api.status()) });
    }
    return undefined;
  }

  /** One message is under way at a time: what the reader does not take stays in its bounded queue. */
  function pump(): void {
    if (writing || closed) return;
    let response: WatchResponse | undefined;
    try {
      response = next();
    } catch (thrown) {
      // A defect of ours ends this stream, never the agent.
      close();
      call.emit('error', grpcError(toAppError(thrown), status.INTERNAL));
      return;
    }
    if (response) {
      writing = true;
      call.write(response, written);
    } else if (endSent && once) finish();
  }

  function written(): void {
    writing = false;
    const plenty = pending.length > 0 || subscription.waiting >= batchRows || api.rows.finished;
    if (plenty || (once && subscription.ended)) pump();
    else if (!closed) gatherRows();
  }

  function sendStatus(): void {
    // A reader too slow for rows gets the newest status when it is ready, not every one.
    if (!statusWaits) pending.push(responseOf({ $case: 'status', value: statusToWire(api.status()) }));
    statusWaits = true;
    pump();
  }

  function close(): void {
    if (closed) return;
    closed = true;
    clearInterval(statusTimer);
    clearTimeout(gather);
    subscription.close();
  }

  function finish(): void {
    close();
    call.end();
  }

  const statusTimer = setInterval(sendStatus, statusMs);
  call.on('cancelled', close);
  call.on('close', close);
  call.on('error', close);
  sendStatus();
}

/** @throws AppError `usage` */
export function tableOf(id: string): Table {
  const table = findTable(id);
  if (table) return table;
  const known = tables.map((each) => each.id).join(', ');
  throw new AppError('usage', { detail: `There is no table "${id.slice(0, 64)}". Tables: ${known}.` });
}

/** @throws AppError `filter-invalid` */
function filterOf(api: AgentApi, table: Table, { filter: text, namesElsewhere }: WatchRowsRequest): Filter {
  const result = api.parseFilter(table, text);
  if (result.ok) {
    const { filter } = result;
    return namesElsewhere ? { ...filter, matches: filter.mayMatchNamed } : filter;
  }
  throw new AppError('filter-invalid', { text, ...result.error });
}

function wallNanos(): bigint {
  return BigInt(Date.now()) * 1_000_000n;
}
