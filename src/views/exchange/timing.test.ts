import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { exampleHttpEvent } from '../../domain/tables/example-http-event.ts';
import type { HttpEvent } from '../../domain/tables/http-events.ts';
import type { StoredRow } from '../../store/store.ts';
import { bothSides } from './other-side.ts';
import { partsOf } from './timing-lines.ts';

const ms = 1e6;
const base = {
  ...(exampleHttpEvent() as unknown as HttpEvent),
  conn_exchange: 3,
  req_method: 'GET',
  req_path: '/cart',
};
const client: HttpEvent = {
  ...base,
  id: 'a-3',
  trace_role: 'client',
  node: 'n1',
  local_addr: '10.1.0.7',
  local_port: 41_000,
  // A service address: the server never sees it.
  remote_addr: '10.96.0.10',
  remote_port: 80,
  latency: 10 * ms,
  ttfb: 9 * ms,
};
const server: HttpEvent = {
  ...base,
  id: 'b-3',
  trace_role: 'server',
  node: 'n1',
  time_: base.time_ + 1_000_000n,
  local_addr: '10.1.0.3',
  local_port: 8080,
  remote_addr: '10.1.0.7',
  remote_port: 41_000,
  req_body_size: 0,
  resp_body_size: 9_000,
  latency: 7 * ms,
  ttfb: 5 * ms,
};
const stored = (...rows: HttpEvent[]): readonly StoredRow[] => rows.map((row) => ({ key: row.id, agent: 'a', row }));

describe('the other side of an exchange', () => {
  test('is found by the client’s own end, from either side', () => {
    const rows = stored(client, server);
    assert.deepEqual(bothSides(client, rows), { client, server });
    assert.deepEqual(bothSides(server, rows), { client, server });
  });

  test('is the same exchange on the connection, by number', () => {
    const later = { ...server, id: 'b-4', conn_exchange: 4 };
    assert.equal(bothSides(client, stored(later, server))?.server.id, 'b-3');
    assert.equal(bothSides(client, stored(server, later))?.server.id, 'b-3');
  });

  test('where one side was seen from later on, it is the nearest in time', () => {
    const near = { ...server, id: 'b-1', conn_exchange: 1 };
    const far = { ...server, id: 'b-2', conn_exchange: 2, time_: server.time_ + 900_000_000n };
    assert.equal(bothSides(client, stored(far, near))?.server.id, 'b-1');
  });

  test('is not another request, another connection, or the same side', () => {
    const others = [
      { ...server, req_path: '/other' },
      { ...server, remote_port: 41_001 },
      { ...server, remote_addr: '10.1.0.8' },
      { ...server, time_: server.time_ + 60_000_000_000n },
      { ...client, id: 'a-4' },
    ];
    assert.equal(bothSides(client, stored(...others)), undefined);
  });
});

describe('the time of an exchange, divided', () => {
  const lengths = (over: { client?: Partial<HttpEvent>; server?: Partial<HttpEvent> }) => {
    const parts = partsOf({ client: { ...client, ...over.client }, server: { ...server, ...over.server } });
    return (
      parts && Object.fromEntries(parts.stretches.map(({ label, from, length }) => [label, [from / ms, length / ms]]))
    );
  };

  test('on one node the clock tells the way there from the way back', () => {
    assert.deepEqual(lengths({}), {
      'client waited': [0, 10],
      'network there': [0, 1],
      'server worked': [1, 5],
      answer: [6, 2],
      'network back': [8, 2],
    });
  });

  test('on two nodes it is halved, whatever the clocks say', () => {
    const parts = lengths({ server: { node: 'n2', time_: client.time_ - 5_000_000_000n } });
    assert.deepEqual(parts?.['network there'], [0, 1.5]);
    assert.deepEqual(parts?.['network back'], [8.5, 1.5]);
  });

  test('a big request is what the server waits for', () => {
    assert.deepEqual(lengths({ server: { req_body_size: 1e6 } })?.request, [1, 2]);
  });

  test('the sentence names the biggest part first', () => {
    const parts = partsOf({ client, server });
    assert.equal(
      parts?.verdict,
      'the server worked 5.00ms (50.0%), the network took 3.00ms (30.0%), bodies took 2.00ms (20.0%)',
    );
  });

  test('is not divided while one side has no whole answer', () => {
    assert.equal(lengths({ server: { latency: null } }), undefined);
  });

  test('whatever the figures, the parts lie within the whole and add up to it', () => {
    const nanos = fc.integer({ min: 0, max: 1e10 });
    fc.assert(
      fc.property(
        nanos,
        nanos,
        fc.option(nanos),
        fc.integer({ min: -1e10, max: 1e10 }),
        fc.boolean(),
        (lc, ls, ttfb, skew, same) => {
          const parts = partsOf({
            client: { ...client, latency: lc },
            server: { ...server, latency: ls, ttfb, time_: client.time_ + BigInt(skew), node: same ? 'n1' : 'n2' },
          });
          const [whole, ...rest] = parts?.stretches ?? [];
          const sum = rest.reduce((total, { length }) => total + length, 0);
          assert.equal(whole?.length, lc);
          // Stretches too short to tell are left out.
          assert.ok(sum <= lc + 1 && sum >= lc * 0.99 - 1, `${sum} of ${lc}`);
          for (const { from, length } of rest) assert.ok(from >= 0 && length >= 0 && from + length <= lc + 1);
        },
      ),
    );
  });
});
