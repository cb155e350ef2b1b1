/** A cluster of 500 services that call each other, as ten agents tell of it: for benchmarks. */
import type { AgentEvent } from '../../../domain/agent-event.ts';
import { connRow, containerRow, edgeRow, endpointRow, podRows, type ShopCall } from './shop.ts';

/** Services, and who calls whom. */
export const clusterSize = { services: 500, edges: 2_000 };
const callsPerSecond = 5;
const agents = 10;
/** Unix ms. */
export const clusterBegin = 1_790_000_000_000;

const podOf = (n: number) =>
  `ns${n % 20}/svc${n}-7d9f8b5c6-x2k4l`.replace(/^ns\d+/, (text) =>
    text.replace(/\d+/, (d) => 'abcdefghijklmnopqrst'[Number(d)] ?? 'a'),
  );
const calls: readonly ShopCall[] = Array.from({ length: clusterSize.edges }, (_, n) => ({
  source: podOf(n % clusterSize.services),
  destination: podOf((n * 7 + Math.floor(n / clusterSize.services) + 1) % clusterSize.services),
  port: 8080,
  protocol: 'http',
  method: 'GET',
  route: `/route/${n % 4}`,
  rate: callsPerSecond,
  latencyMs: 1 + (n % 200),
}));

/**
 * What the agents tell of second `n`, which begins at `time` (Unix ms). Making the rows costs more than taking them: those of the first
 * second are told again with another time.
 */
export function clusterSecond(time: number, n: number): AgentEvent[] {
  const nanos = BigInt(time) * 1_000_000n;
  first ??= makeSecond(clusterBegin, 0);
  return first.map((event) => {
    if (event.type !== 'rows') return event;
    const grow = event.table === 'conn_stats' ? n + 1 : 1;
    const rows = event.rows.map((row) => {
      if (event.table !== 'conn_stats') return { ...row, time_: nanos };
      const [sent, received, turns] = [Number(row.bytes_sent), Number(row.bytes_recv), Number(row.turns)];
      return { ...row, time_: nanos, bytes_sent: sent * grow, bytes_recv: received * grow, turns: turns * grow };
    });
    return { ...event, rows };
  });
}

/** What ten agents tell of a second, each its share. */
function makeSecond(time: number, n: number): AgentEvent[] {
  const events: AgentEvent[] = [];
  for (let agent = 0; agent < agents; agent += 1) {
    const name = `node-${agent}`;
    const mine = (_: unknown, at: number) => at % agents === agent;
    const part = calls.filter(mine);
    const pods = Array.from({ length: clusterSize.services }, (_, at) => podOf(at)).filter(mine);
    const tell = (table: string, rows: Extract<AgentEvent, { type: 'rows' }>['rows']) =>
      events.push({ type: 'rows', agent: name, table, rows });
    tell('pod_stats', podRows(part, time, name));
    tell(
      'edge_stats',
      part.flatMap((call) => [...edgeRow(call, 'client', time, name), ...edgeRow(call, 'server', time, name)]),
    );
    tell(
      'endpoint_stats',
      part.flatMap((call) => endpointRow(call, 'server', time, name)),
    );
    tell(
      'conn_stats',
      part.flatMap((call) => [
        connRow(call, 'client', time, n + 1, clusterBegin, name),
        connRow(call, 'server', time, n + 1, clusterBegin, name),
      ]),
    );
    tell(
      'process_stats',
      pods.map((pod, at) => containerRow(pod, at % 20, time, name)),
    );
  }
  return events;
}

let first: AgentEvent[] | undefined;
