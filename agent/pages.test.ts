/** The agent's pages as kubelet and Prometheus ask for them. */
import assert from 'node:assert/strict';
import { afterEach, describe, test } from 'node:test';
import type { AgentStatus } from '../src/domain/agent-status.ts';
import { servePages } from './pages.ts';
import type { HttpPages } from './server/http-pages.ts';

const anywhere = { host: '127.0.0.1', port: 0 };

describe('the agent’s pages', () => {
  let open: readonly HttpPages[] = [];
  afterEach(() => {
    for (const each of open) each.close();
  });
  let rows = 7;
  const status = (): AgentStatus => ({
    node: 'node "1"\\\n',
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
    totals: { rows, connections_open: 3 },
    losses: [],
    leases: [],
    ringRows: 10,
    ringBytes: 1000,
    policy: {
      source: '/p',
      loaded: 1n,
      problem: 'no YAML',
      captureAtMost: 'heads',
      excludeNamespaces: [],
      redactFields: [],
      pods: [],
    },
  });
  const serve = async (which: { health?: boolean; metrics?: boolean }): Promise<string> => {
    open = await servePages(
      { health: which.health ? anywhere : undefined, metrics: which.metrics ? anywhere : undefined },
      status,
    );
    return `http://127.0.0.1:${open[0]?.port}`;
  };

  test('say that it lives and is ready, on one port with its metrics where that is asked for', async () => {
    const base = await serve({ health: true, metrics: true });
    assert.equal(open.length, 1);
    for (const path of ['/livez', '/readyz']) {
      const response = await fetch(base + path);
      assert.deepEqual([response.status, await response.text()], [200, 'ok\n']);
    }
    const head = await fetch(`${base}/metrics`, { method: 'HEAD' });
    assert.deepEqual([head.status, await head.text()], [200, '']);
    const post = await fetch(`${base}/metrics`, { method: 'POST', body: 'x' });
    assert.deepEqual([post.status, post.headers.get('allow')], [405, 'GET, HEAD']);
    assert.equal((await fetch(`${base}/healthz`)).status, 404);
  });

  test('are those that were asked for and no others', async () => {
    const base = await serve({ health: true });
    assert.equal((await fetch(`${base}/metrics`)).status, 404);
    assert.deepEqual(await servePages({ health: undefined, metrics: undefined }, status), []);
  });

  test('metrics are text as Prometheus reads it, whatever a name is; totals rise, and are never told twice', async () => {
    const base = await serve({ metrics: true });
    const read = async () => {
      const response = await fetch(`${base}/metrics`);
      assert.match(response.headers.get('content-type') ?? '', /^text\/plain; version=0\.0\.4/);
      return parseExposition(await response.text());
    };
    const first = await read();
    assert.equal(first.get('kelpie_agent_events_total{name="rows"}'), 7);
    assert.equal(first.get('kelpie_agent_policy_ok'), 0);
    assert.ok(first.has('kelpie_agent_info{node="node \\"1\\"\\\\\\n",version="1.2.3",kernel="6.1",source="live"}'));
    rows = 12;
    const second = await read();
    assert.equal(second.get('kelpie_agent_events_total{name="rows"}'), 12);
    for (const [name, value] of first) if (name.includes('_total')) assert.ok((second.get(name) ?? -1) >= value, name);
  });
});

/** Samples by name and labels (prometheus.io/docs/instrumenting/exposition_formats); fails on what is none. */
function parseExposition(text: string): ReadonlyMap<string, number> {
  assert.ok(text.endsWith('\n'));
  const types = new Map<string, string>();
  const samples = new Map<string, number>();
  for (const line of text.split('\n').filter(Boolean)) {
    const [, kind, name = '', rest = ''] = /^# (HELP|TYPE) ([a-zA-Z_:][\w:]*) (.*)$/.exec(line) ?? [];
    if (kind === 'TYPE') {
      assert.match(rest, /^(counter|gauge)$/);
      assert.ok(!types.has(name), `${name} has one type`);
      types.set(name, rest);
    }
    if (kind) continue;
    const sample =
      /^([a-zA-Z_:][\w:]*)(\{[a-zA-Z_]\w*="(?:[^"\\\n]|\\["\\n])*"(?:,[a-zA-Z_]\w*="(?:[^"\\\n]|\\["\\n])*")*\})? (\S+)$/;
    const [, metric = '', labels = '', value = ''] = sample.exec(line) ?? assert.fail(line);
    assert.ok(types.has(metric), `${metric} has a type before it has a value`);
    assert.ok(Number.isFinite(Number(value)), line);
    assert.ok(!samples.has(metric + labels), `${metric + labels} is told once`);
    samples.set(metric + labels, Number(value));
  }
  return samples;
}
