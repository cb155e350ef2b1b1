import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { createDecoder, framedBytes } from './decode.ts';
import {
  closeRecord,
  datagramRecord,
  edgeRecord,
  flowEnd,
  flowRecord,
  flowState,
  openRecord,
  orphanAddresses,
  recordType,
  segmentFlag,
  segmentRecord,
} from './layout.gen.ts';
import {
  type CaptureListener,
  capturedBytes,
  type Datagram,
  type EdgeSample,
  type FlowSample,
  type Segment,
  type SocketClose,
  type SocketOpen,
} from './source.ts';

interface Heard extends CaptureListener {
  readonly opens: SocketOpen[];
  readonly segments: Segment[];
  readonly closes: SocketClose[];
  readonly flows: FlowSample[];
  readonly edges: EdgeSample[];
  readonly datagrams: Datagram[];
}

function listen(): Heard {
  const heard: Heard = {
    opens: [],
    segments: [],
    closes: [],
    flows: [],
    edges: [],
    datagrams: [],
    open: (open) => heard.opens.push(open),
    segment: (segment) => heard.segments.push({ ...segment, bytes: capturedBytes(segment).slice(), at: 0 }),
    close: (close) => heard.closes.push(close),
    flow: (flow) => heard.flows.push(flow),
    edge: (edge) => heard.edges.push(edge),
    datagram: (datagram) => heard.datagrams.push(datagram),
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

const flowOf = (state: number, end: number): Uint8Array =>
  record(flowRecord.size, recordType.RECORD_FLOW, (view, bytes) => {
    view.setBigUint64(flowRecord.cookie, 5n, true);
    view.setBigUint64(flowRecord.bytes, 10n, true);
    view.setBigUint64(flowRecord.bytes + 8, 20n, true);
    view.setUint32(flowRecord.handshakeUs, 300, true);
    view.setUint16(flowRecord.remotePort, 443, true);
    view.setUint8(flowRecord.family, 4);
    view.setUint8(flowRecord.role, 1);
    view.setUint8(flowRecord.state, state);
    view.setUint8(flowRecord.end, end);
    bytes.set([10, 0, 0, 2], flowRecord.remoteAddr);
  });

const edgeOf = (transport: number): Uint8Array =>
  record(edgeRecord.size, recordType.RECORD_EDGE, (view, bytes) => {
    view.setBigUint64(edgeRecord.cgroupId, 9n, true);
    view.setUint32(edgeRecord.opened, 3, true);
    view.setUint32(edgeRecord.timedOut, 2, true);
    view.setUint16(edgeRecord.port, 53, true);
    view.setUint8(edgeRecord.family, 6);
    view.setUint8(edgeRecord.transport, transport);
    bytes[edgeRecord.localAddr + 15] = 1;
  });

const datagramOf = (payload: string, len = payload.length): Uint8Array =>
  record(datagramRecord.size + payload.length, recordType.RECORD_DATAGRAM, (view, bytes) => {
    view.setUint32(datagramRecord.len, len, true);
    view.setUint32(datagramRecord.captured, payload.length, true);
    view.setUint16(datagramRecord.remotePort, 53, true);
    view.setUint8(datagramRecord.family, 4);
    view.setUint8(datagramRecord.role, 1);
    view.setUint8(datagramRecord.direction, 1);
    bytes.set(new TextEncoder().encode(payload), datagramRecord.size);
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
    assert.equal(Buffer.from(segment?.bytes ?? []).toString(), 'hello');
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

  test('totals and datagrams', () => {
    const heard = listen();
    const decoder = createDecoder();
    const flows = [flowOf(flowState.FLOW_OPEN, 0), flowOf(flowState.FLOW_ENDED, flowEnd.END_REFUSED)];
    decoder.decode(batchOf(...flows, edgeOf(17), datagramOf('query', 9)), heard);
    assert.equal(decoder.badRecords, 0);
    assert.deepEqual(
      heard.flows.map(({ state, end, opened }) => [state, end, opened]),
      [
        ['open', undefined, undefined],
        ['ended', 'refused', undefined],
      ],
    );
    const [flow] = heard.flows;
    assert.deepEqual(
      [flow?.cookie, flow?.role, flow?.bytes, flow?.handshakeUs, flow?.remoteAddress, flow?.remotePort],
      [5, 'client', [10, 20], 300, '10.0.0.2', 443],
    );
    const [edge] = heard.edges;
    assert.deepEqual(
      [edge?.cgroupId, edge?.transport, edge?.role, edge?.localAddress, edge?.port, edge?.opened, edge?.timedOut],
      [9, 'udp', 'unknown', '::1', 53, 3, 2],
    );
    const [datagram] = heard.datagrams;
    assert.deepEqual([Buffer.from(datagram?.payload ?? []).toString(), datagram?.len], ['query', 9]);
  });

  test('totals and datagrams that make no sense are counted; who does not listen to them misses nothing', () => {
    const heard = listen();
    const decoder = createDecoder();
    const liar = datagramOf('abc');
    new DataView(liar.buffer).setUint32(datagramRecord.captured, 400, true);
    const nonsense = [
      flowOf(9, 0),
      flowOf(flowState.FLOW_OPEN, flowEnd.END_FIN),
      flowOf(flowState.FLOW_ENDED, 0),
      flowOf(flowState.FLOW_OPEN, 0).subarray(0, 160),
      edgeOf(1),
      edgeOf(6).subarray(0, 180),
      liar,
    ];
    decoder.decode(batchOf(...nonsense), heard);
    assert.equal(decoder.badRecords, nonsense.length);
    assert.equal(heard.flows.length + heard.edges.length + heard.datagrams.length, 0);
    const deaf = { open() {}, segment() {}, close() {}, tick() {} };
    decoder.decode(batchOf(flowOf(flowState.FLOW_OPEN, 0), edgeOf(6), datagramOf('x')), deaf);
    assert.equal(decoder.badRecords, nonsense.length);
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
      fc.constant(flowOf(flowState.FLOW_OPEN, 0)),
      fc.constant(edgeOf(17)),
      fc.constant(datagramOf('payload')),
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
        const pieces = [...heard.segments.map(({ bytes, len }) => ({ payload: bytes, len })), ...heard.datagrams];
        for (const { payload, len } of pieces) assert.ok(payload.length <= len && payload.length <= shorter.length);
      }),
    );
  });
});
