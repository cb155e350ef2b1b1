/** Runs captured records through ordering and HTTP and collects the rows, for tests. */
import type { Row } from '../../../../src/domain/column.ts';
import type { HttpEvent } from '../../../../src/domain/tables/http-events.ts';
import { httpEvents } from '../../../../src/domain/tables/http-events.ts';
import { type Connections, createConnections } from '../../../stream/connections.ts';
import type { StreamLimits } from '../../../stream/limits.ts';
import type { ExchangeFacts } from '../../../stream/protocol.ts';
import { type CaptureRecord, play } from '../../../stream/testing/capture-model.ts';
import { createProtocols } from '../../index.ts';
import { payloadOf } from '../../payload.ts';
import type { ProtocolOptions } from '../../protocol.ts';

export interface Bench {
  readonly connections: Connections;
  /** Every row put, updates included. */
  readonly puts: HttpEvent[];
  readonly losses: Map<string, number>;
  /** Exchanges told of as over, in that order. */
  readonly facts: ExchangeFacts[];
  /** The last state of each row, in full, in the order of their numbers. */
  rows(): HttpEvent[];
}

export function createBench(options: ProtocolOptions & { readonly limits?: Partial<StreamLimits> } = {}): Bench {
  const puts: HttpEvent[] = [];
  const losses = new Map<string, number>();
  const facts: ExchangeFacts[] = [];
  const connections = createConnections({
    protocols: createProtocols({ redact: options.redact, onRedact: options.onRedact }),
    identity: (_socket, role): Row => ({ source: role, destination: 'other', node: 'node-a' }),
    wallTime: (time) => BigInt(Math.round(time)),
    output: {
      row: (_table, row) => void puts.push(row as HttpEvent),
      exchange: (exchange) => void facts.push({ ...exchange }),
      lost: (reason, count) => void losses.set(reason, (losses.get(reason) ?? 0) + count),
    },
    limits: options.limits,
  });
  return {
    connections,
    puts,
    losses,
    facts,
    rows() {
      const last = new Map<string, HttpEvent>();
      for (const row of puts) last.set(row.id, row);
      return [...last.values()]
        .map((row) => payloadOf(httpEvents, row) as HttpEvent)
        .sort((a, b) => a.conn_exchange - b.conn_exchange);
    },
  };
}

/** Rows of these records, the recording ending after them. */
export function rowsOf(records: readonly CaptureRecord[], options: Parameters<typeof createBench>[0] = {}) {
  const bench = createBench(options);
  play(records, bench.connections);
  bench.connections.flush();
  return {
    rows: bench.rows(),
    puts: bench.puts,
    losses: Object.fromEntries(bench.losses),
    facts: bench.facts,
    bench,
  };
}
