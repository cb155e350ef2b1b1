/** The client against a real gRPC server that follows a script. */
import assert from 'node:assert/strict';
import { afterEach, describe, test } from 'node:test';
import { Metadata, status } from '@grpc/grpc-js';
import {
  batchEvent,
  endEvent,
  httpRow,
  lossEvent,
  type Script,
  type ScriptedAgent,
  send,
  startScriptedAgent,
  statusEvent,
  until,
  wireBatch,
} from '../../test/wire/scripted-agent.ts';
import type { AgentEvent } from '../domain/agent-event.ts';
import { AppError } from '../domain/errors.ts';
import { type AgentClient, type AgentClientOptions, endpointAt, type RowQuery } from './client.ts';
import { createAgentClient } from './create-agent-client.ts';

const http: RowQuery = {
  table: 'http_events',
  filter: '',
  payload: false,
  backlog: 100,
  maxRowsPerSecond: 0,
  once: false,
};
const bodies = { name: 'screen', level: 'bodies', scopes: [], messageCap: 0 } as const;
const quick = { connect: 600, silence: 600, retryFirst: 20, retryMost: 100, leaseTtl: 300, call: 500, close: 300 };

const opened: { close(): unknown }[] = [];
afterEach(async () => {
  for (const each of opened.splice(0)) await each.close();
});

async function agentThat(script: Script): Promise<ScriptedAgent> {
  const agent = await startScriptedAgent(script);
  opened.push({ close: () => agent.kill() });
  return agent;
}

interface Terminal {
  readonly client: AgentClient;
  readonly events: AgentEvent[];
  /** Link states so far, by name. */
  links(): string[];
  rowIds(): unknown[];
  /** Reasons of every retry. */
  reasons(): string[];
}

function terminalOn(addresses: readonly string[], options: Partial<AgentClientOptions> = {}): Terminal {
  const events: AgentEvent[] = [];
  const client = createAgentClient({
    agents: addresses.map(endpointAt),
    queries: [http],
    leases: [],
    timings: quick,
    onEvent: (event) => events.push(event),
    ...options,
  });
  opened.unshift(client);
  return {
    client,
    events,
    links: () => events.flatMap((event) => (event.type === 'link' ? [event.link.state] : [])),
    rowIds: () => events.flatMap((event) => (event.type === 'rows' ? event.rows.map((row) => row.id) : [])),
    reasons: () =>
      events.flatMap((event) => (event.type === 'link' && event.link.state === 'retrying' ? [event.link.reason] : [])),
  };
}

describe('a healthy agent', () => {
  test('is connected to; its rows, status and losses become events', async () => {
    const agent = await agentThat({
      watch(call) {
        send(call, statusEvent());
        send(call, batchEvent([httpRow('1'), httpRow('2')]));
        send(call, lossEvent('slow-reader', 3));
      },
    });
    const terminal = terminalOn([agent.address]);
    await until('three kinds of events', () => terminal.events.some(({ type }) => type === 'loss'));
    assert.deepEqual(terminal.links(), ['connecting', 'connected']);
    assert.deepEqual(terminal.rowIds(), ['1', '2']);
    const heard = terminal.events.find((event) => event.type === 'status');
    assert.equal(heard?.type === 'status' && heard.status.node, 'node-1');
    assert.deepEqual(
      terminal.events.find(({ type }) => type === 'loss'),
      { type: 'loss', agent: agent.address, losses: [{ reason: 'slow-reader', count: 3 }] },
    );
  });

  test('is asked for its status where no rows are wanted', async () => {
    const agent = await agentThat({});
    const terminal = terminalOn([agent.address], { queries: [] });
    await until('a status', () => terminal.events.some(({ type }) => type === 'status'));
    assert.equal(agent.watches.length, 0);
    terminal.client.setQueries([http]);
    await until('a row stream', () => agent.watches.length === 1);
  });

  test('counts as connected only once it granted the lease', async () => {
    let grant = false;
    const agent = await agentThat({ lease: () => (grant ? undefined : 'never') });
    const terminal = terminalOn([agent.address], { leases: [bodies], timings: { ...quick, call: 100 } });
    await until('a first attempt without a lease', () => terminal.links().includes('retrying'));
    assert.ok(!terminal.links().includes('connected'));
    grant = true;
    await until('connected', () => terminal.links().includes('connected'));
  });
});

describe('a lease', () => {
  test('is renewed before it ends and released at the end', async () => {
    const agent = await agentThat({});
    const terminal = terminalOn([agent.address], { leases: [bodies] });
    await until('three renewals', () => agent.leases.length >= 3);
    await terminal.client.close();
    const last = agent.leases.at(-1);
    assert.equal(last?.ttlMs, 0);
    assert.ok(agent.leases.slice(0, -1).every(({ ttlMs, level }) => ttlMs === 300 && level === 'bodies'));
    assert.equal(new Set(agent.leases.map(({ client }) => client)).size, 1);
  });

  test('can be changed on the way', async () => {
    const agent = await agentThat({});
    const terminal = terminalOn([agent.address], { leases: [bodies] });
    await until('connected', () => terminal.links().includes('connected'));
    terminal.client.setLeases([{ name: 'screen', level: 'heads', scopes: ['shop/api'], messageCap: 512 }]);
    await until('the new lease', () => agent.leases.some(({ level }) => level === 'heads'));
    const last = agent.leases.at(-1);
    assert.deepEqual([last?.level, last?.scopes, last?.messageCap], ['heads', ['shop/api'], 512]);
  });
});

describe('an agent that is gone', () => {
  test('is tried again and again', async () => {
    const first = await startScriptedAgent({});
    const terminal = terminalOn([first.address]);
    await until('connected', () => terminal.links().includes('connected'));
    first.kill();
    await until('two retries', () => terminal.reasons().length >= 2);
    assert.match(terminal.reasons().join(), /no such socket|refused|broke/);
  });

  test('comes back on the same address', async () => {
    const port = 20_000 + (process.pid % 20_000);
    const address = `127.0.0.1:${port}`;
    const terminal = terminalOn([address]);
    await until('connection refused', () => terminal.reasons().includes('connection refused'));
    const agent = await agentThat({ address, watch: (call) => send(call, batchEvent([httpRow('after')])) });
    await until('rows', () => terminal.rowIds().includes('after'));
    assert.deepEqual(agent.watches[0], { ...http, namesElsewhere: false, paceMs: 0 });
    assert.equal(terminal.links().at(-1), 'connected');
  });

  test('frozen: silence is noticed', async () => {
    let frozen = true;
    const agent = await agentThat({
      watch(call) {
        send(call, statusEvent());
        if (frozen) return;
        const timer = setInterval(() => send(call, statusEvent()), 50);
        call.on('cancelled', () => clearInterval(timer));
      },
    });
    const terminal = terminalOn([agent.address]);
    await until('a retry', () => terminal.reasons().some((reason) => /no word for/.test(reason)));
    frozen = false;
    await until('connected again', () => terminal.links().at(-1) === 'connected');
  });

  test('does not keep the others from being heard', async () => {
    const agent = await agentThat({ watch: (call) => send(call, batchEvent([httpRow('here')])) });
    const terminal = terminalOn(['unix:/nonexistent/agent.sock', agent.address]);
    await until('rows of the one', () => terminal.rowIds().includes('here'));
    await until('a retry of the other', () => terminal.reasons().includes('there is no such socket'));
  });
});

describe('an agent that says something wrong', () => {
  test('is an error of that line, told with its code, and tried again ever more slowly', async () => {
    const agent = await agentThat({
      watch(call) {
        send(call, statusEvent());
        send(call, wireBatch({ table: 'http_events', rows: 1, columns: [] }));
      },
    });
    const terminal = terminalOn([agent.address]);
    await until('three retries', () => terminal.reasons().length >= 3);
    const link = terminal.events.findLast((event) => event.type === 'link' && event.link.state === 'retrying');
    assert.ok(link?.type === 'link' && link.link.state === 'retrying');
    assert.equal(link.link.error?.code, 'agent-protocol');
    assert.ok(link.link.attempt >= 3, `attempt ${link.link.attempt}`);
  });

  test('a message larger than any batch is refused', async () => {
    const agent = await agentThat({
      watch(call) {
        const huge = new Uint8Array(9 * 1024 * 1024);
        send(call, batchEvent([httpRow('1', { resp_body: huge })], true));
      },
    });
    const terminal = terminalOn([agent.address]);
    await until('a retry', () => terminal.reasons().length > 0);
    assert.match(terminal.reasons()[0] ?? '', /larger than max/);
  });

  test('a message that would explode in memory is refused', async () => {
    const agent = await agentThat({
      watch(call) {
        const columns = Array.from({ length: 500_000 }, () => {
          return { name: '', present: new Uint8Array(0), values: undefined };
        });
        send(call, wireBatch({ table: 'http_events', rows: 0, columns }));
      },
    });
    const terminal = terminalOn([agent.address]);
    await until('a retry', () => terminal.reasons().length > 0);
    assert.match(terminal.reasons()[0] ?? '', /more than 400000 fields/);
  });

  test('refuses the filter: its own error arrives, pointing at the word', async () => {
    const metadata = new Metadata();
    const context = { text: 'bogus=1', at: 0, length: 5, reason: 'no column bogus' };
    metadata.set('kelpie-error', JSON.stringify({ code: 'filter-invalid', context }));
    const refusal = Object.assign(new Error('no'), { code: status.INVALID_ARGUMENT, metadata });
    const agent = await agentThat({ watch: (call) => void call.emit('error', refusal) });
    const terminal = terminalOn([agent.address]);
    await until('a retry', () => terminal.reasons().length > 0);
    const link = terminal.events.find((event) => event.type === 'link' && event.link.state === 'retrying');
    assert.ok(link?.type === 'link' && link.link.state === 'retrying');
    assert.deepEqual([link.link.error?.code, link.link.error?.context], ['filter-invalid', context]);
  });
});

describe('a new query', () => {
  test('replaces the stream; late rows of the old one are dropped', async () => {
    const agent = await agentThat({
      watch(call) {
        const { filter } = call.request;
        send(call, statusEvent());
        const timer = setInterval(() => send(call, batchEvent([httpRow(filter || 'all')])), 5);
        call.on('cancelled', () => setTimeout(() => clearInterval(timer), 50));
      },
    });
    const terminal = terminalOn([agent.address]);
    await until('old rows', () => terminal.rowIds().includes('all'));
    terminal.client.setQueries([{ ...http, filter: 'kuard' }]);
    const before = terminal.events.length;
    await until('new rows', () => terminal.rowIds().includes('kuard'));
    const after = terminal.events.slice(before).flatMap((event) => (event.type === 'rows' ? event.rows : []));
    assert.ok(after.every((row) => row.id === 'kuard'));
  });

  test('carries loss totals on: they never fall', async () => {
    const agent = await agentThat({
      watch(call) {
        send(call, statusEvent());
        send(call, lossEvent('slow-reader', 5));
      },
    });
    const terminal = terminalOn([agent.address]);
    const totals = () => terminal.events.flatMap((event) => (event.type === 'loss' ? event.losses : []));
    await until('the first loss', () => totals().length === 1);
    terminal.client.setQueries([{ ...http, filter: 'x' }]);
    await until('the second loss', () => totals().length === 2);
    assert.deepEqual(
      totals().map(({ count }) => count),
      [5, 10],
    );
  });

  test('after the end of a recording starts over', async () => {
    const agent = await agentThat({
      watch(call) {
        send(call, batchEvent([httpRow('x')]));
        send(call, endEvent);
        if (call.request.once) call.end();
      },
    });
    const terminal = terminalOn([agent.address], { queries: [{ ...http, once: true }] });
    await until('the end', () => terminal.links().at(-1) === 'ended');
    await new Promise((resolve) => setTimeout(resolve, 150));
    assert.equal(agent.watches.length, 1, 'the end is no reason to reconnect');
    terminal.client.setQueries([http]);
    await until('the end of the second', () => agent.watches.length === 2 && terminal.links().at(-1) === 'ended');
  });
});

describe('several tables', () => {
  const dns: RowQuery = { ...http, table: 'dns_events' };
  const conns: RowQuery = { ...http, table: 'conn_stats' };
  const watchedTables = (agent: ScriptedAgent) => agent.watches.map(({ table, filter }) => `${table} ${filter}`.trim());

  test('are watched at once; of a changed list only what changed begins anew', async () => {
    const open = new Set<string>();
    const agent = await agentThat({
      watch(call) {
        const name = `${call.request.table} ${call.request.filter}`.trim();
        open.add(name);
        call.on('cancelled', () => open.delete(name));
        send(call, statusEvent());
      },
    });
    const terminal = terminalOn([agent.address], { queries: [http, dns] });
    await until('two streams', () => open.size === 2);
    terminal.client.setQueries([dns, { ...http, filter: 'kuard' }, conns]);
    await until('the streams wanted now', () => open.size === 3 && !open.has('http_events'));
    assert.deepEqual(watchedTables(agent), ['http_events', 'dns_events', 'http_events kuard', 'conn_stats']);
    terminal.client.setQueries([dns]);
    await until('one stream', () => open.size === 1);
    assert.equal(agent.watches.length, 4, 'what went on was not asked for again');
    assert.deepEqual(terminal.reasons(), []);
  });

  test('tell the status once, and their losses add up', async () => {
    const agent = await agentThat({
      watch(call) {
        send(call, statusEvent({ pid: call.request.table === 'http_events' ? 1 : 2 }));
        send(call, lossEvent('slow-reader', call.request.table === 'http_events' ? 3 : 4));
      },
    });
    const terminal = terminalOn([agent.address], { queries: [http, dns] });
    const totals = () => terminal.events.flatMap((event) => (event.type === 'loss' ? event.losses : []));
    await until('both losses', () => totals().length === 2);
    assert.equal(totals().at(-1)?.count, 7);
    const pids = terminal.events.flatMap((event) => (event.type === 'status' ? [event.status.pid] : []));
    assert.deepEqual(pids, [1]);
    terminal.client.setQueries([dns]);
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.equal(totals().at(-1)?.count, 7, 'a stream that ended keeps what it lost');
  });

  test('are over when each of them is', async () => {
    const agent = await agentThat({
      watch(call) {
        send(call, statusEvent());
        if (call.request.table === 'http_events') send(call, endEvent);
        else setTimeout(() => send(call, endEvent), 150);
      },
    });
    const terminal = terminalOn([agent.address], { queries: [http, dns] });
    await until('connected', () => terminal.links().includes('connected'));
    await new Promise((resolve) => setTimeout(resolve, 60));
    assert.ok(!terminal.links().includes('ended'));
    await until('the end', () => terminal.links().at(-1) === 'ended');
  });

  test('that are of some agents are asked of those alone; an agent that comes later is asked what it should be', async () => {
    const [one, two, three] = [await agentThat({}), await agentThat({}), await agentThat({})];
    const terminal = terminalOn([one.address, two.address], { queries: [] });
    terminal.client.setQueries([{ ...http, agents: new Set([two.address, three.address]) }]);
    await until('the query', () => two.watches.length === 1);
    assert.equal(one.watches.length, 0);
    terminal.client.setAgents([two.address, three.address].map(endpointAt));
    await until('the query of who came', () => three.watches.length === 1);
    assert.equal(two.watches.length, 1, 'who stayed goes on');
    assert.ok(terminal.events.some((event) => event.type === 'gone' && event.agent === one.address));
    terminal.client.setQueries([http]);
    await until('no other stream', () => two.watches.length === 1);
  });

  test('that an older agent does not know leave the others alone', async () => {
    const metadata = new Metadata();
    metadata.set('kelpie-error', JSON.stringify({ code: 'usage', context: { detail: 'There is no table.' } }));
    const refusal = Object.assign(new Error('no'), { code: status.INVALID_ARGUMENT, metadata });
    const agent = await agentThat({
      watch(call) {
        if (call.request.table !== 'http_events') return void call.emit('error', refusal);
        const timer = setInterval(() => send(call, batchEvent([httpRow('1')])), 20);
        call.on('cancelled', () => clearInterval(timer));
      },
    });
    const terminal = terminalOn([agent.address], { queries: [dns, http, conns] });
    await until('rows', () => terminal.rowIds().length > 5);
    assert.deepEqual(terminal.reasons(), []);
  });

  test('are all asked for again after the line was lost', async () => {
    const port = 21_000 + (process.pid % 20_000);
    const first = await startScriptedAgent({ address: `127.0.0.1:${port}` });
    const terminal = terminalOn([first.address], { queries: [http, dns] });
    await until('both', () => first.watches.length === 2);
    first.kill();
    const again = await agentThat({ address: first.address });
    await until('both again', () => again.watches.length === 2, 8_000);
    assert.deepEqual(watchedTables(again), ['http_events', 'dns_events']);
    assert.ok(terminal.reasons().length > 0);
  });
});

describe('several leases', () => {
  test('live side by side; one that is no longer wanted is released', async () => {
    const agent = await agentThat({});
    const base = { name: 'base', level: 'heads', scopes: [], messageCap: 0 } as const;
    const terminal = terminalOn([agent.address], { leases: [base, bodies] });
    const named = (name: string) => agent.leases.filter(({ client }) => client.endsWith(`/${name}`));
    await until('both leases', () => named('base').length > 0 && named('screen').length > 0);
    await until('connected', () => terminal.links().includes('connected'));
    terminal.client.setLeases([base]);
    await until('the release', () => named('screen').at(-1)?.ttlMs === 0);
    const before = named('base').length;
    await until('the other goes on', () => named('base').length > before);
    await terminal.client.close();
    assert.equal(named('base').at(-1)?.ttlMs, 0);
  });
});

describe('one row with its payload', () => {
  test('arrives with headers and body', async () => {
    const agent = await agentThat({
      getRow({ id }, answer) {
        const event = batchEvent([httpRow(id)], true);
        answer(null, { batch: event.$case === 'batch' ? event.value : undefined });
      },
    });
    const terminal = terminalOn([agent.address]);
    await until('connected', () => terminal.links().includes('connected'));
    assert.deepEqual(await terminal.client.fetchRow(agent.address, 'http_events', '7'), httpRow('7'));
  });

  test('is gone, or the agent is: the error says which', async () => {
    const gone = Object.assign(new Error('gone'), { code: status.NOT_FOUND });
    const agent = await agentThat({ getRow: (_, answer) => answer(gone, null) });
    const terminal = terminalOn([agent.address, 'unix:/nonexistent/agent.sock']);
    await until('connected', () => terminal.links().includes('connected'));
    const codeOf = (error: unknown) => (error instanceof AppError ? error.code : String(error));
    const fetched = (address: string) => terminal.client.fetchRow(address, 'http_events', '7').then(String, codeOf);
    assert.equal(await fetched(agent.address), 'row-gone');
    assert.equal(await fetched('unix:/nonexistent/agent.sock'), 'agent-unreachable');
    assert.equal(await fetched('elsewhere:1'), 'agent-unreachable');
  });
});

test('closing waits for no answer that never comes, and nothing is heard after it', async () => {
  let answers = true;
  const agent = await agentThat({
    lease: () => (answers ? undefined : 'never'),
    watch(call) {
      const timer = setInterval(() => send(call, statusEvent()), 5);
      call.on('cancelled', () => clearInterval(timer));
    },
  });
  // Any other time it could wait for is longer than this test may take.
  const timings = { ...quick, call: 3_600_000, close: 20 };
  const terminal = terminalOn([agent.address], { leases: [bodies], timings });
  await until('connected', () => terminal.links().includes('connected'));
  answers = false;
  let isClosed = false;
  void terminal.client.close().then(() => {
    isClosed = true;
  });
  const heard = terminal.events.length;
  await until('closed', () => isClosed);
  assert.equal(terminal.events.length, heard);
});

test('pausing reaches the agent: it cannot write on', async () => {
  let written = 0;
  const agent = await agentThat({
    watch(call) {
      send(call, statusEvent());
      const rows = Array.from({ length: 500 }, (_, i) => httpRow(`${i}`));
      const next = () => {
        if (call.cancelled) return;
        written += 1;
        call.write({ node: 'n', time: 0n, event: batchEvent(rows, true) }, next);
      };
      next();
    },
  });
  const terminal = terminalOn([agent.address]);
  await until('rows', () => terminal.rowIds().length > 0);
  terminal.client.pause();
  let before = -1;
  await until('the agent stands still', async () => {
    if (written === before) return true;
    before = written;
    await new Promise((resolve) => setTimeout(resolve, 200));
    return false;
  });
  const heard = terminal.rowIds().length;
  await new Promise((resolve) => setTimeout(resolve, 700));
  assert.deepEqual(terminal.reasons(), [], 'a pause is no silence');
  terminal.client.resume();
  await until('more rows', () => terminal.rowIds().length > heard);
});
