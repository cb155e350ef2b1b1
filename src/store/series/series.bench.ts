/**
 * What the store costs at 500 services and 2,000 edges: run with `node --import tsx --expose-gc src/store/series/series.bench.ts`.
 * Prints CPU per second of captured time at four ticks a second, and the memory a quarter of an hour takes.
 */
import type { AgentEvent } from '../../domain/agent-event.ts';
import { createStore } from '../create-store.ts';
import { connRow, containerRow, edgeRow, endpointRow, podRows, type ShopCall } from './testing/shop.ts';

const services = 500;
const edges = 2_000;
const callsPerSecond = 5;
const ticks = 4;
const agents = 10;
const begin = 1_790_000_000_000;

const podOf = (n: number) =>
  `ns${n % 20}/svc${n}-7d9f8b5c6-x2k4l`.replace(/^ns\d+/, (text) =>
    text.replace(/\d+/, (d) => 'abcdefghijklmnopqrst'[Number(d)] ?? 'a'),
  );
const calls: readonly ShopCall[] = Array.from({ length: edges }, (_, n) => ({
  source: podOf(n % services),
  destination: podOf((n * 7 + Math.floor(n / services) + 1) % services),
  port: 8080,
  protocol: 'http',
  method: 'GET',
  route: `/route/${n % 4}`,
  rate: callsPerSecond,
  latencyMs: 1 + (n % 200),
}));

/** Making the rows costs more than taking them: those of the first second are told again with another time. */
function secondOf(time: number, n: number): AgentEvent[] {
  const nanos = BigInt(time) * 1_000_000n;
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
    const pods = Array.from({ length: services }, (_, at) => podOf(at)).filter(mine);
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
        connRow(call, 'client', time, n + 1, begin, name),
        connRow(call, 'server', time, n + 1, begin, name),
      ]),
    );
    tell(
      'process_stats',
      pods.map((pod, at) => containerRow(pod, at % 20, time, name)),
    );
  }
  return events;
}

const first = makeSecond(begin, 0);

const cpu = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
};
const memory = () => {
  globalThis.gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return (heapUsed + arrayBuffers) / 1024 / 1024;
};

const seconds = Number(process.env.SECONDS ?? 120);
const shown = process.env.TABLES?.split(',');
for (const tables of shown
  ? [shown]
  : [['services'], ['edges'], ['services', 'edges', 'pods', 'endpoints', 'flows', 'namespaces']]) {
  let now = begin;
  const store = createStore({}, () => now);
  const before = memory();
  let taken = 0;
  let worked = 0;
  let slowest = 0;
  const measured = Math.floor(seconds / 2);
  for (let n = 0; n < seconds; n += 1) {
    const time = begin + n * 1_000;
    const events = secondOf(time, n);
    // Agents tell of a second over the quarters of the next one.
    for (let tick = 0; tick < ticks; tick += 1) {
      now = time + 1_000 + tick * 250;
      const share = events.filter((_, at) => Math.floor((at * ticks) / events.length) === tick);
      const at = cpu();
      for (const event of share) store.apply(event);
      const applied = cpu();
      store.publish();
      const snapshot = store.getSnapshot();
      const { held } = snapshot;
      const wall = performance.now();
      if (held) for (const table of tables) snapshot.derived(table, { from: held.to - 60_000, to: held.to });
      if (n >= seconds - measured) {
        taken += applied - at;
        worked += cpu() - applied;
        slowest = Math.max(slowest, performance.now() - wall);
      }
    }
  }
  const { held } = store.getSnapshot();
  console.log(
    `${tables.join(' ')}: take ${(taken / measured).toFixed(1)} ms, show ${(worked / measured).toFixed(1)} ms of CPU a second; ` +
      `slowest tick ${slowest.toFixed(0)} ms; ${(memory() - before).toFixed(0)} MiB for ${seconds} s; held ${held ? (held.to - held.from) / 1_000 : 0} s; ` +
      `lost ${JSON.stringify(store.getSnapshot().losses)}`,
  );
}
