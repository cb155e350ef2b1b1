/** What a connection that only stays open costs the agent, over all of its tables. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAttribution } from './attribution/attribution.ts';
import { kernelProcesses } from './attribution/processes.ts';
import { createPodsBelow } from './attribution/resolvers/pods-below.ts';
import { createFlowTables } from './flows/flow-tables.ts';
import { heldBytes } from './memory.bench.ts';
import { createProtocols } from './protocols/index.ts';
import { createConnections } from './stream/connections.ts';
import { modelConnection, play, start } from './stream/testing/capture-model.ts';

const host = { node: 'node-1', kernel: '6.1', cpus: 2, clockOffset: 0n };

/** The agent's tables of connections, and how many have been opened in them. */
function createTables() {
  const losses = new Map<string, number>();
  const lost = (reason: string, count: number) => void losses.set(reason, (losses.get(reason) ?? 0) + count);
  const wallTime = (time: number) => BigInt(Math.round(time));
  const attribution = createAttribution({
    host,
    cgroups: { pathOf: () => '/pods/shop/idle/app' },
    processes: kernelProcesses,
    resolvers: [createPodsBelow('/pods')],
  });
  const flows = createFlowTables({ names: attribution.names, wallTime, row() {}, lost });
  const connections = createConnections({
    protocols: createProtocols(),
    identity: attribution.identity,
    wallTime,
    output: {
      row() {},
      lost,
      recognised(cookie, protocol) {
        const socket = attribution.socketOf(cookie);
        if (socket) flows.recognised(socket, protocol);
      },
    },
  });
  let opened = 0;
  return {
    losses,
    totals: (): Readonly<Record<string, number>> => ({
      ...connections.totals(),
      ...flows.totals(),
      sockets: attribution.sockets,
    }),
    /** Opens connections from a few addresses, with an exchange on each. */
    open(count: number) {
      for (let i = 0; i < count; i++, opened++) {
        const model = modelConnection({ cookie: 1e6 + opened })
          .send(0, 'GET /idle HTTP/1.1\r\nHost: h\r\n\r\n')
          .send(1, 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
        const [first] = model.records;
        assert.ok(first?.type === 'open');
        const open = {
          ...first.open,
          remoteAddress: `10.0.0.${1 + (opened >> 14)}`,
          remotePort: 30_000 + (opened & 16_383),
        };
        attribution.open(open);
        play([{ type: 'open', open }, ...model.records.slice(1)], connections);
        flows.flow({
          ...open,
          ...{ time: model.now, state: 'open', end: undefined, opened: open.time },
          ...{ bytes: [31, 40], packets: [3, 3], retransmits: 0, srttUs: 50 },
          ...{ handshakeUs: 0, turns: 1, turnNs: 30_000, turnMaxNs: 30_000 },
        });
        if (i % 1000 === 999) flows.tick(model.now);
      }
    },
    /** Goes on for so many captured seconds. */
    wait(seconds: number) {
      for (let i = 1; i <= seconds * 10; i++) {
        const time = start + 1e9 + i * 100e6;
        attribution.tick(time);
        connections.tick(time);
        flows.tick(time);
      }
    },
  };
}

test('an idle connection costs less than 700 bytes, and each is known, by name, flow and protocol', async (t) => {
  const count = 30_000;
  // Code and what it was found to work on take memory too.
  const warm = createTables();
  warm.open(2000);
  warm.wait(10);
  const tables = createTables();
  const before = await heldBytes();
  tables.open(count);
  tables.wait(10);
  const each = ((await heldBytes()) - before) / count;
  t.diagnostic(`${each.toFixed(0)} bytes`);
  assert.ok(each < 700, `${each.toFixed(0)} bytes`);
  const { connections_open, resting_connections = 0, flow_connections, sockets } = tables.totals();
  assert.deepEqual([connections_open, flow_connections, sockets], [count, count, count]);
  assert.ok(resting_connections > 0.95 * count);
  assert.deepEqual([...tables.losses], []);
});
