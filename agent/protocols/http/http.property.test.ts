import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { HttpEvent } from '../../../src/domain/tables/http-events.ts';
import { capturedBytes, type Segment } from '../../capture/source.ts';
import { amongOthers, type CaptureRecord, modelConnection, withLoss } from '../../stream/testing/capture-model.ts';
import { createBench, rowsOf } from './testing/run.ts';

/** One message: how it is written, by kind. */
const bodyText = fc.string({
  maxLength: 300,
  unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)),
});
const framed = (text: string, chunk: number): string => {
  if (chunk === 0) return `Content-Length: ${text.length}\r\n\r\n${text}`;
  let coded = 'Transfer-Encoding: chunked\r\n\r\n';
  for (let at = 0; at < text.length; at += chunk) {
    const piece = text.slice(at, at + chunk);
    coded += `${piece.length.toString(16)};n="v"\r\n${piece}\r\n`;
  }
  return `${coded}0\r\nX-Trailer: 1\r\n\r\n`;
};
const message = fc.record({
  text: bodyText,
  chunk: fc.integer({ min: 0, max: 90 }),
  status: fc.constantFrom(200, 201, 404, 503),
});
const exchange = fc.record({ request: message, response: message, pipelined: fc.boolean(), interim: fc.boolean() });
const conversation = fc.array(exchange, { minLength: 1, maxLength: 6 });

type Turn = readonly [direction: 0 | 1, text: string];

/** What the two sides write, in order. Pipelined requests go out before the answers to those before them. */
function turnsOf(
  exchanges: readonly {
    request: { text: string; chunk: number };
    response: { text: string; chunk: number; status: number };
    pipelined: boolean;
    interim: boolean;
  }[],
): Turn[] {
  const turns: Turn[] = [];
  let answers = '';
  exchanges.forEach(({ request, response, pipelined, interim }, index) => {
    if (!pipelined && answers !== '') {
      turns.push([1, answers]);
      answers = '';
    }
    turns.push([0, `POST /${index} HTTP/1.1\r\nHost: a\r\n${framed(request.text, request.chunk)}`]);
    if (interim) answers += 'HTTP/1.1 103 Early Hints\r\n\r\n';
    answers += `HTTP/1.1 ${response.status} Why\r\nX-To: /${index}\r\n${framed(response.text, response.chunk)}`;
  });
  turns.push([1, answers]);
  return turns;
}

function recordsOf(
  turns: readonly Turn[],
  sizes: readonly number[],
  options: Parameters<typeof modelConnection>[0] = {},
) {
  const model = modelConnection({ step: 1e5, ...options });
  let next = 0;
  for (const [direction, text] of turns) {
    for (let at = 0; at < text.length; ) {
      const size = sizes[next++ % sizes.length] ?? 1;
      model.send(direction, text.slice(at, at + size));
      at += size;
    }
  }
  return model.fin(0).fin(1).close().records;
}

/** The records of a connection, exchange by exchange, and its end. */
function partsOf(
  exchanges: Parameters<typeof turnsOf>[0],
  cuts: readonly number[],
  cookie: number,
): readonly (readonly CaptureRecord[])[] {
  const model = modelConnection({ step: 1e5, cookie });
  const parts: CaptureRecord[][] = [];
  let done = 0;
  let next = 0;
  const part = (): void => {
    parts.push(model.records.slice(done));
    done = model.records.length;
  };
  for (const one of exchanges) {
    for (const [direction, text] of turnsOf([one])) {
      for (let at = 0; at < text.length; ) {
        const size = cuts[next++ % cuts.length] ?? 1;
        model.send(direction, text.slice(at, at + size));
        at += size;
      }
    }
    part();
  }
  model.fin(0).fin(1).close();
  part();
  return parts;
}

/** A row without what depends on when its bytes were seen. */
function timeless(row: HttpEvent) {
  const { time_: _time, latency: _latency, ttfb: _ttfb, ...rest } = row;
  return rest;
}

const sizes = fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 8 });
const wrapping = fc.tuple(fc.integer({ min: 0xffff_ff00, max: 0xffff_ffff }), fc.integer({ min: 0, max: 0xffff_ffff }));

/** Records of one direction swapped with a neighbour of the same direction and turn: what a network may do. */
function shuffled(records: readonly CaptureRecord[], swaps: readonly number[]): CaptureRecord[] {
  const result = [...records];
  for (const swap of swaps) {
    const at = 1 + (swap % Math.max(1, result.length - 2));
    const [a, b] = [result[at], result[at + 1]];
    if (a?.type !== 'segment' || b?.type !== 'segment' || a.segment.direction !== b.segment.direction) continue;
    if (b.segment.len === 0 || a.segment.len === 0) continue;
    result[at] = { type: 'segment', segment: { ...b.segment, time: a.segment.time } };
    result[at + 1] = { type: 'segment', segment: { ...a.segment, time: b.segment.time } };
  }
  return result;
}

/** Some segments once more: whole, or joined in part with the one before, as retransmissions are. */
function repeated(records: readonly CaptureRecord[], picks: readonly number[]): CaptureRecord[] {
  const result = [...records];
  for (const pick of picks) {
    const at = pick % result.length;
    const record = result[at];
    if (record?.type !== 'segment') continue;
    const { segment } = record;
    const skip = pick % Math.max(1, segment.len);
    const again: Segment = {
      ...segment,
      seq: (segment.seq + skip) >>> 0,
      len: segment.len - skip,
      ...amongOthers(capturedBytes(segment).slice(skip)),
      messageStart: false,
    };
    result.splice(at + 1 + (pick % 3), 0, { type: 'segment', segment: again });
  }
  return result.sort((a, b) => order(a) - order(b));
}
const order = (record: CaptureRecord): number => (record.type === 'open' ? 0 : record.type === 'segment' ? 1 : 2);

describe('rows', () => {
  test('do not depend on how the stream was cut into segments, nor on where sequence numbers wrap', () => {
    fc.assert(
      fc.property(conversation, sizes, wrapping, (exchanges, pieces, firstSeq) => {
        const turns = turnsOf(exchanges);
        const whole = rowsOf(recordsOf(turns, [1e9]));
        const split = rowsOf(recordsOf(turns, pieces, { firstSeq }));
        assert.equal(whole.rows.length, exchanges.length);
        assert.deepEqual(split.rows.map(timeless), whole.rows.map(timeless));
        assert.deepEqual(split.losses, {});
      }),
      { numRuns: 150 },
    );
  });

  test('do not depend on reordering and repetition in flight', () => {
    fc.assert(
      fc.property(
        conversation,
        sizes,
        wrapping,
        fc.array(fc.nat(), { maxLength: 20 }),
        fc.array(fc.nat(), { maxLength: 10 }),
        (exchanges, pieces, firstSeq, swaps, picks) => {
          const records = recordsOf(turnsOf(exchanges), pieces, { firstSeq });
          const plain = rowsOf(records);
          const mixed = rowsOf(repeated(shuffled(records, swaps), picks));
          assert.deepEqual(mixed.rows.map(timeless), plain.rows.map(timeless));
          assert.deepEqual(mixed.losses, {});
        },
      ),
      { numRuns: 150 },
    );
  });

  test('do not depend on whether their connection rested between exchanges', () => {
    fc.assert(
      fc.property(fc.array(conversation, { minLength: 2, maxLength: 4 }), sizes, (conversations, cuts) => {
        // Exchange by exchange in turn, so that with room for one connection all others rest meanwhile.
        const lanes = conversations.map((exchanges, cookie) => partsOf(exchanges, cuts, cookie + 1));
        const records = Array.from({ length: 7 }, (_, part) => lanes.flatMap((lane) => lane[part] ?? [])).flat();
        const followed = rowsOf(records);
        const rested = rowsOf(records, { limits: { connections: 1 } });
        assert.ok((rested.bench.connections.totals().resting_connections ?? 0) <= lanes.length);
        assert.deepEqual(rested.losses, {});
        assert.deepEqual(rested.facts, followed.facts);
        assert.deepEqual(rested.puts.map(String), followed.puts.map(String));
        assert.deepEqual(rested.rows, followed.rows);
      }),
      { numRuns: 150 },
    );
  });

  test('are fewer or partial when segments are lost, and the loss is counted', () => {
    fc.assert(
      fc.property(
        conversation,
        sizes,
        fc.array(fc.nat(), { minLength: 1, maxLength: 4 }),
        (exchanges, pieces, picks) => {
          const records = recordsOf(turnsOf(exchanges), pieces);
          const payload = records.flatMap((record, index) =>
            record.type === 'segment' && record.segment.len > 0 ? [index] : [],
          );
          const drop = new Set(picks.map((pick) => payload[pick % payload.length] ?? 0));
          const complete = new Map(rowsOf(records).rows.map((row) => [row.req_path, timeless(row)]));
          const { rows, losses, bench } = rowsOf(withLoss(records, drop));
          assert.ok((losses['stream-gap'] ?? 0) > 0, 'counted');
          assert.equal(bench.connections.totals().held_bytes, 0);
          const whole = rows.filter((row) => row.outcome === 'ok' || row.outcome === 'error');
          assert.ok(whole.length < complete.size, 'fewer whole rows');
          for (const row of whole) {
            const expected = complete.get(row.req_path);
            assert.deepEqual(row.resp_headers?.[0], ['X-To', row.req_path], 'the answer to this request');
            assert.deepEqual(
              [row.resp_body, row.req_body, row.resp_status],
              [expected?.resp_body, expected?.req_body, expected?.resp_status],
            );
          }
        },
      ),
      { numRuns: 150 },
    );
  });

  test('keep true sizes whatever the cap', () => {
    fc.assert(
      fc.property(conversation, sizes, fc.integer({ min: 200, max: 600 }), (exchanges, pieces, cap) => {
        const plain = exchanges.map((each) => ({
          ...each,
          pipelined: false,
          interim: false,
          request: { ...each.request, chunk: 0 },
          response: { ...each.response, chunk: 0 },
        }));
        const { rows, losses } = rowsOf(recordsOf(turnsOf(plain), pieces, { cap }));
        assert.deepEqual(
          rows.map((row) => [row.req_body_size, row.resp_body_size, row.outcome]),
          plain.map((each) => [
            each.request.text.length,
            each.response.text.length,
            each.response.status >= 400 ? 'error' : 'ok',
          ]),
        );
        assert.deepEqual(losses, {});
      }),
      { numRuns: 100 },
    );
  });
});

const anySegment = fc.record({
  direction: fc.constantFrom(0 as const, 1 as const),
  seq: fc.oneof(fc.integer({ min: 900, max: 3000 }), fc.integer({ min: 0, max: 0xffff_ffff })),
  len: fc.oneof(fc.nat(400), fc.nat(0xffff_ffff)),
  otherEndSeq: fc.integer({ min: 0, max: 0xffff_ffff }),
  otherLastTime: fc.constantFrom(0, 1, 1e12),
  lost: fc.nat(5),
  fin: fc.boolean(),
  rst: fc.constantFrom(false, false, false, false, true),
  messageStart: fc.boolean(),
  payload: fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc
      .constantFrom(
        'GET / HTTP/1.1\r\n',
        'HTTP/1.1 200 OK\r\n',
        '\r\n',
        'Transfer-Encoding: chunked\r\n\r\n',
        'Content-Length: 5\r\n\r\nab',
        'fff\r\n',
        '0\r\n\r\n',
        ' HTTP/1.1\r\n\r\n',
        'CONNECT a:1 HTTP/1.1\r\n\r\n',
      )
      .map((text) => Buffer.from(text)),
  ),
  wait: fc.constantFrom(0, 1e6, 600e6),
});

describe('hostile input', () => {
  test('of any shape never throws and never holds more than its budget', () => {
    const limits = { connectionBytes: 4096, totalBytes: 16_384, connections: 5, resting: 5 };
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(9), fc.boolean(), anySegment), { maxLength: 80 }), (script) => {
        const bench = createBench({ limits });
        let time = 1e12;
        for (const [cookie, close, { wait, payload, ...segment }] of script) {
          time += wait + 1;
          const { open } = modelConnection({ cookie, midstream: cookie % 2 === 0, firstSeq: [1000, 1000] })
            .records[0] as CaptureRecord & { type: 'open' };
          bench.connections.open({ ...open, time });
          bench.connections.segment({
            ...segment,
            ...amongOthers(payload),
            cookie,
            time,
            sampled: false,
            orphan: undefined,
          });
          assert.ok((bench.connections.totals().held_bytes ?? 0) <= limits.totalBytes);
          const { connections_open: all = 0, resting_connections: resting = 0 } = bench.connections.totals();
          assert.ok(all - resting <= limits.connections && resting <= limits.resting);
          if (close)
            bench.connections.close({
              cookie,
              time,
              lastTime: [time, time],
              bytes: [1, 1],
              endSeq: [segment.seq, segment.otherEndSeq],
              srttUs: 0,
              retransmits: 0,
              lost: segment.lost,
            });
          if (wait > 0) bench.connections.tick(time);
        }
        bench.connections.flush();
        assert.equal(bench.connections.totals().held_bytes, 0);
        bench.rows();
      }),
      { numRuns: 300 },
    );
  });

  test('of mutated HTTP never throws', () => {
    const mutation = fc.tuple(
      fc.nat(),
      fc.constantFrom('\r', '\n', '\0', ':', ' ', '\r\n\r\n', 'HTTP/1.1', '0', '\xff', ''),
    );
    fc.assert(
      fc.property(
        conversation,
        sizes,
        fc.array(mutation, { minLength: 1, maxLength: 8 }),
        (exchanges, pieces, mutations) => {
          const turns = turnsOf(exchanges).map(([direction, text]): Turn => {
            let bent = text;
            for (const [place, insert] of mutations) {
              const at = place % (bent.length + 1);
              bent = bent.slice(0, at) + insert + bent.slice(at + (place % 3));
            }
            return [direction, bent];
          });
          const { bench } = rowsOf(recordsOf(turns, pieces));
          assert.equal(bench.connections.totals().held_bytes, 0);
        },
      ),
      { numRuns: 200 },
    );
  });
});
