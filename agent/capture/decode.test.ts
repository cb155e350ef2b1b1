import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { createDecoder, framedBytes } from './decode.ts';
import { closeRecord, openRecord, orphanAddresses, recordType, segmentFlag, segmentRecord } from './layout.gen.ts';
import type { CaptureListener, Segment, SocketClose, SocketOpen } from './source.ts';

interface Heard extends CaptureListener {
  readonly opens: SocketOpen[];
  readonly segments: Segment[];
  readonly closes: SocketClose[];
}

function listen(): Heard {
  const heard: Heard = {
    opens: [],
    segments: [],
    closes: [],
    open: (open) => heard.opens.push(open),
    segment: (segment) => heard.segments.push({ ...segment, payload: segment.payload.slice() }),
    close: (close) => heard.closes.push(close),
    tick() {},
  };
  return heard;
}

/** Frames records as the native drain does. */
function batchOf(...records: readonly Uint8Array[]): Uint8Array {
  const batch = new Uint8Array(records.reduce((sum, { length }) => sum + framedBytes(length), 0));
  let at = 0;
  for (const record of records) {
    new DataView(batch.buffer).setUint32(at, record.length, true);
    batch.set(record, at + 8);
    at += framedBytes(record.length);
  }
  return batch;
}

function record(size: number, type: number, fill: (view: DataView, bytes: Uint8Array) => void): Uint8Array {
  const bytes = new Uint8Array(size);
  bytes[openRecord.type] = type;
  fill(new DataView(bytes.buffer), bytes);
  return bytes;
}

const segmentOf = (payload: string, len = payload.length, flags = 0): Uint8Array => {
  const header = segmentRecord.size + (flags & segmentFlag.SEGMENT_ORPHAN ? orphanAddresses.size : 0);
  return record(header + payload.length, recordType.RECORD_SEGMENT, (view, bytes) => {
    view.setBigUint64(segmentRecord.tsNs, 9_000_000_000_123n, true);
    view.setBigUint64(segmentRecord.cookie, 77n, true);
    view.setUint32(segmentRecord.seq, 0xfffffff0, true);
    view.setUint32(segmentRecord.len, len, true);
    view.setUint32(segmentRecord.captured, payload.length, true);
    view.setUint8(segmentRecord.direction, 1);
    view.setUint8(segmentRecord.flags, flags);
    bytes.set(new TextEncoder().encode(payload), header);
  });
};

const openOf = (family: number): Uint8Array =>
  record(openRecord.size, recordType.RECORD_OPEN, (view, bytes) => {
    view.setBigUint64(openRecord.cookie, 77n, true);
    view.setUint8(openRecord.family, family);
    view.setUint8(openRecord.role, 2);
    view.setUint16(openRecord.localPort, 8080, true);
    bytes.set([10, 0, 0, 1], openRecord.localAddr);
    bytes.set(new TextEncoder().encode('nginx'), openRecord.comm);
  });

describe('decoding drained batches', () => {
  test('hands on what each record says, in order', () => {
    const heard = listen();
    const decoder = createDecoder();
    const close = record(closeRecord.size, recordType.RECORD_CLOSE, (view) =>
      view.setUint32(closeRecord.srttUs, 250, true),
    );
    const flags = segmentFlag.SEGMENT_MESSAGE_START | segmentFlag.SEGMENT_FIN;
    assert.equal(decoder.decode(batchOf(openOf(4), segmentOf('hello', 9, flags), close), heard), 9_000_000_000_123);
    const [open] = heard.opens;
    assert.equal(open?.localAddress, '10.0.0.1');
    assert.equal(open?.localPort, 8080);
    assert.equal(open?.comm, 'nginx');
    assert.equal(open?.role, 'server');
    assert.equal(open?.firstSeq, undefined);
    const [segment] = heard.segments;
    assert.equal(Buffer.from(segment?.payload ?? []).toString(), 'hello');
    assert.equal(segment?.len, 9);
    assert.equal(segment?.seq, 0xfffffff0);
    assert.equal(segment?.cookie, 77);
    assert.deepEqual([segment?.messageStart, segment?.fin, segment?.rst], [true, true, false]);
    assert.equal(heard.closes[0]?.srttUs, 250);
    assert.equal(decoder.badRecords, 0);
  });

  test('a record that makes no sense is counted and skipped, the next one is read', () => {
    const heard = listen();
    const decoder = createDecoder();
    const liar = segmentOf('abc');
    new DataView(liar.buffer).setUint32(segmentRecord.captured, 4096, true);
    const nonsense = [liar, openOf(5), record(60, 99, () => {}), openOf(4).subarray(0, 90), Uint8Array.of(1)];
    decoder.decode(batchOf(...nonsense, segmentOf('fine')), heard);
    assert.equal(decoder.badRecords, nonsense.length);
    assert.equal(heard.segments.length, 1);
    assert.equal(heard.opens.length, 0);
  });

  test('an orphan without a valid address family is no orphan', () => {
    const heard = listen();
    const decoder = createDecoder();
    decoder.decode(batchOf(segmentOf('x', 1, segmentFlag.SEGMENT_ORPHAN)), heard);
    assert.deepEqual([heard.segments.length, decoder.badRecords], [0, 1]);
  });

  test('any bytes are survived; what is handed on lies within the batch', () => {
    const records = fc.oneof(
      fc.constant(segmentOf('payload')),
      fc.constant(openOf(6)),
      fc.uint8Array({ minLength: 1, maxLength: 200 }),
    );
    const damage = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 8 });
    fc.assert(
      fc.property(fc.array(records, { maxLength: 5 }), damage, fc.nat(40), (whole, changes, cut) => {
        const batch = batchOf(...whole);
        for (const [at, value] of changes) if (batch.length > 0) batch[at % batch.length] = value;
        const shorter = batch.subarray(0, Math.max(0, batch.length - cut));
        const heard = listen();
        createDecoder().decode(shorter, heard);
        for (const { payload, len } of heard.segments)
          assert.ok(payload.length <= len && payload.length <= shorter.length);
      }),
    );
  });
});
