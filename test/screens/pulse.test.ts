import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import type { AgentState, Snapshot } from '../../src/store/store.ts';
import { status } from './rows.ts';
import { openScreen, type Screen, type ScreenOptions } from './screen.ts';
import { type Past, rowsOf, snapshotOf, spread } from './summaries.ts';

process.env.TZ = 'UTC';
const to = Date.UTC(2026, 10, 22, 12, 3, 30);
const open: Screen[] = [];
after(() => Promise.all(open.map((screen) => screen.close())));

const golden = { rate: 20, requests: 1200, errors: 0, client_errors: 0, p50: 2e6, p90: 9e6, p99: 20e6 };
const service = (name: string, over: object = {}) => ({ service: name, namespace: 'shop', ...golden, ...over });
const endpoint = (route: string, over: object = {}) => {
  return {
    id: route,
    service: 'shop/api',
    namespace: 'shop',
    protocol: 'http',
    method: 'GET',
    route,
    ...golden,
    ...over,
  };
};
const pod = (name: string, over: object = {}) => {
  const usage = { cpu: 0.1, memory: 50e6, memory_share: null, throttled: 0, restarts: 0 };
  return { pod: name, namespace: 'shop', ...usage, ...over };
};
const agent: AgentState = {
  agent: 'unix:/a',
  link: { state: 'connected' },
  lastHeard: to,
  status,
  previousStatus: undefined,
  losses: [],
  rates: {},
  cpu: 0.02,
};

type Tables = Readonly<Record<string, readonly object[]>>;
const keys: Readonly<Record<string, string>> = { services: 'service', pods: 'pod' };

/** Ten quiet minutes; `now` and `before` are what the tables say of the newest stretch and of the one before. */
function past(now: Tables, before: Tables = {}, over: Partial<Past> = {}): Past {
  const quiet: Tables = {
    services: [service('shop/api'), service('shop/cart')],
    endpoints: [endpoint('/cart')],
    pods: [pod('shop/api-7d9f8b5c6-x2k4l')],
  };
  return {
    to,
    seconds: 600,
    second: (n) => ({ requests: 60, latencies: spread(n, 60, 2e6, 50e6) }),
    derived: (table, window) => {
      const rows = window.to === to ? (now[table] ?? quiet[table]) : (before[table] ?? quiet[table]);
      return rowsOf(keys[table] ?? 'id', (rows ?? []) as Readonly<Record<string, unknown>>[]);
    },
    ...over,
    over: { agents: [agent], ...over.over },
  };
}

async function pulse(what: Past, options: Partial<ScreenOptions> = {}): Promise<Screen> {
  const screen = await openScreen({ columns: 80, rows: 24, command: 'pulse', ...options });
  open.push(screen);
  screen.app.show(snapshotOf(what));
  await screen.settled();
  return screen;
}

const text = (screen: Screen) => screen.grid().join('\n');

const troubled = past({
  services: [service('shop/api', { p99: 900e6 }), service('shop/cart', { errors: 0.2 })],
  endpoints: [endpoint('/cart', { errors: 0.2 }), endpoint('/', { p99: 30e6 })],
  flows: [
    {
      id: 'f',
      source: 'shop/api-7d9f8b5c6-x2k4l',
      destination: 'shop/payments-66f8d9bc7-r5nkw',
      source_namespace: 'shop',
      destination_namespace: 'shop',
      port: 9001,
      conn_failed: 12,
      reasons: '12 refused',
      resets: 0,
    },
  ],
  pods: [pod('shop/api-7d9f8b5c6-x2k4l', { cpu: 0.95 }), pod('shop/cart-0', { memory_share: 0.97 })],
});

describe('the pulse', () => {
  for (const [columns, rows] of [
    [80, 24],
    [120, 40],
    [200, 50],
  ] as const) {
    for (const glyphs of ['unicode', 'ascii'] as const) {
      test(`fits ${columns}x${rows} in ${glyphs}`, async () => {
        const screen = await pulse(troubled, { columns, rows, depth: 0, glyphs });
        const grid = screen.grid();
        for (const line of grid) assert.ok(line.length <= columns);
        for (const title of ['What changed', 'Worst endpoints', 'What fails', 'Busy pods', 'Agents'])
          assert.ok(text(screen).includes(title), title);
        const top = grid.findIndex((line) => /^[╭+]/.test(line));
        for (const line of grid.slice(top + 1, -2)) assert.match(line, /^[│|].*[│|]$/);
        if (glyphs === 'ascii') assert.match(text(screen), /^[\n -~]*$/);
      });
    }
  }

  test('is calm when all is well, and says so with figures', async () => {
    const screen = await pulse(past({}));
    assert.match(text(screen), /all quiet {2}60\/s · 0(\.0+)?% failed · p99 \d/);
    assert.match(text(screen), /nothing changed much/);
    assert.match(text(screen), /nothing failed/);
    assert.doesNotMatch(text(screen), /✗|wrong/);
  });

  test('calls nothing quiet before all that is held was added up', async () => {
    const screen = await pulse(past({}, {}, { over: { isPending: (table) => table === 'edges' } }));
    assert.match(text(screen), /adding up what is held/);
    assert.doesNotMatch(text(screen), /all quiet/);
  });

  test('is loud where something is wrong, the worst first, without colour too', async () => {
    const screen = await pulse(troubled, { depth: 0, columns: 200, rows: 50 });
    assert.match(text(screen), /✗ \d things wrong/);
    assert.match(text(screen), /✗ shop\/api +p99 20\.0ms→900ms +↑45x/);
    assert.match(text(screen), /✗ shop\/cart +errors 0(\.0+)?%→20\.0% +↑new/);
    assert.match(text(screen), /✗ GET \/cart .*20\.0%/);
    assert.match(text(screen), /! api → payments:9001 +12 refused/);
    assert.match(text(screen), /✗ shop\/cart-0/);
    assert.match(text(screen), /✗ shop\/api-7d9f8b5c6-x2k4l .*95\.0%/);
  });

  test('says how the figures changed against the stretch before', async () => {
    const doubled = past(
      {},
      {},
      { second: (n) => ({ requests: n <= 60 ? 120 : 60, latencies: spread(n, 60, 2e6, 50e6) }) },
    );
    assert.match(text(await pulse(doubled)), /rate +120\/s .*↑2\.0x/);
    assert.match(text(await pulse(past({}))), /rate +60\/s .* = /);
  });

  test('compares halves in the beginning, and nothing before there are two', async () => {
    assert.match(text(await pulse(past({}, {}, { seconds: 40 }))), /pulse\(all\)\[20s\] against the same before/);
    const early = await pulse(past({}, {}, { seconds: 8 }));
    assert.match(text(early), /too early to compare/);
    assert.match(text(early), /rate +60\/s/);
  });

  test('an agent that is gone is the first thing said', async () => {
    const link = { state: 'retrying', reason: 'connection refused', attempt: 3, retryAt: to } as const;
    const screen = await pulse(past({}, {}, { over: { agents: [{ ...agent, link }] } as Partial<Snapshot> }));
    assert.match(text(screen), /✗ one thing wrong +agent node-a is gone/);
    assert.match(text(screen), /0\/1 up/);
  });
});

describe('from the pulse', () => {
  const chosen = (screen: Screen) => screen.grid().find((line) => /[│ ]>[✗! ·]/.test(line)) ?? '';

  test('enter looks into what is under the cursor, esc comes back to it', async () => {
    const screen = await pulse(troubled);
    assert.match(chosen(screen), />✗ (shop\/)?(api|cart)/);
    await screen.press('\r');
    assert.match(text(screen), /latency\(shop\/(api|cart)\)/);
    await screen.press('\x1b');
    assert.match(text(screen), /What changed/);
  });

  test('tab goes from panel to panel, arrows between rows and to the panel beside', async () => {
    const screen = await pulse(troubled);
    await screen.press('\t');
    assert.match(chosen(screen), />✗ GET \/cart/);
    await screen.press('\t');
    assert.match(chosen(screen), />! api → payments:9001/);
    await screen.press('\x1b[B');
    assert.match(chosen(screen), />✗ .*(cart-0|x2k4l)/);
    await screen.press('\x1b[D');
    assert.match(text(screen), /▌(What changed|Worst endpoints)/);
  });

  test('a failing connect leads to the connections that failed', async () => {
    const screen = await pulse(troubled);
    await screen.press('\t\t');
    await screen.press('\r');
    assert.match(text(screen), /conns.*from\.svc=shop\/api to\.svc=shop\/payments port=9001 st/);
  });
});
