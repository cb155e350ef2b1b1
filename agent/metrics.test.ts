import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AgentStatus } from '../src/domain/agent-status.ts';
import { createAgentMetrics } from './metrics.ts';

test('the agent’s metrics are its status, in the text format of Prometheus, as it is when they are asked for', async () => {
  let rows = 5;
  const status = (): AgentStatus => ({
    node: 'node-1',
    version: '1.2.3',
    kernel: '6.1',
    source: { kind: 'live', name: '/', progress: 0 },
    started: 1_700_000_000_000_000_000n,
    pid: 1,
    cpus: 2,
    cpuNanos: 2.5e9,
    rssBytes: 80e6,
    mapBytes: 20e6,
    programs: [],
    totals: { rows, connections_open: 7 },
    losses: [{ reason: 'ring-full', count: 3 }],
    leases: [],
    ringRows: 10,
    ringBytes: 1000,
    names: { state: 'away', reason: 'x', pods: 4 },
  });
  const metrics = createAgentMetrics(status);
  const value = async (name: string): Promise<number> => {
    const line = (await metrics.text()).split('\n').find((each) => each.startsWith(`kelpie_agent_${name} `));
    return Number(line?.split(' ').at(-1));
  };
  assert.match(metrics.contentType, /^text\/plain; version=0\.0\.4/);
  assert.equal(await value('info{node="node-1",version="1.2.3",kernel="6.1",source="live"}'), 1);
  assert.equal(await value('cpu_seconds_total'), 2.5);
  assert.equal(await value('losses_total{reason="ring-full"}'), 3);
  assert.equal(await value('current{name="connections_open"}'), 7);
  assert.deepEqual([await value('names_synced'), await value('pods')], [0, 4]);
  assert.equal(await value('events_total{name="rows"}'), 5);
  rows = 9;
  assert.equal(await value('events_total{name="rows"}'), 9);
  for (const line of (await metrics.text()).split('\n'))
    assert.match(line, /^$|^# (HELP|TYPE) |^[a-z_]+(\{[^}]*\})? [-+.\deE]+$/);
});
