import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { IN, OUT } from '../../capture/source.ts';
import { a, cname, real, write } from './testing/messages.ts';
import { createBench } from './testing/run.ts';

describe('questions and answers over UDP', () => {
  test('an answered question is one row, one exchange and a name for its addresses', () => {
    const bench = createBench();
    bench.pass(0, OUT, real.aliasQuestion);
    bench.pass(0.012, IN, real.aliasAnswer);
    const [row, ...others] = bench.rows();
    assert.deepEqual(others, []);
    assert.deepEqual(
      [row?.query_name, row?.query_type, row?.rcode, row?.outcome, row?.answer_count, row?.trace_role, row?.transport],
      ['www.shop.example', 'A', 'NOERROR', 'ok', 4, 'client', 'udp'],
    );
    assert.equal(row?.latency, 12e6);
    assert.equal(row?.ttl, 60e9);
    assert.deepEqual([row?.req_size, row?.resp_size], [real.aliasQuestion.length, real.aliasAnswer.length]);
    assert.equal(row?.error, null);
    assert.deepEqual(
      bench.puts.map(({ isOnly }) => isOnly),
      [true],
    );
    assert.equal(bench.exchanges.length, 1);
    const { method, target, result, latency, role } = bench.exchanges[0] ?? {};
    assert.deepEqual([method, target, result, latency, role], ['A', 'www.shop.example', 'ok', 12e6, 'client']);
    assert.equal(bench.resolved[0]?.name, 'www.shop.example');
    assert.deepEqual(bench.resolved[0]?.addresses, ['192.0.2.1', '192.0.2.2']);
    assert.deepEqual(bench.recognised, [7]);
  });

  test('A and AAAA asked at once from one socket are told apart by their ids, answered in any order', () => {
    const bench = createBench();
    const name = 'api.shop';
    bench.pass(0, OUT, write({ id: 1, name }));
    bench.pass(0, OUT, write({ id: 2, name, type: 28 }));
    bench.pass(0.001, IN, write({ id: 2, name, type: 28, rcode: 0 }));
    bench.pass(0.002, IN, write({ id: 1, name, rcode: 0, answers: [a(name, '10.0.0.9')] }));
    const rows = bench.rows();
    assert.deepEqual(
      rows.map((row) => [row.query_type, row.outcome, row.latency]),
      [
        ['AAAA', 'empty', 1e6],
        ['A', 'ok', 2e6],
      ],
    );
    assert.equal(new Set(rows.map((row) => row.id)).size, 2);
  });

  test('a DNS server has rows too, one socket answering many', () => {
    const bench = createBench();
    const server = { cookie: 9, role: 'server', localPort: 53, localAddress: '10.0.0.53' } as const;
    for (const client of [1, 2]) {
      const ends = { ...server, remoteAddress: `10.0.0.${client}`, remotePort: 5000 };
      bench.pass(0, IN, write({ id: 5, name: `n${client}.x` }), ends);
    }
    for (const client of [2, 1]) {
      const ends = { ...server, remoteAddress: `10.0.0.${client}`, remotePort: 5000 };
      bench.pass(0.01, OUT, write({ id: 5, name: `n${client}.x`, rcode: 3 }), ends);
    }
    assert.deepEqual(
      bench.rows().map((row) => [row.trace_role, row.query_name, row.rcode]),
      [
        ['server', 'n2.x', 'NXDOMAIN'],
        ['server', 'n1.x', 'NXDOMAIN'],
      ],
    );
  });

  test('NXDOMAIN is the client’s error, SERVFAIL and REFUSED are the server’s', () => {
    const bench = createBench();
    for (const [id, rcode] of [3, 2, 5].entries()) {
      bench.pass(id, OUT, write({ id, name: 'x.y' }));
      bench.pass(id + 0.01, IN, write({ id, name: 'x.y', rcode }));
    }
    assert.deepEqual(
      bench.exchanges.map(({ result }) => result),
      ['client-error', 'server-error', 'server-error'],
    );
    assert.deepEqual(
      bench.rows().map((row) => [row.rcode, row.outcome]),
      [
        ['NXDOMAIN', 'error'],
        ['SERVFAIL', 'error'],
        ['REFUSED', 'error'],
      ],
    );
  });

  test('an answer may leave the question out', () => {
    const bench = createBench();
    bench.pass(0, OUT, write({ id: 8, name: 'x.y' }));
    bench.pass(0.01, IN, write({ id: 8, name: '.', rcode: 1, bare: true }));
    assert.deepEqual(
      bench.rows().map((row) => [row.query_name, row.rcode]),
      [['x.y', 'FORMERR']],
    );
  });

  test('a truncated answer is one that asks to come back over TCP, no failure', () => {
    const bench = createBench();
    bench.pass(0, OUT, write({ name: 'big.x' }));
    bench.pass(0.01, IN, write({ name: 'big.x', rcode: 0, truncated: true }));
    assert.equal(bench.rows()[0]?.outcome, 'truncated');
    assert.equal(bench.exchanges[0]?.result, 'ok');
  });

  test('names are compared without regard to case', () => {
    const bench = createBench();
    bench.pass(0, OUT, write({ name: 'ExAmPle.CoM' }));
    bench.pass(0.01, IN, write({ name: 'example.com', rcode: 0, answers: [a('EXAMPLE.com', '192.0.2.9')] }));
    assert.deepEqual(
      bench.rows().map((row) => row.query_name),
      ['example.com'],
    );
    assert.deepEqual(bench.resolved[0]?.addresses, ['192.0.2.9']);
  });
});

describe('questions without an answer', () => {
  test('in flight after a second, unanswered after five, told once as a failure', () => {
    const bench = createBench();
    bench.pass(0, OUT, write({ name: 'slow.x' }));
    bench.until(0.9);
    assert.equal(bench.puts.length, 0);
    bench.until(1.2);
    assert.deepEqual(
      bench.rows().map((row) => row.outcome),
      ['in-flight'],
    );
    bench.until(5);
    assert.equal(bench.exchanges.length, 0);
    bench.until(5.5);
    assert.deepEqual(
      bench.rows().map((row) => [row.outcome, row.latency, row.rcode]),
      [['unanswered', null, null]],
    );
    assert.deepEqual(
      bench.exchanges.map(({ result, latency }) => [result, latency]),
      [['failure', -1]],
    );
    bench.until(40);
    assert.equal(bench.exchanges.length, 1);
    assert.equal(bench.dns.totals().dns_pending, 0);
  });

  test('asked again, it is the same question; the answer, and its repetition, count once', () => {
    const bench = createBench();
    const question = write({ name: 'lossy.x' });
    const answer = write({ name: 'lossy.x', rcode: 0, answers: [a('lossy.x', '192.0.2.1')] });
    bench.pass(0, OUT, question);
    bench.pass(5.004, OUT, question);
    bench.pass(5.02, IN, answer);
    bench.pass(5.03, IN, answer);
    const rows = bench.rows();
    assert.deepEqual(
      rows.map((row) => [row.outcome, row.retries, row.latency]),
      [['ok', 1, 5.02e9]],
    );
    assert.equal(bench.exchanges.length, 1);
  });

  test('an answer too late for its resolver does not make it answered', () => {
    const bench = createBench();
    bench.pass(0, OUT, write({ name: 'late.x' }));
    bench.pass(7, IN, write({ name: 'late.x', rcode: 0, answers: [a('late.x', '192.0.2.1')] }));
    const [row] = bench.rows();
    assert.equal(row?.outcome, 'unanswered');
    assert.equal(row?.error, 'answered after 7.0 s');
    assert.equal(row?.answers, '192.0.2.1');
    assert.equal(bench.exchanges.length, 1);
  });

  test('two resolvers asked from one socket: the dead one has a row of its own', () => {
    const bench = createBench();
    const question = write({ name: 'both.x' });
    bench.pass(0, OUT, question);
    bench.pass(0, OUT, question, { remoteAddress: '10.0.0.54' });
    bench.pass(0.01, IN, write({ name: 'both.x', rcode: 0, answers: [a('both.x', '192.0.2.1')] }));
    bench.until(6);
    const outcomes = new Map(bench.rows().map((row) => [row.id, row.outcome]));
    assert.deepEqual([...outcomes.values()].sort(), ['ok', 'unanswered']);
  });
});

describe('what is not seen in full', () => {
  test('an answer whose question passed before capture began has no latency', () => {
    const bench = createBench();
    bench.pass(0, IN, real.aliasAnswer);
    const [row] = bench.rows();
    assert.deepEqual([row?.outcome, row?.latency, row?.error, row?.req_size], ['ok', null, 'question not seen', 0]);
    assert.equal(bench.exchanges[0]?.latency, -1);
  });

  test('an answer captured in part says so', () => {
    const bench = createBench();
    bench.pass(0, OUT, real.aliasQuestion);
    bench.pass(0.01, IN, real.aliasAnswer.subarray(0, 80), { len: real.aliasAnswer.length });
    const [row] = bench.rows();
    assert.equal(row?.error, `answer captured up to 80 of ${real.aliasAnswer.length} bytes`);
    assert.equal(row?.answers, '→ lb.shop.example');
    assert.equal(row?.outcome, 'ok');
  });

  test('multicast DNS and other ports are not DNS; nonsense on port 53 is counted', () => {
    const bench = createBench();
    bench.pass(0, OUT, real.aliasQuestion, { localPort: 5353, remotePort: 5353 });
    bench.pass(0, OUT, real.aliasQuestion, { remotePort: 5300 });
    bench.pass(0, IN, real.aliasQuestion);
    bench.until(10);
    assert.deepEqual(bench.rows(), []);
    assert.equal(bench.losses.size, 0);
    bench.pass(10, OUT, Buffer.from('GET / HTTP/1.1\r\n\r\n'));
    assert.equal(bench.losses.get('parse-error'), 1);
  });

  test('more waiting questions than there is room for are counted, not told as answered or lost', () => {
    const bench = createBench({ pending: 10 });
    for (let id = 0; id < 15; id++) bench.pass(0, OUT, write({ id, name: 'x.y' }), { cookie: id });
    assert.equal(bench.losses.get('dns-budget'), 5);
    bench.until(6);
    assert.equal(bench.exchanges.length, 10);
  });

  test('a server with ever new clients remembers so many', () => {
    const bench = createBench({ conversations: 100 });
    for (let client = 0; client < 1000; client++) {
      const ends = { localPort: 53, remotePort: 1024 + client, role: 'server' } as const;
      bench.pass(0, IN, write({ name: 'x.y' }), ends);
      bench.pass(0, OUT, write({ name: 'x.y', rcode: 0, answers: [a('x.y', '192.0.2.1')] }), ends);
    }
    assert.equal(bench.rows().length, 1000);
    assert.equal(bench.dns.totals().dns_pending, 0);
  });
});

describe('search domains', () => {
  const domains = ['shop.svc.cluster.local', 'svc.cluster.local', 'cluster.local'];

  test('the expansions of a name are told as such, before and after it is known', () => {
    const bench = createBench();
    const names = [...domains.map((domain) => `api.stripe.com.${domain}`), 'api.stripe.com'];
    let id = 0;
    for (const [i, name] of names.entries()) {
      const last = i === names.length - 1;
      for (const type of [1, 28]) {
        id += 1;
        const answers = last && type === 1 ? [cname(name, 'edge.x'), a('edge.x', '192.0.2.7')] : [];
        bench.pass(i / 100, OUT, write({ id, name, type }), { cookie: id, localPort: 40_000 + id });
        bench.pass(i / 100 + 0.005, IN, write({ id, name, type, rcode: last ? 0 : 3, answers }), {
          cookie: id,
          localPort: 40_000 + id,
        });
      }
    }
    for (const row of bench.rows()) {
      assert.equal(row.search_of, row.query_name === 'api.stripe.com' ? null : 'api.stripe.com', row.query_name);
    }
    assert.equal(bench.rows().length, 8);
    assert.equal(bench.resolved[0]?.name, 'api.stripe.com');
  });

  test('a service found under the second domain: both are expansions', () => {
    const bench = createBench();
    bench.pass(0, OUT, write({ id: 1, name: 'db.pay.shop.svc.cluster.local' }));
    bench.pass(0.001, IN, write({ id: 1, name: 'db.pay.shop.svc.cluster.local', rcode: 3 }));
    bench.pass(0.002, OUT, write({ id: 2, name: 'db.pay.svc.cluster.local' }));
    const name = 'db.pay.svc.cluster.local';
    bench.pass(0.003, IN, write({ id: 2, name, rcode: 0, answers: [a(name, '10.1.2.3')] }));
    assert.deepEqual(
      bench.rows().map((row) => row.search_of),
      ['db.pay', 'db.pay'],
    );
  });

  test('names that only resemble each other, other processes, and later questions are none of it', () => {
    const bench = createBench();
    bench.pass(0, OUT, write({ id: 1, name: 'www.gogle.com' }));
    bench.pass(0.001, IN, write({ id: 1, name: 'www.gogle.com', rcode: 3 }));
    bench.pass(0.002, OUT, write({ id: 2, name: 'www.google.com' }));
    bench.pass(0.003, OUT, write({ id: 3, name: 'www' }), { pid: 1, cookie: 8 });
    bench.pass(2, OUT, write({ id: 4, name: 'www.gogle' }));
    bench.until(10);
    assert.deepEqual([...new Set(bench.rows().map((row) => row.search_of))], [null]);
  });
});
