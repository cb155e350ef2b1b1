import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Batch } from '../../proto/gen/kelpie/v1/agent.ts';
import { decodeBatch } from '../../src/agent-client/from-wire.ts';
import type { Row } from '../../src/domain/column.ts';
import { httpEvents } from '../../src/domain/tables/http-events.ts';
import { batchOf, splitRows } from './rows-to-wire.ts';

const blank: Row = Object.fromEntries(httpEvents.columnIds.map((id) => [id, null]));

/** As a node with a few pods would have them. */
const event = (id: number): Row => ({
  ...blank,
  time_: 1_700_000_000_000_000_000n + BigInt(id),
  id: `${(4711 + (id % 20)).toString(16)}.${id}`,
  trace_role: id % 2 === 0 ? 'client' : 'server',
  source: 'shop/frontend-7d9f8b6c5-x2x4z',
  destination: `shop/api-${id % 4}`,
  req_method: 'GET',
  req_path: `/items/${id % 50}`,
  resp_status: id % 10 === 0 ? null : 200,
  outcome: 'ok',
  latency: 1_234_567 + id,
  req_body_size: 0,
  resp_body_size: 512,
  protocol: 'HTTP/1.1',
  node: 'node-1',
  local_addr: '10.0.0.1',
  local_port: 8080,
  remote_addr: '10.0.0.2',
  remote_port: 40_000 + (id % 20),
  encrypted: false,
  major_version: 1,
  minor_version: 1,
  conn_id: (4711 + (id % 20)).toString(16),
  conn_exchange: id,
  lost_bytes: 0,
  req_headers: [
    ['Host', 'x'],
    ['X', '\u001b[31m"\u{1f40e}'],
  ],
  resp_body: Uint8Array.of(0, 255, id & 255),
});

const events = Array.from({ length: 1000 }, (_, id) => event(id));
const throughTheWire = (batch: Batch) => decodeBatch('agent', Batch.decode(Batch.encode(batch).finish())).rows;

describe('rows on the wire', () => {
  test('arrive as they were, with their payload when it was asked for', () => {
    assert.deepEqual(throughTheWire(batchOf(httpEvents, events, true)), events);
    const bare = throughTheWire(batchOf(httpEvents, events, false));
    assert.deepEqual(
      bare,
      events.map((row) => ({ ...row, req_headers: null, resp_body: null })),
    );
    assert.deepEqual(throughTheWire(batchOf(httpEvents, [], true)), []);
  });

  test('cost bytes where they differ: words once, columns nobody has a value in nothing', () => {
    const batch = batchOf(httpEvents, events, false);
    assert.ok(!batch.columns.some(({ name }) => name === 'error'));
    const bytes = Batch.encode(batch).finish().length / events.length;
    assert.ok(bytes < 180, `${bytes} bytes a row`);
  });

  test('are not read where they were not asked for: bodies stay undecoded', () => {
    const trap: Row = Object.defineProperty({ ...event(1) }, 'resp_body', {
      get: () => {
        throw new Error('decoded');
      },
    });
    batchOf(httpEvents, [trap], false);
    assert.throws(() => batchOf(httpEvents, [trap], true), /decoded/);
  });

  test('whatever a value is, it has a form', () => {
    const odd = { ...event(1), time_: 2n ** 70n, req_path: '\ud800', latency: Number.MAX_SAFE_INTEGER };
    const [row] = throughTheWire(batchOf(httpEvents, [odd], false));
    assert.equal(row?.req_path, '\ufffd');
    assert.equal(row?.latency, Number.MAX_SAFE_INTEGER);
  });

  test('large payload is split, in order', () => {
    const large: Row[] = events.slice(0, 20).map((row) => ({ ...row, resp_body: new Uint8Array(1 << 20) }));
    const batches = splitRows(httpEvents, large, true).map((rows) => batchOf(httpEvents, rows, true));
    assert.ok(batches.length >= 5);
    assert.ok(batches.every((batch) => Batch.encode(batch).finish().length < 8 << 20));
    assert.deepEqual(
      batches.flatMap((batch) => throughTheWire(batch).map(({ id }) => id)),
      large.map((row) => row.id),
    );
    assert.equal(splitRows(httpEvents, large, false).length, 1);
  });
});
