import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { type ConnectionModel, modelConnection } from '../../stream/testing/capture-model.ts';
import { rowsOf } from './testing/run.ts';

const get = (path = '/', more = '') => `GET ${path} HTTP/1.1\r\nHost: shop\r\n${more}\r\n`;
const ok = (body: string) => `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
const status = (code: number) => `HTTP/1.1 ${code} Why\r\nContent-Length: 0\r\n\r\n`;

const factsOf = (model: ConnectionModel) => rowsOf(model.records).facts;
const resultsOf = (model: ConnectionModel) => factsOf(model).map(({ result, latency }) => [result, latency > 0]);

describe('what is told of an exchange that is over', () => {
  test('who, what, how long and how much', () => {
    const model = modelConnection({ step: 1e6 })
      .send(0, 'POST /cart?id=1 HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc')
      .wait(4e6)
      .send(1, ok('hello'));
    const [facts, ...others] = factsOf(model);
    assert.deepEqual(others, []);
    assert.ok(facts);
    assert.deepEqual(
      { ...facts, identity: facts.identity.source },
      {
        protocol: 'http',
        role: 'server',
        identity: 'server',
        time: model.now,
        method: 'POST',
        target: '/cart?id=1',
        result: 'ok',
        latency: 5e6,
        requestBytes: 3,
        responseBytes: 5,
      },
    );
  });

  test('its result is the class of its status', () => {
    const model = modelConnection();
    for (const code of [204, 302, 404, 499, 500, 503, 799]) model.send(0, get()).send(1, status(code));
    assert.deepEqual(
      factsOf(model).map(({ result }) => result),
      ['ok', 'ok', 'client-error', 'client-error', 'server-error', 'server-error', 'server-error'],
    );
  });

  test('a reset, a closed connection and an answer cut short are failures, without a latency', () => {
    assert.deepEqual(resultsOf(modelConnection().send(0, get()).rst(1).close()), [['failure', false]]);
    assert.deepEqual(resultsOf(modelConnection().send(0, get()).fin(1).fin(0).close()), [['failure', false]]);
    const short = 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc';
    assert.deepEqual(resultsOf(modelConnection().send(0, get()).send(1, short).fin(1).fin(0).close()), [
      ['failure', false],
    ]);
  });

  test('one that was under way when capture ended is not over: nothing is told', () => {
    assert.deepEqual(factsOf(modelConnection().send(0, get()).wait(9e9)), []);
  });

  test('shown while it waits, it is still told once, when it is answered', () => {
    const model = modelConnection().send(0, get()).wait(5e9).send(1, status(500));
    const { facts, puts } = rowsOf([...model.records]);
    assert.ok(puts.length > 1);
    assert.deepEqual(
      facts.map(({ result }) => result),
      ['server-error'],
    );
  });

  test('interim answers, HEAD, pipelining and an upgrade count as what they are', () => {
    const interim = modelConnection()
      .send(0, get())
      .send(1, `HTTP/1.1 103 Early Hints\r\n\r\n${ok('x')}`);
    assert.deepEqual(resultsOf(interim), [['ok', true]]);
    const head = modelConnection()
      .send(0, 'HEAD / HTTP/1.1\r\n\r\n')
      .send(1, 'HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n')
      .send(0, get('/next'))
      .send(1, status(404));
    assert.deepEqual(
      factsOf(head).map(({ method, target, result }) => [method, target, result]),
      [
        ['HEAD', '/', 'ok'],
        ['GET', '/next', 'client-error'],
      ],
    );
    const pipelined = modelConnection()
      .send(0, get('/a') + get('/b') + get('/c'))
      .send(1, ok('1') + status(500) + ok('3'));
    assert.deepEqual(
      factsOf(pipelined).map(({ target, result }) => [target, result]),
      [
        ['/a', 'ok'],
        ['/b', 'server-error'],
        ['/c', 'ok'],
      ],
    );
    const upgrade = modelConnection()
      .send(0, get('/ws', 'Upgrade: websocket\r\nConnection: Upgrade\r\n'))
      .send(1, 'HTTP/1.1 101 Switching Protocols\r\n\r\n')
      .send(1, '\x81\x05hello')
      .send(0, '\x81\x05hello')
      .fin(0)
      .close();
    assert.deepEqual(resultsOf(upgrade), [['ok', true]]);
  });

  test('an answer to a question from before capture counts by its status, without a latency', () => {
    const model = modelConnection({ midstream: true }).send(1, status(503)).send(0, get('/x')).send(1, ok('y'));
    assert.deepEqual(resultsOf(model), [
      ['server-error', false],
      ['ok', true],
    ]);
  });

  test('an answer that fell into a hole of the capture is no failure', () => {
    const model = modelConnection().send(0, get('/a')).unseen(1, 100).send(0, get('/b')).send(1, ok('y'));
    assert.deepEqual(
      factsOf(model).map(({ target, result, latency }) => [target, result, latency > 0]),
      [
        ['/a', 'ok', false],
        ['/b', 'ok', true],
      ],
    );
  });
});

describe('exchanges left out by the budget', () => {
  const exchange = fc.record({
    kept: fc.boolean(),
    told: fc.constantFrom('late' as const, 'at once' as const),
    requestSize: fc.integer({ min: 0, max: 300 }),
    responseSize: fc.integer({ min: 0, max: 6000 }),
    chunked: fc.boolean(),
    code: fc.constantFrom(200, 404, 503),
    packet: fc.integer({ min: 40, max: 2000 }),
  });

  test('leave no trace: the others are exactly what they would be', () => {
    fc.assert(
      fc.property(fc.array(exchange, { minLength: 1, maxLength: 10 }), (exchanges) => {
        const sampled = modelConnection({ cap: 4096, step: 1e5 });
        const alone = modelConnection({ cap: 4096, step: 1e5 });
        exchanges.forEach(({ kept, told, requestSize, responseSize, chunked, code, packet }, index) => {
          const request = `POST /${index} HTTP/1.1\r\nContent-Length: ${requestSize}\r\n\r\n${'q'.repeat(requestSize)}`;
          const body = 'r'.repeat(responseSize);
          const response = chunked
            ? `HTTP/1.1 ${code} Why\r\nTransfer-Encoding: chunked\r\n\r\n${responseSize > 0 ? `${responseSize.toString(16)}\r\n${body}\r\n` : ''}0\r\n\r\n`
            : `HTTP/1.1 ${code} Why\r\nContent-Length: ${responseSize}\r\n\r\n${body}`;
          if (!kept) {
            sampled.leftOut(0, request.length, told).leftOut(1, response.length, told);
            return;
          }
          for (const model of [sampled, alone]) model.sendIn(0, request, packet).sendIn(1, response, packet);
        });
        for (const model of [sampled, alone]) model.fin(0).fin(1).close();
        const seen = rowsOf(sampled.records);
        const wanted = rowsOf(alone.records);
        assert.deepEqual(seen.losses, {});
        assert.deepEqual(seen.rows.map(timeless), wanted.rows.map(timeless));
        assert.deepEqual(
          seen.facts.map(({ time: _, ...facts }) => facts),
          wanted.facts.map(({ time: _, ...facts }) => facts),
        );
      }),
      { numRuns: 300 },
    );
  });

  test('one whose beginning was kept goes without a word', () => {
    const model = modelConnection()
      .send(0, 'POST /big HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n')
      .send(1, 'HTTP/1.1 100 Continue\r\n\r\n')
      .leftOut(0, 9)
      .leftOut(1, status(200).length)
      .send(0, get('/next'))
      .send(1, status(404));
    const { rows, facts, losses } = rowsOf(model.records);
    assert.deepEqual(
      rows.map(({ req_path, outcome }) => [req_path, outcome]),
      [['/next', 'error']],
    );
    assert.equal(facts.length, 1);
    assert.deepEqual(losses, {});
  });

  test('one whose end alone was kept as well', () => {
    const model = modelConnection()
      .send(0, get('/first'))
      .send(1, ok('x'))
      .leftOut(0, 80)
      .leftOut(1, 25)
      .send(0, 'the body that waited for 100 Continue')
      .send(1, status(500))
      .send(0, get('/next'))
      .send(1, status(404));
    const { rows, facts, losses } = rowsOf(model.records);
    assert.deepEqual(
      rows.map(({ req_path, outcome }) => [req_path, outcome]),
      [
        ['/first', 'ok'],
        ['/next', 'error'],
      ],
    );
    assert.equal(facts.length, 2);
    assert.deepEqual(losses, {});
  });
});

/** A row without what depends on when and where on its connection it was. */
function timeless(row: ReturnType<typeof rowsOf>['rows'][number]) {
  const { time_: _time, id: _id, conn_exchange: _number, ...rest } = row;
  return rest;
}
