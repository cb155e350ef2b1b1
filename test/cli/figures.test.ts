/** `kelpie get` of what is worked out from summaries, and of tables whose rows go on changing, through the real wire. */
import assert from 'node:assert/strict';
import { afterEach, before, describe, test } from 'node:test';
import type { AgentEvent } from '../../src/domain/agent-event.ts';
import { type ShopOptions, shopEvents } from '../../src/store/series/testing/shop.ts';
import {
  endEvent,
  type ScriptedAgent,
  send,
  startScriptedAgent,
  statusEvent,
  tableEvent,
  until,
  type WatchCall,
} from '../wire/scripted-agent.ts';
import { build, kelpie, start } from './run.ts';

before(build);

const agents: ScriptedAgent[] = [];
afterEach(() => {
  for (const agent of agents.splice(0)) agent.kill();
});

async function agentThat(watch: (call: WatchCall) => void): Promise<ScriptedAgent> {
  const agent = await startScriptedAgent({ watch });
  agents.push(agent);
  return agent;
}

/** The current second, Unix ms: a live agent's summaries are of now. */
const thisSecond = () => Math.floor(Date.now() / 1_000) * 1_000;

const rowsOf = (table: string, options: ShopOptions) =>
  [...shopEvents(options)].filter(
    (event): event is Extract<AgentEvent, { type: 'rows' }> => event.type === 'rows' && event.table === table,
  );

/** A shop that was watched for twenty seconds. */
const keptShop =
  (end = thisSecond()) =>
  (call: WatchCall) => {
    send(call, statusEvent());
    for (const { table, rows } of rowsOf(call.request.table, { seconds: 20, end })) send(call, tableEvent(table, rows));
    if (!call.request.once) return;
    send(call, endEvent);
    call.end();
  };

/** The same shop, each second as it is over. */
const liveShop = (call: WatchCall) => {
  send(call, statusEvent());
  let told = thisSecond();
  const timer = setInterval(() => {
    send(call, statusEvent());
    const now = thisSecond();
    for (; told < now; told += 1_000) {
      for (const { table, rows } of rowsOf(call.request.table, { seconds: 1, end: told + 1_000 })) {
        send(call, tableEvent(table, rows));
      }
    }
  }, 100);
  call.on('cancelled', () => clearInterval(timer));
};

const linesOf = (out: string) =>
  out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

describe('figures of what is kept', () => {
  test('svc: by rate, with the columns of the declaration', async () => {
    const agent = await agentThat(keptShop());
    const { out, err, code } = await kelpie('get', 'svc', '--agents', agent.address, '--once');
    assert.equal(code, 0, err);
    const [header = '', first = ''] = out.split('\n');
    assert.match(header, /^SERVICE +PODS +RATE +RATE TREND +ERR% +4XX% +P50 +P90 +P99/);
    assert.match(first, /^shop\/frontend +2 +46\/s/);
    // All that is summed up, whichever table is asked for: the stretch of time is that of all of them.
    const summed = ['conn_stats', 'edge_stats', 'endpoint_stats', 'pod_info', 'pod_stats', 'process_stats'];
    assert.deepEqual(agent.watches.map(({ table }) => table).sort(), summed);
    assert.equal(agent.leases.length, 0, 'what is kept needs nobody to capture');
  });

  test('of every derived table, exact, under every name it has', async () => {
    const agent = await agentThat(keptShop());
    const get = async (name: string) =>
      linesOf((await kelpie('get', name, '--agents', agent.address, '--once', '-o', 'jsonl')).out);
    const [services, pods, namespaces, endpoints, edges, flows] = await Promise.all(
      ['services', 'pods', 'ns', 'endpoints', 'edges', 'flows'].map(get),
    );
    assert.equal(services?.find(({ service }) => service === 'shop/payments').requests, 100);
    assert.equal(pods?.length, 7);
    assert.equal(namespaces?.find(({ namespace }) => namespace === 'shop').pods, 6);
    assert.equal(endpoints?.find(({ route }) => route === '/api/orders').requests, 120);
    const edge = edges?.find(({ destination }) => destination === 'shop/cart');
    assert.deepEqual([edge.requests, edge.protocol, edge.destination_kind], [240, 'http', 'pod']);
    assert.equal(flows?.find(({ destination }) => destination === 'api.bank.example').reasons, '20 refused');
  });

  test('--filter, --sort and --limit work on figures', async () => {
    const agent = await agentThat(keptShop());
    const args = ['get', 'svc', '--agents', agent.address, '--once', '-o', 'jsonl'];
    const sorted = linesOf((await kelpie(...args, '--sort', '-p99', '--limit', '2')).out);
    assert.deepEqual(
      sorted.map(({ service }) => service),
      ['shop/payments', 'shop/frontend'],
    );
    const failing = linesOf((await kelpie(...args, '--filter', 'errors>1%', '--sort', 'service')).out);
    assert.deepEqual(
      failing.map(({ service }) => service),
      ['shop/payments'],
    );
    assert.equal((await kelpie(...args, '--filter', 'errors>90%', '--fail-empty')).code, 4);
  });

  test('--since: of the newest seconds alone', async () => {
    const agent = await agentThat(keptShop());
    const { out } = await kelpie('get', 'edges', '--agents', agent.address, '--since', '5s', '-o', 'jsonl');
    const edge = linesOf(out).find(({ destination }) => destination === 'shop/cart');
    assert.deepEqual([edge.requests, edge.rate], [60, 12]);
  });

  test('of several agents add up', async () => {
    const end = thisSecond();
    const one = await agentThat(keptShop(end));
    const two = await agentThat(keptShop(end));
    const { out } = await kelpie('get', 'svc', '--agents', `${one.address},${two.address}`, '--once', '-o', 'jsonl');
    assert.equal(linesOf(out).find(({ service }) => service === 'shop/payments').requests, 200);
  });

  test('as CSV and JSON are valid, also without any', async () => {
    const agent = await agentThat((call) => {
      send(call, statusEvent());
      send(call, endEvent);
      call.end();
    });
    const get = (format: string) => kelpie('get', 'flows', '--agents', agent.address, '--once', '-o', format);
    assert.equal((await get('json')).out, '[]\n');
    assert.match((await get('csv')).out, /^id,source,destination,[^\n]*\r\n$/);
  });
});

describe('figures of what happens now', () => {
  test('--duration: captures that long at the level they need, then prints', async () => {
    const agent = await agentThat(liveShop);
    const { out, err, code } = await kelpie('get', 'svc', '--agents', agent.address, '--duration', '3s', '-o', 'jsonl');
    assert.equal(code, 0, err);
    const payments = linesOf(out).find(({ service }) => service === 'shop/payments');
    assert.equal(payments.rate, 5);
    assert.ok(payments.requests >= 10 && payments.requests <= 30, `${payments.requests} requests`);
    assert.equal(agent.leases[0]?.level, 'heads');
    assert.equal(agent.leases.at(-1)?.ttlMs, 0);
  });

  test('--follow: a block each second, each row with its time; ctrl-c ends it', async () => {
    const agent = await agentThat(liveShop);
    const run = start('get', 'flows', '--agents', agent.address, '--follow', '-o', 'jsonl');
    const times = () =>
      new Set(
        run
          .out()
          .split('\n')
          .slice(0, -1)
          .map((line) => JSON.parse(line).at),
      );
    await until('three seconds', () => times().size >= 3, 10_000);
    run.kill('SIGINT');
    assert.equal((await run.ended).code, 130);
    assert.equal(agent.leases[0]?.level, 'flows');
  });

  test('--follow -o json is one valid array, whenever it ends', async () => {
    const agent = await agentThat(liveShop);
    const run = start('get', 'svc', '--agents', agent.address, '--follow', '-o', 'json');
    await until('rows', () => run.out().split('"at"').length > 10, 10_000);
    run.kill('SIGTERM');
    const { out, code } = await run.ended;
    assert.equal(code, 143);
    assert.ok(JSON.parse(out).length > 8);
  });
});

describe('rows that go on changing', () => {
  test('are printed once, as they were told of last', async () => {
    const agent = await agentThat(keptShop());
    const { out } = await kelpie(
      'get',
      'conn_stats',
      '--agents',
      agent.address,
      '-o',
      'jsonl',
      '--sort',
      '-bytes_sent',
    );
    const rows = linesOf(out);
    assert.equal(new Set(rows.map(({ id }) => id)).size, rows.length);
    assert.equal(rows[0].bytes_sent, 30 * 2_300 * 20, 'the catalog’s and the API’s answers are the most');
  });

  test('--follow: each time they are told of', async () => {
    const agent = await agentThat(keptShop());
    const run = start('get', 'conn_stats', '--agents', agent.address, '--follow', '-o', 'jsonl');
    await until('rows', () => run.out().split('\n').length > 100);
    run.kill('SIGINT');
    await run.ended;
  });
});
