/** `flows`: bytes, failures and round trips between two ends. */
import type { FlowRow } from '../../../domain/tables/derived/flows.ts';
import { flows } from '../../../domain/tables/derived/flows.ts';
import type { Key } from '../keys.ts';
import { connSums, type Kinds } from '../kinds.ts';
import { type ConnGroup, connFold, connGroups } from './conn-groups.ts';
import { type Derivation, nanos, rateSeries } from './derivation.ts';

const groupOf = ({ ends, subject }: Key) => `${ends.source} ${ends.destination} ${subject.port} ${subject.transport}`;

export function deriveFlows(kinds: Kinds): Derivation {
  return {
    table: flows,
    folds: [connFold(kinds, groupOf, [connSums.sent, connSums.received])],
    *rows(stretch, fold) {
      if (!fold) return [];
      const rows: FlowRow[] = [];
      for (const conn of yield* connGroups(kinds, fold, groupOf, stretch)) {
        const [key] = conn.keys;
        if (!key) continue;
        const { ends, subject } = key;
        rows.push({
          id: conn.id,
          source: ends.source,
          destination: ends.destination,
          source_namespace: ends.sourceNamespace,
          destination_namespace: ends.destinationNamespace,
          transport: subject.transport,
          protocol: conn.protocol || null,
          port: subject.port,
          sent_rate: conn.rate(connSums.sent),
          recv_rate: conn.rate(connSums.received),
          bytes_series: rateSeries(fold, conn.group, conn.told),
          bytes_sent: conn.totalSent,
          bytes_recv: conn.totalReceived,
          connections: conn.active,
          open_rate: conn.rate(connSums.opened),
          conn_failed: conn.sum(connSums.failed),
          reasons: reasonsOf(conn),
          resets: conn.sum(connSums.resets),
          retransmits: conn.sum(connSums.retransmits),
          rtt: conn.rtt,
          handshake: conn.handshake,
          turn_latency: conn.turnLatency,
          time_: nanos(conn.last),
        });
        yield;
      }
      return rows;
    },
  };
}

/** "12 refused, 3 timeout" */
function reasonsOf({ sum }: ConnGroup): string | null {
  const reasons: readonly (readonly [string, number])[] = [
    ['refused', sum(connSums.refused)],
    ['timeout', sum(connSums.timedOut)],
    ['unreachable', sum(connSums.unreachable)],
    ['aborted', sum(connSums.aborted)],
  ];
  const some = reasons.filter(([, count]) => count > 0).toSorted(([, a], [, b]) => b - a);
  return some.map(([reason, count]) => `${count} ${reason}`).join(', ') || null;
}
