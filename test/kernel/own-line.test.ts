/** What a terminal says to an agent that listens on the loopback interface: nobody's traffic, beside traffic that is. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, createServer as listenTo } from 'node:net';
import { test } from 'node:test';
import { endpointAt } from '../../src/agent-client/client.ts';
import { createAgentClient } from '../../src/agent-client/create-agent-client.ts';
import type { Row } from '../../src/domain/column.ts';
import { startAgentProcess } from '../peers/agent.ts';
import { until } from '../wire/scripted-agent.ts';

test('a terminal’s connection to the agent is in no table, however much is said on it; others of the loopback interface are', async (t) => {
  const [port, other] = [await freePort(), createServer((_, answer) => answer.end('x'.repeat(100)))];
  other.listen(0, '127.0.0.1');
  await once(other, 'listening');
  t.after(() => other.close());
  const otherPort = (other.address() as AddressInfo).port;
  const agent = await startAgentProcess(`127.0.0.1:${port}`, '--cgroup', '/');
  t.after(() => agent.stop());
  const seen: Row[] = [];
  const query = { filter: '', payload: false, backlog: 1_000, maxRowsPerSecond: 0, once: false };
  const client = createAgentClient({
    agents: [endpointAt(`127.0.0.1:${port}`)],
    queries: ['conn_stats', 'tcp_stats_events', 'edge_stats'].map((table) => ({ table, ...query })),
    leases: [{ name: 'test', level: 'bodies', scopes: [], messageCap: 0 }],
    onEvent: (event) => {
      if (event.type === 'rows') seen.push(...event.rows);
    },
  });
  t.after(() => client.close());
  const told = (of: number) =>
    seen.filter((row) => [row.port, row.local_port, row.remote_port].includes(of) && row.local_addr !== undefined);
  // Three words on the other one: in as many seconds the agent has said more to its terminal than the terminal to it.
  await until('rows of the other connection', async () => {
    await (await fetch(`http://127.0.0.1:${otherPort}/`)).text();
    return told(otherPort).length >= 6;
  });
  assert.deepEqual(told(port), []);
});

async function freePort(): Promise<number> {
  const server = listenTo().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
