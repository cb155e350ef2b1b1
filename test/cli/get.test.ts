/** `kelpie get` against an agent that follows a script, through the real wire. */
import assert from 'node:assert/strict';
import { afterEach, before, describe, test } from 'node:test';
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
  type WatchCall,
} from '../wire/scripted-agent.ts';
import { build, kelpie, start } from './run.ts';

before(build);

const agents: ScriptedAgent[] = [];
afterEach(() => {
  for (const agent of agents.splice(0)) agent.kill();
});

async function agentThat(watch: Script['watch']): Promise<ScriptedAgent> {
  const agent = await startScriptedAgent({ ...(watch && { watch }) });
  agents.push(agent);
  return agent;
}

/** Sends what it kept, then ends or goes on as it was asked to. */
const keeping =
  (...rows: Parameters<typeof batchEvent>[0]) =>
  (call: WatchCall) => {
    send(call, statusEvent());
    send(call, batchEvent(rows, call.request.payload));
    if (!call.request.once) return;
    send(call, endEvent);
    call.end();
  };

/** Like `keeping`, then one row after the other. */
const streaming =
  (everyMs: number, rowsAtOnce = 1) =>
  (call: WatchCall) => {
    send(call, statusEvent());
    let id = 0;
    const timer = setInterval(() => {
      const rows = Array.from({ length: rowsAtOnce }, (_, i) => httpRow(String(id + i)));
      id += rowsAtOnce;
      send(call, batchEvent(rows, call.request.payload));
    }, everyMs);
    call.on('cancelled', () => clearInterval(timer));
  };

describe('what is kept', () => {
  test('is printed as a table, and no lease is taken for it', async () => {
    const agent = await agentThat(keeping(httpRow('1'), httpRow('2', { resp_status: 503, outcome: 'error' })));
    const { out, err, code } = await kelpie('get', 'http', '--agents', agent.address);
    assert.equal(code, 0, err);
    const [header = '', first = '', second = ''] = out.split('\n');
    assert.match(header, /^TIME +SIDE +SOURCE +DESTINATION +METHOD +PATH +STATUS/);
    assert.match(first, /shop\/frontend +shop\/api +GET +\/items\/1 +200 +ok +1\.5/);
    assert.match(second, /\/items\/2 +503 +error/);
    assert.equal(header.indexOf('PATH'), first.indexOf('/items'));
    assert.deepEqual([agent.leases.length, agent.watches[0]?.payload], [0, false]);
  });

  test('is printed as JSON with headers and bodies; the keys are the column names', async () => {
    const agent = await agentThat(keeping(httpRow('1'), httpRow('2')));
    const { out } = await kelpie('get', 'http', '--agents', agent.address, '-o', 'json');
    const [row, ...more] = JSON.parse(out);
    assert.equal(more.length, 1);
    assert.equal(row.req_method, 'GET');
    assert.equal(row.latency, 1_500_000);
    assert.deepEqual(row.resp_headers, { 'content-type': 'application/json', 'set-cookie': ['a=1', 'b=2'] });
    assert.equal(row.resp_body, '{"id":"1"}');
    assert.equal(row.time_, '2023-11-14T22:13:20.000000000Z');
  });

  test('is printed as JSON lines and as CSV', async () => {
    const agent = await agentThat(keeping(httpRow('1'), httpRow('2', { req_path: '/a,"b"' })));
    const lines = await kelpie('get', 'http', '--agents', agent.address, '-o', 'jsonl');
    assert.deepEqual(
      lines.out
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line).id),
      ['1', '2'],
    );
    const csv = await kelpie('get', 'http_events', '--agents', agent.address, '-o', 'csv');
    const [header = '', , second = ''] = csv.out.split('\r\n');
    assert.match(header, /^time_,id,trace_role,source/);
    assert.match(second, /"\/a,""b"""/);
  });

  test('is asked for with the filter and the limit', async () => {
    const agent = await agentThat(keeping(httpRow('1')));
    await kelpie('get', 'http', '--agents', agent.address, '--filter', 'kuard status>=500', '--limit', '7');
    assert.deepEqual(
      [agent.watches[0]?.filter, agent.watches[0]?.backlog, agent.watches[0]?.once],
      ['kuard status>=500', 7, true],
    );
  });

  test('is nothing: valid output all the same; --fail-empty makes that exit code 4', async () => {
    const agent = await agentThat(keeping());
    assert.deepEqual((await kelpie('get', 'http', '--agents', agent.address, '-o', 'json')).out, '[]\n');
    assert.equal((await kelpie('get', 'http', '--agents', agent.address, '--fail-empty')).code, 4);
  });

  test('of several agents is printed together; one that does not answer is told of and left out', async () => {
    const one = await agentThat(keeping(httpRow('1')));
    const two = await agentThat(keeping(httpRow('2')));
    const addresses = [one.address, 'unix:/nonexistent/agent.sock', two.address].join();
    const { out, err, code } = await kelpie('get', 'http', '--agents', addresses, '-o', 'jsonl');
    assert.equal(code, 0);
    assert.deepEqual(
      out
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line).id)
        .sort(),
      ['1', '2'],
    );
    assert.match(err, /No agent answers at unix:\/nonexistent\/agent\.sock/);
  });
});

describe('a row', () => {
  test('is printed once, when it is final; what is in flight at the end, as it is', async () => {
    const agent = await agentThat((call) => {
      send(call, statusEvent());
      const open = { outcome: 'in-flight', resp_status: null, latency: null };
      send(call, batchEvent([httpRow('1', open), httpRow('2', open)]));
      send(call, batchEvent([httpRow('1')]));
      send(call, batchEvent([httpRow('1')]));
      send(call, endEvent);
      call.end();
    });
    const { out } = await kelpie('get', 'http', '--agents', agent.address, '-o', 'jsonl');
    const rows = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    assert.deepEqual(
      rows.map(({ id, outcome }) => [id, outcome]),
      [
        ['1', 'ok'],
        ['2', 'in-flight'],
      ],
    );
  });

  test('full of terminal commands reaches no terminal', async () => {
    const evil = '/\x1b]0;pwned\x07\u009b31m\u202egnp.exe\0\n';
    const row = httpRow('1', {
      req_path: evil,
      source: evil,
      resp_body: new TextEncoder().encode(evil),
      req_headers: [[evil, evil]],
    });
    const agent = await agentThat(keeping(row));
    for (const format of ['table', 'wide', 'csv', 'json', 'jsonl']) {
      const { out } = await kelpie('get', 'http', '--agents', agent.address, '-o', format);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there.
      assert.doesNotMatch(out, /[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f\u202e]/, format);
      if (format === 'jsonl') assert.equal(JSON.parse(out).req_path, evil);
    }
  });
});

describe('a live stream', () => {
  test('--duration: takes a lease, captures as long as was said, prints what came until then', async () => {
    const agent = await agentThat(streaming(50));
    const since = performance.now();
    const { out, err, code } = await kelpie(
      'get',
      'http',
      '--agents',
      agent.address,
      '--duration',
      '1s',
      '-o',
      'jsonl',
    );
    const took = performance.now() - since;
    assert.equal(code, 0, err);
    assert.ok(took > 1_000 && took < 4_000, `took ${took} ms`);
    assert.ok(out.split('\n').length > 10);
    assert.match(err, /capturing for 1 s/);
    assert.equal(agent.leases[0]?.level, 'bodies');
    assert.equal(agent.leases.at(-1)?.ttlMs, 0, 'the lease is released');
    assert.equal(agent.watches[0]?.backlog, 0);
  });

  test('--follow until ctrl-c: the JSON is whole, the exit code says how it ended', async () => {
    const agent = await agentThat(streaming(20));
    for (const [signal, exit] of [
      ['SIGINT', 130],
      ['SIGTERM', 143],
    ] as const) {
      const run = start('get', 'http', '--agents', agent.address, '--follow', '-o', 'json');
      await until('rows', () => run.out().split('\n').length > 5);
      run.kill(signal);
      const { out, code } = await run.ended;
      assert.equal(code, exit);
      assert.ok(JSON.parse(out).length > 3);
    }
  });

  test('--limit ends it', async () => {
    const agent = await agentThat(streaming(20, 10));
    const { out, code } = await kelpie(
      'get',
      'http',
      '--agents',
      agent.address,
      '--follow',
      '--limit',
      '3',
      '-o',
      'jsonl',
    );
    assert.deepEqual([out.trimEnd().split('\n').length, code], [3, 0]);
  });

  test('whose reader has enough ends quietly', async () => {
    const agent = await agentThat(streaming(10, 20));
    const run = start('get', 'http', '--agents', agent.address, '--follow', '-o', 'jsonl', '--quiet');
    await until('a first row', () => run.out().includes('\n'));
    run.hangUp();
    const { err, code } = await run.ended;
    assert.deepEqual([code, err], [0, '']);
    await until('the stream is gone at the agent', () => agent.leases.at(-1)?.ttlMs === 0);
  });

  test('says what was lost', async () => {
    const agent = await agentThat((call) => {
      send(call, statusEvent({ losses: [{ reason: 'ring-full', count: 1_000 }] }));
      send(call, lossEvent('slow-reader', 12));
      setTimeout(() => {
        send(call, statusEvent({ losses: [{ reason: 'ring-full', count: 1_003 }] }));
        send(call, endEvent);
      }, 50);
    });
    const { err } = await kelpie('get', 'http', '--agents', agent.address, '--follow', '--quiet');
    assert.match(err, /lost: ring-full 3, slow-reader 12/);
  });

  test('of an agent that is killed and comes back goes on, without a row twice', async () => {
    const first = await startScriptedAgent({
      watch: keeping(httpRow('1')),
      address: `127.0.0.1:${20_000 + (process.pid % 20_000)}`,
    });
    const run = start('get', 'http', '--agents', first.address, '--follow', '-o', 'jsonl');
    await until('the first row', () => run.out().includes('\n'));
    first.kill();
    await until('a word on it', () => run.err().includes('retrying'));
    const again = await startScriptedAgent({ watch: keeping(httpRow('1'), httpRow('2')), address: first.address });
    agents.push(again);
    await until('the second row', () => run.out().includes('"id":"2"'), 10_000);
    run.kill('SIGINT');
    const { out } = await run.ended;
    assert.deepEqual(
      out
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line).id),
      ['1', '2'],
    );
  });
});

describe('an agent that cannot be read', () => {
  test('is not there: exit code 3, nothing on stdout', async () => {
    const { out, err, code } = await kelpie('get', 'http', '--agents', '127.0.0.1:1', '-o', 'json');
    assert.deepEqual([out, code], ['', 3]);
    assert.match(err, /No agent answers at 127\.0\.0\.1:1: connection refused/);
  });

  test('talks nonsense: exit code 3 and what was wrong', async () => {
    const agent = await agentThat((call) => {
      send(call, { $case: 'batch', value: { table: 'http_events', rows: 5, columns: [] } });
    });
    const { err, code } = await kelpie('get', 'http', '--agents', agent.address);
    assert.equal(code, 3);
    assert.match(err, /sent something this Kelpie cannot read: column time_ is missing/);
  });
});
