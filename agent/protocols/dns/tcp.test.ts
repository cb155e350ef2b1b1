import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { SocketOpen } from '../../capture/source.ts';
import { createConnections } from '../../stream/connections.ts';
import type { StreamLimits } from '../../stream/limits.ts';
import { type CaptureRecord, type ConnectionModel, modelConnection, play } from '../../stream/testing/capture-model.ts';
import { createProtocols } from '../index.ts';
import { a, framed, real, write } from './testing/messages.ts';
import { type Collected, collect } from './testing/run.ts';

/** The model's socket as a DNS server's. */
const ofServer = (records: readonly CaptureRecord[], over: Partial<SocketOpen> = {}): CaptureRecord[] =>
  records.map((record) =>
    record.type === 'open' ? { type: 'open', open: { ...record.open, localPort: 53, ...over } } : record,
  );

function run(
  model: Pick<ConnectionModel, 'records'>,
  over?: Partial<SocketOpen>,
  limits?: Partial<StreamLimits>,
): Collected & { readonly verdicts: string[] } {
  const collected = collect();
  const verdicts: string[] = [];
  const connections = createConnections({
    protocols: createProtocols(),
    identity: (_socket, role) => ({ source: role, destination: 'resolver', node: 'node-a' }),
    wallTime: (time) => BigInt(Math.round(time)),
    limits,
    output: { ...collected.output, recognised: (_cookie, protocol) => void verdicts.push(protocol) },
  });
  play(ofServer(model.records, over), connections);
  connections.flush();
  return { ...collected, verdicts };
}

const question = framed(real.aliasQuestion);
const answer = framed(real.aliasAnswer);

describe('DNS over TCP', () => {
  test('a question and its answer, whole or byte by byte', () => {
    for (const size of [10_000, 1, 7]) {
      const seen = run(modelConnection().sendIn(0, question, size).sendIn(1, answer, size).fin(0).fin(1).close());
      const [row, ...others] = seen.rows();
      assert.deepEqual(others, []);
      assert.deepEqual(
        [row?.query_name, row?.outcome, row?.transport, row?.trace_role, row?.req_size],
        ['www.shop.example', 'ok', 'tcp', 'server', real.aliasQuestion.length],
      );
      assert.deepEqual(seen.verdicts, ['dns']);
      assert.equal(seen.exchanges.length, 1);
      assert.equal(seen.losses.size, 0);
    }
  });

  test('several questions at once, answered out of order (RFC 7766 §6.2.1.1)', () => {
    const model = modelConnection();
    const names = ['a.x', 'b.x', 'c.x'];
    model.send(0, Buffer.concat(names.map((name, id) => framed(write({ id, name })))));
    for (const id of [2, 0, 1]) {
      const name = names[id] ?? '';
      model.send(1, framed(write({ id, name, rcode: 0, answers: [a(name, `192.0.2.${id}`)] })));
    }
    const rows = run(model).rows();
    assert.deepEqual(rows.map((row) => `${row.query_name} ${row.answers}`).sort(), [
      'a.x 192.0.2.0',
      'b.x 192.0.2.1',
      'c.x 192.0.2.2',
    ]);
  });

  test('more connections than are followed at once rest between their questions, and are read on', () => {
    const models = Array.from({ length: 20 }, (_, i) => modelConnection({ cookie: 100 + i }));
    const records: CaptureRecord[] = [];
    for (let round = 0; round < 3; round++) {
      for (const [i, model] of models.entries()) {
        const from = round === 0 ? 0 : model.records.length;
        const name = `q${round}.c${i}.x`;
        model.send(0, framed(write({ id: 7, name })));
        if (round < 2) model.send(1, framed(write({ id: 7, name, rcode: 0, answers: [a(name, '192.0.2.1')] })));
        records.push(...model.records.slice(from));
      }
    }
    const seen = run({ records }, {}, { connections: 10, resting: 20 });
    assert.equal(seen.losses.get('connection-budget'), 10, 'of those with a question that waits');
    assert.deepEqual(
      seen
        .rows()
        .map((row) => `${row.query_name} ${row.outcome}`)
        .sort(),
      [0, 1, 2].flatMap((round) => models.map((_, i) => `q${round}.c${i}.x ${round < 2 ? 'ok' : 'in-flight'}`)).sort(),
    );
    assert.equal(new Set(seen.rows().map((row) => row.id)).size, 60);
  });

  test('a connection that ends leaves its questions unanswered', () => {
    const seen = run(modelConnection().send(0, question).rst(1).close());
    assert.deepEqual(
      seen.rows().map((row) => row.outcome),
      ['unanswered'],
    );
    assert.deepEqual(
      seen.exchanges.map(({ result }) => result),
      ['failure'],
    );
  });

  test('a question that waits is shown in flight, then unanswered, without another byte', () => {
    const later = modelConnection({ cookie: 8 }).wait(8e9).send(0, question);
    const model = modelConnection().send(0, question);
    const records = [...model.records, ...later.records.slice(1)];
    const seen = run({ ...model, records });
    assert.deepEqual(
      seen.puts.map(({ row }) => row.outcome),
      ['in-flight', 'unanswered'],
    );
  });

  test('an answer longer than what is captured of it is read as far as it goes; the next one is found', () => {
    const model = modelConnection({ cap: 100 })
      .send(0, question)
      .send(1, answer)
      .send(0, framed(write({ id: 9, name: 'next.x' })))
      .send(1, framed(write({ id: 9, name: 'next.x', rcode: 3 })));
    const rows = run(model).rows();
    assert.deepEqual(
      rows.map((row) => [row.query_name, row.outcome]),
      [
        ['www.shop.example', 'ok'],
        ['next.x', 'error'],
      ],
    );
    assert.match(String(rows[0]?.error), /answer captured up to \d+ of \d+ bytes/);
    assert.equal(rows[0]?.resp_size, real.aliasAnswer.length);
  });

  test('bytes lost in the middle cost their messages, not those after', () => {
    const model = modelConnection()
      .send(0, question)
      .unseen(1, 300)
      .send(0, framed(write({ id: 9, name: 'next.x' })))
      .send(1, framed(write({ id: 9, name: 'next.x', rcode: 3 })));
    const rows = run(model).rows();
    const last = rows.find((row) => row.query_name === 'next.x');
    assert.equal(last?.rcode, 'NXDOMAIN');
  });

  test('the same bytes on another port are not DNS, other bytes on port 53 neither', () => {
    assert.deepEqual(run(modelConnection().send(0, question).send(1, answer), { localPort: 5300 }).rows(), []);
    const foreign = run(modelConnection().send(0, 'SSH-2.0-OpenSSH_9.2p1\r\n').send(1, 'SSH-2.0-x\r\n'));
    assert.deepEqual(foreign.rows(), []);
    assert.deepEqual(foreign.verdicts, []);
  });

  test('HTTP on port 53 is still HTTP', () => {
    const seen = run(modelConnection().send(0, 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'));
    assert.deepEqual(seen.verdicts, ['http']);
  });
});
