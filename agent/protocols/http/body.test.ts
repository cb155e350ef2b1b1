import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import zlib from 'node:zlib';
import { decodeBody } from './body.ts';

const text = Buffer.from('the quick brown fox '.repeat(500));

describe('content codings', () => {
  const coded = {
    gzip: zlib.gzipSync(text),
    'x-gzip': zlib.gzipSync(text),
    deflate: zlib.deflateSync(text),
    br: zlib.brotliCompressSync(text),
    zstd: zlib.zstdCompressSync(text),
    identity: text,
    'deflate, gzip': zlib.gzipSync(zlib.deflateSync(text)),
  };
  for (const [coding, wire] of Object.entries(coded)) {
    test(`${coding} is removed`, () => {
      const { bytes, note } = decodeBody(wire, coding.toUpperCase());
      assert.ok(text.equals(bytes));
      assert.equal(note, undefined);
    });
  }
  test('deflate without its header is removed too', () => {
    assert.ok(text.equals(decodeBody(zlib.deflateRawSync(text), 'deflate').bytes));
  });
  for (const coding of ['gzip', 'deflate', 'br'] as const) {
    test(`${coding} that was cut decodes as far as it goes`, () => {
      const long = Buffer.from(Array.from({ length: 20_000 }, (_, i) => (i * 7919) % 1000).join(','));
      const wire = { gzip: zlib.gzipSync, deflate: zlib.deflateSync, br: zlib.brotliCompressSync }[coding](long);
      const { bytes } = decodeBody(wire.subarray(0, wire.length - 8), coding);
      assert.ok(bytes.length > 0);
      assert.ok(long.subarray(0, bytes.length).equals(bytes));
    });
  }
  test('a bomb stops at the limit and says so', () => {
    const { bytes, note } = decodeBody(zlib.gzipSync(Buffer.alloc(64 << 20)), 'gzip', 1 << 20);
    assert.ok(bytes.length > 0 && bytes.length <= 1 << 20);
    assert.match(note ?? '', /beyond 1048576 bytes/);
  });
  test('what is not what it claims comes back as it was', () => {
    assert.deepEqual(decodeBody(Buffer.from('plain'), 'gzip'), { bytes: Buffer.from('plain'), note: 'not valid gzip' });
    assert.equal(decodeBody(Buffer.from('plain'), 'snappy').note, 'unknown content coding snappy');
  });
  test('damage in the middle keeps the beginning', () => {
    const wire = zlib.gzipSync(Buffer.from(Array.from({ length: 20_000 }, (_, i) => (i * 7919) % 1000).join(',')));
    const middle = wire.length >>> 1;
    wire.fill(0xff, middle, middle + 50);
    const { bytes, note } = decodeBody(wire, 'gzip');
    assert.ok(bytes.length > 100);
    assert.match(note ?? '', /damaged/);
  });
});
