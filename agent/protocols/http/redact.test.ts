/** Names that become secrets while connections go on, as a policy file that changes has it. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { CaptureRecord } from '../../stream/testing/capture-model.ts';
import { modelConnection, play } from '../../stream/testing/capture-model.ts';
import { createRedactor } from './redact.ts';
import { createBench } from './testing/run.ts';

const secret = 'c2VjcmV0LXZhbHVl';
const request = `GET / HTTP/1.1\r\nHost: shop\r\nX-Session: ${secret}\r\nX-Other: plain\r\n\r\n`;
const response = `HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX-Session: ${secret}\r\n\r\n`;

/** The parts of a connection's records, each played after what happens before it. */
function watch(redact?: readonly string[] | false) {
  let also: (names: readonly string[]) => void = () => assert.fail('nobody was told how');
  const bench = createBench({
    redact,
    onRedact: (tell) => {
      also = tell;
    },
  });
  let played = 0;
  return {
    also: (...names: string[]) => also(names),
    bench,
    /** Plays what is new of the connection. */
    go(records: readonly CaptureRecord[]) {
      play(records.slice(played), bench.connections);
      played = records.length;
    },
  };
}

const shown = (value: unknown): string =>
  JSON.stringify(value, (_, each) => (typeof each === 'bigint' ? String(each) : each));

describe('a name that becomes a secret', () => {
  test('is masked from the next head on, on connections that are open, in sections that were seen many times', () => {
    const { also, go, bench } = watch();
    const model = modelConnection();
    for (let n = 0; n < 4; n += 1) model.send(0, request).send(1, response);
    go(model.records);
    assert.ok(shown(bench.rows()).includes(secret));
    const before = bench.rows().length;
    also('X-Session');
    for (let n = 0; n < 4; n += 1) model.send(0, request).send(1, response);
    go(model.records);
    bench.connections.flush();
    const after = bench.rows().slice(before);
    assert.equal(after.length, 4);
    assert.ok(!shown(after).includes(secret));
    for (const row of after) {
      assert.deepEqual(row.req_headers, [
        ['Host', 'shop'],
        ['X-Session', '[redacted]'],
        ['X-Other', 'plain'],
      ]);
      assert.equal(row.req_host, 'shop');
    }
  });

  test('between the head and the trailers of a message: the trailers are masked', () => {
    const { also, go, bench } = watch();
    const model = modelConnection().send(0, request);
    model.send(1, 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n');
    go(model.records);
    also('x-session');
    model.send(1, `0\r\nX-Session: ${secret}\r\nX-Sum: 1\r\n\r\n`);
    go(model.records);
    bench.connections.flush();
    const [row] = bench.rows();
    assert.equal(row?.outcome, 'ok');
    assert.deepEqual(row?.resp_trailers, [
      ['X-Session', '[redacted]'],
      ['X-Sum', '1'],
    ]);
  });

  test('is not shown when it is cut off in the middle either', () => {
    const { also, go, bench } = watch();
    also('X-Session');
    const model = modelConnection().send(0, request.slice(0, request.indexOf('\r\nX-Other') - 3));
    go(model.records);
    bench.connections.flush();
    assert.ok(!shown(bench.rows()).includes(secret.slice(0, 8)));
  });

  test('is none any more when it is no longer named; those of the product and of the flags stay', () => {
    const redactor = createRedactor(['X-Own']);
    redactor.also([' X-Session ', 'x-b']);
    assert.ok(['x-session', 'X-B', 'x-own', 'Cookie'].every(redactor.isSecret));
    redactor.also(['x-b']);
    assert.deepEqual(['x-session', 'x-b', 'x-own', 'authorization'].map(redactor.isSecret), [false, true, true, true]);
  });

  test('masks nothing where redaction was switched off on the agent itself', () => {
    const { also, go, bench } = watch(false);
    also('X-Session');
    go(modelConnection().send(0, request).send(1, response).records);
    assert.ok(shown(bench.rows()).includes(secret));
  });
});
