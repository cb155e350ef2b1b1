/** Prints rows of a table as agents send them: events once they are final, what goes on changing at the end. */
import type { CaptureLevel } from '../domain/agent-status.ts';
import type { Row } from '../domain/column.ts';
import { createEarlyRows } from './early-rows.ts';
import { createFinalRows } from './final-rows.ts';
import { filterOf } from './get-request.ts';
import { type Printer, type PrinterOptions, sorted, wholeBacklog, writerOf } from './printer.ts';
import { isForeign } from './source-options.ts';
import { podInfo } from './wants.ts';

/** How deep traffic must be captured for a table; the others need heads. */
const levels: Readonly<Record<string, CaptureLevel>> = {
  http_events: 'bodies',
  conn_stats: 'flows',
  tcp_stats_events: 'flows',
  process_stats: 'flows',
  network_stats: 'flows',
  pod_info: 'flows',
};

/** After the time is up: what was on the wire by then is on its way here, ms. */
const settleMs = 400;

export function createRowPrinter({ request, source, output }: PrinterOptions): Printer {
  const { table, filter, format, until, limit = Number.POSITIVE_INFINITY, sinceMs, sort } = request;
  const writer = writerOf(request);
  const asked = filterOf(table, filter, source.pods);
  /** Agents tell whose pods are, as nobody else does. */
  const needsPods = asked.asksPods && !source.knowsPods?.();
  const early = createEarlyRows(asked);
  const enough = Promise.withResolvers<void>();
  const held: Row[] = [];
  let printed = 0;
  let oldest: bigint | undefined;

  const print = (row: Row) => {
    if (printed >= limit) return;
    if (printed === 0) output.write(writer.begin());
    printed += 1;
    output.write(writer.row(row));
    if (printed >= limit) enough.resolve();
  };
  const rows = createFinalRows(table, until.kind === 'told', (row) => {
    if (sort) held.push(row);
    else print(row);
  });
  const flush = () => {
    rows.flush();
    for (const row of sorted(request, held, sort)) print(row);
  };

  const fromNow = until.kind === 'time' && !source.own;
  const isKept = until.kind === 'end' && !source.recorded;
  // A recording of ours is still being read: its end is the end.
  const once = until.kind === 'end' && isForeign(request.source.choice);
  const take = (agent: string, row: Row) => {
    const time = row[table.time];
    if (oldest !== undefined && typeof time === 'bigint' && time < oldest) return;
    rows.take(agent, row);
  };
  return {
    queries: [
      {
        table: table.id,
        filter,
        payload: format === 'json' || format === 'jsonl',
        backlog: fromNow
          ? 0
          : isKept && !sort
            ? limit === Number.POSITIVE_INFINITY
              ? wholeBacklog
              : limit
            : wholeBacklog,
        maxRowsPerSecond: 0,
        once,
      },
      ...(needsPods ? [{ ...podInfo, once }] : []),
    ],
    level: levels[table.id] ?? 'heads',
    take(event) {
      if (event.type !== 'rows') return;
      if (sinceMs !== undefined) oldest ??= BigInt(Date.now() - sinceMs) * 1_000_000n;
      if (needsPods && event.table === podInfo.table) {
        for (const row of event.rows) source.pods.putRow(row, event.agent);
        for (const [agent, row] of early.takeKnown()) take(agent, row);
        return;
      }
      for (const row of event.rows) {
        // Of a cluster the agents let pass what names may change; here it has them.
        if (asked.mayMatch(row)) take(event.agent, row);
        else if (needsPods) early.put(event.agent, row);
      }
    },
    enough: enough.promise,
    settled: () => new Promise((resolve) => setTimeout(resolve, settleMs)),
    finish() {
      flush();
      if (printed === 0) output.write(writer.begin());
      output.write(writer.end());
    },
    cut(isTold) {
      if (isTold) flush();
      if (printed > 0) output.write(writer.end());
    },
    get printed() {
      return printed;
    },
  };
}
