import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type ConnectionModel, modelConnection } from '../../stream/testing/capture-model.ts';
import { HeadReader } from './head.ts';
import { createRedactor } from './redact.ts';
import { createBench, rowsOf } from './testing/run.ts';

const get = (path = '/', more = '') => `GET ${path} HTTP/1.1\r\nHost: shop\r\n${more}\r\n`;
const ok = (body: string, more = '') => `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n${more}\r\n${body}`;
const body = (value: Uint8Array | null): string | null =>
  value === null ? null : Buffer.from(value).toString('latin1');

/** One exchange on a connection of its own. */
const exchange = (request: string, response: string): ConnectionModel =>
  modelConnection().send(0, request).send(1, response);
const oneRow = (model: ConnectionModel) => {
  const { rows, losses } = rowsOf(model.records);
  assert.equal(rows.length, 1);
  const [row] = rows;
  assert.ok(row);
  return { ...row, losses };
};

describe('an exchange', () => {
  test('has its request, response, sizes and times', () => {
    const model = modelConnection({ step: 1e6 })
      .send(0, get('/a?b=1'))
      .wait(5e6)
      .send(1, ok('hello', 'Content-Type: text/plain\r\n'));
    const row = oneRow(model);
    assert.equal(row.req_method, 'GET');
    assert.equal(row.req_path, '/a?b=1');
    assert.equal(row.req_host, 'shop');
    assert.equal(row.resp_status, 200);
    assert.equal(row.resp_message, 'OK');
    assert.equal(row.outcome, 'ok');
    assert.equal(row.content_type, 'text/plain');
    assert.equal(row.latency, 6e6);
    assert.equal(row.ttfb, 6e6);
    assert.equal(row.resp_body_size, 5);
    assert.equal(body(row.resp_body), 'hello');
    assert.equal(row.error, null);
    assert.equal(row.trace_role, 'server');
    assert.equal(row.id, '7.1');
    assert.deepEqual(row.losses, {});
  });

  test('is seen from the client as well', () => {
    const model = modelConnection({ role: 'client' }).send(1, get()).send(0, ok('x'));
    assert.equal(oneRow(model).trace_role, 'client');
  });

  test('measures to the last byte of a slow response', () => {
    const model = modelConnection({ step: 0 })
      .send(0, get())
      .wait(2e6)
      .send(1, 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nab');
    const row = oneRow(model.wait(3e6).send(1, 'cd'));
    assert.equal(row.ttfb, 2e6);
    assert.equal(row.latency, 5e6);
  });

  test('with a status of 400 or more is an error', () => {
    assert.equal(oneRow(exchange(get(), 'HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n')).outcome, 'error');
  });

  test('of HTTP/1.0 ends when the server closes', () => {
    const model = exchange('GET / HTTP/1.0\r\n\r\n', 'HTTP/1.0 200 OK\r\n\r\nuntil the end').fin(1).fin(0).close();
    const row = oneRow(model);
    assert.equal(row.protocol, 'HTTP/1.0');
    assert.equal(row.minor_version, 0);
    assert.equal(body(row.resp_body), 'until the end');
    assert.equal(row.outcome, 'ok');
  });

  test('without a status reason, with bare line feeds and blank lines before it is still one', () => {
    const row = oneRow(exchange('\r\n\r\nGET / HTTP/1.1\nHost:x\n\n', 'HTTP/1.1 200\nContent-Length:2\n\nok'));
    assert.equal(row.req_host, 'x');
    assert.equal(row.resp_message, null);
    assert.equal(body(row.resp_body), 'ok');
  });
});

describe('heads', () => {
  test('keep order, case and repetition; folded lines become one', () => {
    const row = oneRow(
      exchange(get('/', 'X-A: 1\r\nx-a: 2\r\nX-Fold: a\r\n  b\r\n\tc\r\nX-Odd :v\r\nnocolon\r\n'), ok('')),
    );
    assert.deepEqual(row.req_headers, [
      ['Host', 'shop'],
      ['X-A', '1'],
      ['x-a', '2'],
      ['X-Fold', 'a b c'],
      ['X-Odd', 'v'],
      ['nocolon', ''],
    ]);
  });

  test('may have hundreds of fields', () => {
    const fields = Array.from({ length: 500 }, (_, i) => `X-${i}: ${i}\r\n`).join('');
    assert.equal(oneRow(exchange(get('/', fields), ok(''))).req_headers?.length, 501);
  });

  test('with a line of a megabyte keep what fits and say so', () => {
    const model = modelConnection({ cap: 4e6 });
    model.sendIn(0, get('/long', `X-Before: 1\r\nX-Long: ${'a'.repeat(1_000_000)}\r\nX-After: 1\r\n`), 16_384);
    model.send(1, ok('fine')).send(0, get('/next')).send(1, ok('next'));
    const { rows, bench } = rowsOf(model.records);
    assert.deepEqual(
      rows.map((row) => row.req_path),
      ['/long', '/next'],
    );
    assert.match(rows[0]?.error ?? '', /request head cut after 65536 bytes/);
    assert.deepEqual(rows[0]?.req_headers, [
      ['Host', 'shop'],
      ['X-Before', '1'],
    ]);
    assert.equal(body(rows[0]?.resp_body ?? null), 'fine');
    assert.equal(bench.connections.totals().held_bytes, 0);
  });

  test('cut by the capture level keep their complete lines', () => {
    const model = modelConnection({ cap: 100 });
    model.send(0, get('/cut', `X-A: 1\r\nAuthorization: ${'s'.repeat(500)}\r\n`)).send(1, ok('fine'));
    const { rows } = rowsOf(model.send(0, get('/b')).send(1, ok('b')).records);
    assert.deepEqual(rows[0]?.req_headers, [
      ['Host', 'shop'],
      ['X-A', '1'],
    ]);
    assert.match(rows[0]?.error ?? '', /request head cut after 100 bytes/);
    assert.equal(rows[0]?.outcome, 'ok');
    assert.equal(body(rows[0]?.resp_body ?? null), 'fine');
    assert.equal(rows[1]?.req_path, '/b');
  });

  test('with conflicting lengths say so; equal ones are one', () => {
    const twice = oneRow(exchange(get(), 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok'));
    assert.equal(twice.error, null);
    const odd = oneRow(exchange(get(), 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok'));
    assert.equal(odd.error, 'conflicting Content-Length: 2 and 3');
    assert.equal(body(odd.resp_body), 'ok');
  });

  test('in UTF-8 are readable', () => {
    assert.equal(oneRow(exchange(get('/caf\xc3\xa9'), ok(''))).req_path, '/café');
    assert.equal(oneRow(exchange(get('/caf\xe9'), ok(''))).req_path, '/caf\xe9');
  });
});

describe('targets', () => {
  test('in absolute form name the host', () => {
    const row = oneRow(exchange('GET http://other.example:81/x HTTP/1.1\r\nHost: ignored\r\n\r\n', ok('')));
    assert.equal(row.req_host, 'other.example:81');
    assert.equal(row.req_path, 'http://other.example:81/x');
  });

  test('may be an asterisk', () => {
    assert.equal(oneRow(exchange('OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n', ok(''))).req_path, '*');
  });
});

describe('bodies', () => {
  test('of chunks lose their coding, keep extensions out and trailers apart', () => {
    const response =
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;a="b"\r\nhello\r\n6\r\n world\r\n0\r\nX-Sum: 1\r\nSet-Cookie: a\r\n\r\n';
    const row = oneRow(exchange(get(), response));
    assert.equal(body(row.resp_body), 'hello world');
    assert.equal(row.resp_body_size, 11);
    assert.deepEqual(row.resp_trailers, [
      ['X-Sum', '1'],
      ['Set-Cookie', '[redacted]'],
    ]);
  });

  test('chunked win over a length', () => {
    const response =
      'HTTP/1.1 200 OK\r\nContent-Length: 999\r\nTransfer-Encoding: gzip, chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n';
    assert.equal(body(oneRow(exchange(get(), response)).resp_body), 'x');
  });

  test('are absent from answers to HEAD, from 204 and 304, whatever the length says', () => {
    const model = modelConnection();
    model.send(0, 'HEAD / HTTP/1.1\r\n\r\n').send(1, 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n');
    model.send(0, get('/304')).send(1, 'HTTP/1.1 304 Not Modified\r\nContent-Length: 10\r\n\r\n');
    model.send(0, get('/204')).send(1, 'HTTP/1.1 204 No Content\r\n\r\n');
    model.send(0, get('/last')).send(1, ok('x'));
    const { rows, losses } = rowsOf(model.records);
    assert.deepEqual(
      rows.map((row) => [row.resp_status, row.resp_body_size, row.outcome]),
      [
        [200, 0, 'ok'],
        [304, 0, 'ok'],
        [204, 0, 'ok'],
        [200, 1, 'ok'],
      ],
    );
    assert.deepEqual(losses, {});
  });

  test('over the cap are told with their true size, and the next exchange is found', () => {
    const model = modelConnection({ cap: 1024 });
    model
      .send(0, get('/big'))
      .sendIn(1, ok('x'.repeat(10_000)), 1448)
      .send(0, get('/b'))
      .send(1, ok('b'));
    const { rows, losses } = rowsOf(model.records);
    assert.equal(rows[0]?.resp_body_size, 10_000);
    assert.ok((rows[0]?.resp_body_kept ?? 0) < 1024);
    assert.equal(rows[0]?.outcome, 'ok');
    assert.equal(rows[0]?.error, null);
    assert.equal(rows[1]?.req_path, '/b');
    assert.deepEqual(losses, {});
  });

  test('of chunks over the cap end where the direction turns', () => {
    const chunks = `1000\r\n${'x'.repeat(4096)}\r\n`.repeat(5);
    const model = modelConnection({ cap: 1024 });
    model
      .send(0, get('/big'))
      .sendIn(1, `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${chunks}0\r\n\r\n`, 1448);
    model.send(0, get('/b')).send(1, ok('b'));
    const { rows, losses } = rowsOf(model.records);
    assert.equal(rows.length, 2);
    const size = rows[0]?.resp_body_size ?? 0;
    assert.ok(size >= 20_480 && size < 20_480 + 60, `${size}`);
    assert.equal(rows[0]?.outcome, 'ok');
    assert.equal(body(rows[1]?.resp_body ?? null), 'b');
    assert.deepEqual(losses, {});
  });

  test('of requests over the cap are told with their true size', () => {
    const model = modelConnection({ cap: 512 });
    model.sendIn(0, `POST /up HTTP/1.1\r\nContent-Length: 9000\r\n\r\n${'u'.repeat(9000)}`, 1448).send(1, ok('done'));
    const row = oneRow(model);
    assert.equal(row.req_body_size, 9000);
    assert.equal(row.ttfb, 1e6);
    assert.equal(row.outcome, 'ok');
  });

  test('behind a cut are shown at the next tick, while their end is not known', () => {
    const model = modelConnection({ cap: 1024 })
      .send(0, get('/big'))
      .send(1, `HTTP/1.1 200 OK\r\n\r\n${'x'.repeat(5000)}`);
    const bench = createBench();
    for (const record of model.records) {
      if (record.type === 'open') bench.connections.open(record.open);
      else if (record.type === 'segment') bench.connections.segment(record.segment);
    }
    bench.connections.tick(model.now + 1);
    assert.deepEqual(
      bench.rows().map((row) => [row.resp_status, row.outcome, row.latency]),
      [[200, 'in-flight', null]],
    );
  });
});

describe('the order of messages', () => {
  test('pipelined requests are answered in turn', () => {
    const model = modelConnection()
      .send(0, get('/1') + get('/2') + get('/3'))
      .send(1, ok('one') + ok('two') + ok('three'));
    const { rows } = rowsOf(model.records);
    assert.deepEqual(
      rows.map((row) => [row.req_path, body(row.resp_body)]),
      [
        ['/1', 'one'],
        ['/2', 'two'],
        ['/3', 'three'],
      ],
    );
  });

  test('interim responses are not the answer', () => {
    const model = modelConnection();
    model.send(0, 'POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n');
    model.send(1, 'HTTP/1.1 100 Continue\r\n\r\n').send(0, 'body');
    model.send(1, 'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n').send(1, ok('done'));
    const row = oneRow(model);
    assert.equal(row.resp_status, 200);
    assert.equal(body(row.req_body), 'body');
    assert.equal(body(row.resp_body), 'done');
  });

  test('an answer before the end of the request counts, and the request grows to its true size', () => {
    const model = modelConnection().send(0, 'POST / HTTP/1.1\r\nContent-Length: 8\r\n\r\nabcd');
    model.send(1, 'HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n').send(0, 'efgh');
    const row = oneRow(model);
    assert.equal(row.resp_status, 413);
    assert.equal(row.req_body_size, 8);
    assert.equal(row.ttfb, null);
  });

  test('an upgrade or a tunnel ends the reading', () => {
    const upgraded = exchange(
      get('/chat', 'Upgrade: websocket\r\n'),
      'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n\x81\x05hello',
    );
    upgraded.send(0, '\x81\x85abcdefghi').send(1, 'HTTP/1.1 200 OK\r\n\r\nno');
    assert.equal(oneRow(upgraded).resp_status, 101);
    const tunnel = exchange('CONNECT db:5432 HTTP/1.1\r\nHost: db:5432\r\n\r\n', 'HTTP/1.1 200 OK\r\n\r\n').send(
      0,
      '\0\0\0\x08',
    );
    const row = oneRow(tunnel);
    assert.equal(row.req_host, 'db:5432');
    assert.equal(row.outcome, 'ok');
    assert.deepEqual(row.losses, {});
  });
});

describe('exchanges that do not end well', () => {
  test('are in flight after a second, answered later under the same id', () => {
    const model = modelConnection().send(0, get('/slow')).wait(2e9).send(1, ok('late'));
    const { puts } = rowsOf(model.records);
    assert.deepEqual(
      puts.map((row) => [row.id, row.outcome, row.latency]),
      [
        ['7.1', 'in-flight', null],
        ['7.1', 'ok', 2e9 + 1e6],
      ],
    );
  });

  test('are unanswered when the server closes without a word', () => {
    const row = oneRow(modelConnection().send(0, get()).fin(1).fin(0).close());
    assert.equal(row.outcome, 'unanswered');
    assert.equal(row.error, 'connection closed without a response');
    assert.equal(row.latency, null);
  });

  test('are reset', () => {
    const row = oneRow(modelConnection().send(0, get()).rst(1).close());
    assert.equal(row.outcome, 'reset');
    assert.equal(row.error, 'connection reset');
  });

  test('are reset by an abort, of which only the close record tells', () => {
    assert.equal(oneRow(modelConnection().send(0, get()).close()).outcome, 'reset');
  });

  test('say how much of the response came', () => {
    const model = exchange(get(), 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc').fin(1).fin(0).close();
    const row = oneRow(model);
    assert.equal(row.error, 'response cut short after 3 of 10 bytes');
    assert.equal(row.outcome, 'partial');
    const reset = oneRow(exchange(get(), 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc').rst(1));
    assert.equal(reset.error, 'connection reset, response cut short after 3 of 10 bytes');
    assert.equal(reset.outcome, 'reset');
  });

  test('end with the recording', () => {
    const row = oneRow(modelConnection().send(0, get()));
    assert.equal(row.outcome, 'unanswered');
    assert.match(row.error ?? '', /capture of the connection ended/);
  });

  test('a reset after the answer changes nothing', () => {
    assert.equal(oneRow(exchange(get(), ok('x')).rst(0).close()).outcome, 'ok');
  });
});

describe('connections joined in the middle', () => {
  test('begin with the next message', () => {
    const model = modelConnection({ midstream: true }).send(1, 'tail of some body\r\nHTTP/1.1 is mentioned');
    model.send(0, get('/first')).send(1, ok('seen'));
    const { rows, losses } = rowsOf(model.records);
    assert.deepEqual(
      rows.map((row) => [row.req_path, row.outcome]),
      [['/first', 'ok']],
    );
    assert.deepEqual(losses, { 'mid-stream': 1 });
  });

  test('show an answer whose request was not seen', () => {
    const model = modelConnection({ midstream: true }).send(1, ok('answer')).send(0, get('/b')).send(1, ok('b'));
    const { rows } = rowsOf(model.records);
    assert.deepEqual(
      rows.map((row) => [row.req_path, row.resp_status, row.outcome]),
      [
        [null, 200, 'partial'],
        ['/b', 200, 'ok'],
      ],
    );
  });

  test('whoever sends requests is the client', () => {
    const model = modelConnection({ midstream: true, role: 'unknown' }).send(1, get('/x')).send(0, ok('x'));
    assert.equal(oneRow(model).trace_role, 'client');
  });
});

describe('losses', () => {
  test('inside a body are counted, and the next exchange is found', () => {
    const model = modelConnection().send(0, get('/a')).send(1, 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc');
    model.unseen(1, 50).send(1, 'x'.repeat(47)).send(0, get('/b')).send(1, ok('b'));
    const { rows, losses } = rowsOf(model.records);
    assert.equal(rows[0]?.outcome, 'partial');
    assert.equal(rows[0]?.lost_bytes, 50);
    assert.equal(rows[0]?.resp_body_size, 100);
    assert.equal(body(rows[0]?.resp_body ?? null), 'abc');
    assert.equal(rows[1]?.outcome, 'ok');
    assert.deepEqual(losses, { 'stream-gap': 1 });
  });

  test('of a whole response leave the request partial', () => {
    const model = modelConnection().send(0, get('/a')).unseen(1, 80).send(0, get('/b')).send(1, ok('b'));
    const { rows, losses } = rowsOf(model.records);
    assert.deepEqual(
      rows.map((row) => [row.req_path, row.resp_status, row.outcome]),
      [
        ['/a', null, 'partial'],
        ['/b', 200, 'ok'],
      ],
    );
    assert.deepEqual(losses, { 'stream-gap': 1 });
  });

  test('of a whole request leave its response partial', () => {
    const model = modelConnection()
      .send(0, get('/a'))
      .send(1, ok('a'))
      .unseen(0, 60)
      .send(1, ok('b'))
      .send(0, get('/c'))
      .send(1, ok('c'));
    const { rows, losses } = rowsOf(model.records);
    assert.deepEqual(
      rows.map((row) => [row.req_path, row.resp_status, row.outcome]),
      [
        ['/a', 200, 'ok'],
        [null, 200, 'partial'],
        ['/c', 200, 'ok'],
      ],
    );
    assert.equal(rows[1]?.lost_bytes, 60);
    assert.deepEqual(losses, { 'stream-gap': 1 });
  });

  const outcomes = (model: ConnectionModel) =>
    rowsOf(model.records).rows.map((row) => [row.req_path, body(row.resp_body), row.outcome]);

  test('of a pipelined request leave those behind it partial, until the client has waited for the answers', () => {
    const model = modelConnection()
      .send(0, get('/a'))
      .send(1, ok('a'))
      .send(0, get('/b').slice(0, 2))
      .unseen(0, 5)
      .send(0, get('/b').slice(7) + get('/c') + get('/d'))
      .send(1, ok('b') + ok('c') + ok('d'))
      .send(0, get('/e') + get('/f'))
      .send(1, ok('e') + ok('f'));
    assert.deepEqual(outcomes(model), [
      ['/a', 'a', 'ok'],
      ['/c', 'b', 'partial'],
      ['/d', 'c', 'partial'],
      [null, 'd', 'partial'],
      ['/e', 'e', 'ok'],
      ['/f', 'f', 'ok'],
    ]);
  });

  test('of the very first request leave the answers to those pipelined behind it partial', () => {
    const model = modelConnection()
      .unseen(0, 60)
      .send(0, get('/b') + get('/c'))
      .send(1, ok('a') + ok('b') + ok('c'))
      .send(0, get('/d'))
      .send(1, ok('d'));
    assert.deepEqual(outcomes(model), [
      [null, 'a', 'partial'],
      [null, 'b', 'partial'],
      [null, 'c', 'partial'],
      ['/d', 'd', 'ok'],
    ]);
  });

  test('of a request and its answer, unseen in one go, cost one more exchange its certainty', () => {
    const model = modelConnection().send(0, get('/a')).send(1, ok('a')).unseen(0, 60).unseen(1, 40);
    for (const name of ['c', 'd', 'e']) model.send(0, get(`/${name}`)).send(1, ok(name));
    assert.deepEqual(outcomes(model), [
      ['/a', 'a', 'ok'],
      [null, 'c', 'partial'],
      ['/d', 'd', 'ok'],
      ['/e', 'e', 'ok'],
    ]);
  });

  test('are not made good by a client that asks again before it has all answers', () => {
    const model = modelConnection()
      .send(0, get('/a') + get('/b'))
      .send(1, ok('a'))
      .send(0, get('/c'))
      .unseen(0, 60)
      .send(1, ok('b') + ok('c'))
      .send(0, get('/e'))
      .send(1, ok('d'))
      .send(0, get('/f'))
      .send(1, ok('e') + ok('f'));
    assert.deepEqual(outcomes(model), [
      ['/a', 'a', 'ok'],
      ['/b', 'b', 'ok'],
      ['/c', 'c', 'ok'],
      ['/e', 'd', 'partial'],
      ['/f', 'e', 'partial'],
      [null, 'f', 'partial'],
    ]);
  });

  test('of the way in an answer with broken framing leave those pipelined behind it partial', () => {
    const model = modelConnection()
      .send(0, get('/a') + get('/b') + get('/c'))
      .send(1, `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nnone\r\n${ok('b')}${ok('c')}`)
      .send(0, get('/d'))
      .send(1, ok('d'));
    assert.deepEqual(
      rowsOf(model.records).rows.map((row) => [row.req_path, row.resp_status, row.outcome]),
      [
        ['/a', 200, 'ok'],
        ['/b', null, 'partial'],
        ['/c', null, 'partial'],
        ['/d', 200, 'ok'],
      ],
    );
  });

  test('of the size of a long pipelined answer hide those behind it, and no later ones', () => {
    const chunked = `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${`200\r\n${'x'.repeat(512)}\r\n`.repeat(3)}0\r\n\r\n`;
    const model = modelConnection({ cap: 1024 })
      .send(0, get('/a') + get('/b'))
      .send(1, chunked + ok('b'))
      .send(0, get('/c'))
      .send(1, ok('c'))
      .send(0, get('/d'))
      .send(1, ok('d'));
    assert.deepEqual(
      outcomes(model).map(([path, , outcome]) => [path, outcome]),
      [
        ['/a', 'ok'],
        ['/b', 'partial'],
        ['/c', 'ok'],
        ['/d', 'ok'],
      ],
    );
  });
});

describe('what is not HTTP/1', () => {
  const verdict = (bytes: string, direction: 0 | 1 = 0) => {
    const { rows, bench, losses } = rowsOf(modelConnection().send(direction, bytes).send(1, 'x'.repeat(100)).records);
    assert.equal(rows.length, 0);
    assert.deepEqual(losses, {});
    return Object.keys(bench.connections.totals()).filter((name) => /^connections_(?!open)/.test(name));
  };
  test('is told apart', () => {
    assert.deepEqual(verdict('\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'), ['connections_tls']);
    assert.deepEqual(verdict('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), ['connections_unknown']);
    assert.deepEqual(verdict('GET /\r\n'), ['connections_unknown']);
    assert.deepEqual(verdict('GET key\r\n'), ['connections_unknown']);
    assert.deepEqual(verdict('OPTIONS sip:a@b SIP/2.0\r\n'), ['connections_unknown']);
    assert.deepEqual(verdict('*1\r\n$4\r\nPING\r\n'), ['connections_unknown']);
    assert.deepEqual(verdict('220 mail ready\r\n', 1), ['connections_unknown']);
  });
  test('in the middle of a connection is counted and survived', () => {
    const model = modelConnection()
      .send(0, get('/a'))
      .send(1, `${ok('a')}surplus bytes`)
      .send(0, get('/b'))
      .send(1, ok('b'));
    const { rows, losses } = rowsOf(model.records);
    assert.deepEqual(
      rows.map((row) => [row.req_path, body(row.resp_body)]),
      [
        ['/a', 'a'],
        ['/b', 'b'],
      ],
    );
    assert.deepEqual(losses, { 'parse-error': 1 });
  });
  test('in place of an answer leaves those pipelined behind it partial, until the client has waited for all', () => {
    const model = modelConnection()
      .send(0, get('/a') + get('/b') + get('/c'))
      .send(1, 'what was this?\r\n')
      .send(1, ok('b') + ok('c'))
      .send(0, get('/d'))
      .send(1, ok('d'));
    const { rows, losses } = rowsOf(model.records);
    const outcomes = Object.fromEntries(rows.map((row) => [row.req_path, row.outcome]));
    assert.deepEqual(outcomes, { '/a': 'partial', '/b': 'partial', '/c': 'partial', '/d': 'ok' });
    assert.deepEqual(losses, { 'parse-error': 1 });
  });
});

describe('redaction', () => {
  const secret =
    'Authorization: Basic c2VjcmV0\r\nCOOKIE: a=c2VjcmV0;\r\n more c2VjcmV0\r\nX-Api-Key:c2VjcmV0\r\nX-Token: c2VjcmV0\r\nAccept: */*\r\n';
  test('replaces the values of secret fields before a row leaves', () => {
    const { rows } = rowsOf(exchange(get('/', secret), ok('', 'Set-Cookie: c2VjcmV0\r\n')).records, {
      redact: ['X-Token'],
    });
    assert.deepEqual(rows[0]?.req_headers?.slice(1), [
      ['Authorization', '[redacted]'],
      ['COOKIE', '[redacted]'],
      ['X-Api-Key', '[redacted]'],
      ['X-Token', '[redacted]'],
      ['Accept', '*/*'],
    ]);
    assert.deepEqual(rows[0]?.resp_headers?.[1], ['Set-Cookie', '[redacted]']);
  });
  test('a name that becomes a secret while heads are read is masked from the next one on, also in a section seen before', () => {
    const redactor = createRedactor();
    const reader = new HeadReader(redactor);
    const head = Buffer.from('GET / HTTP/1.1\r\nHost: h\r\nX-Session: c2VjcmV0\r\n\r\n');
    const masked = () => {
      assert.equal(reader.read(head, 0, head.length, 'request'), 'complete');
      return reader.replacements.length;
    };
    assert.deepEqual([masked(), masked()], [0, 0]);
    redactor.also(['X-Session']);
    assert.deepEqual([masked(), masked()], [1, 1]);
    redactor.also([]);
    assert.equal(masked(), 0, 'it is none any more');
    assert.ok(redactor.isSecret('Authorization'), 'those of the product always are');
  });
  test('takes the credentials out of absolute targets', () => {
    const row = oneRow(exchange('GET http://user:pass@host/x HTTP/1.1\r\n\r\n', ok('')));
    assert.equal(row.req_path, 'http://[redacted]@host/x');
    assert.equal(row.req_host, 'host');
  });
  test('can be switched off', () => {
    const { rows } = rowsOf(exchange(get('/', secret), ok('')).records, { redact: false });
    assert.deepEqual(rows[0]?.req_headers?.[1], ['Authorization', 'Basic c2VjcmV0']);
  });
});
