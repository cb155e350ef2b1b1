import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { batchOf, closeOf, openOf, segmentOf } from '../../test/recordings/kernel-batches.ts';
import { createDecoder } from './decode.ts';
import { createScrubber } from './scrub.ts';
import { capturedBytes } from './source.ts';

const names = ['authorization', 'cookie', 'set-cookie', 'x-api-key'];
const socket = { cookie: 7, local: ['10.0.0.5', 80], remote: ['10.0.0.9', 4000], role: 'server' } as const;

interface Piece {
  readonly at: number;
  readonly text: string;
}

/** Scrubs a request that arrives in these pieces, one batch each unless `together`, and puts the stream together again. */
function scrubbed(pieces: readonly Piece[], { together = false, isn = 0xffff_fff0 } = {}): string {
  const scrubber = createScrubber(names);
  const records = pieces.map(({ at, text }) =>
    segmentOf(2, {
      cookie: 7,
      direction: 0,
      seq: (isn + at) >>> 0,
      payload: Buffer.from(text, 'latin1'),
      messageStart: at === 0,
    }),
  );
  const open = openOf(1, { ...socket, firstSeq: [isn, 1] });
  const batches = together ? [batchOf(open, ...records)] : [batchOf(open), ...records.map((record) => batchOf(record))];
  const stream = Buffer.alloc(Math.max(...pieces.map(({ at, text }) => at + text.length)));
  for (const batch of batches) {
    const length = batch.length;
    scrubber.scrub(batch);
    assert.equal(batch.length, length);
    createDecoder().decode(batch, {
      open() {},
      close() {},
      tick() {},
      segment: (segment) => stream.set(capturedBytes(segment), (segment.seq - isn) >>> 0),
    });
  }
  return stream.toString('latin1');
}

const whole = (text: string): Piece[] => [{ at: 0, text }];

/** `text` in pieces that end at these shares of its length. */
function cutUp(text: string, cuts: readonly number[]): Piece[] {
  const ends = [...new Set(cuts.map((cut) => Math.floor(cut * text.length))), text.length].sort((a, b) => a - b);
  return ends
    .map((end, i) => ({ at: ends[i - 1] ?? 0, text: text.slice(ends[i - 1] ?? 0, end) }))
    .filter((p) => p.text);
}

const secret = 'S3CR3T-S3CR3T';
const head =
  `GET /a?cookie=no HTTP/1.1\r\nHost: x\r\nCookie: a=${secret}; b=2\r\naccept: cookie: no\r\nAUTHORIZATION:Basic ${secret}\r\n` +
  `X-Api-Key :\t${secret}\r\n  folded ${secret}\r\nx-api-keys: open\r\n\r\nbody`;
const clean =
  `GET /a?cookie=no HTTP/1.1\r\nHost: x\r\nCookie: ${'*'.repeat(20)}\r\naccept: cookie: no\r\nAUTHORIZATION:${'*'.repeat(19)}\r\n` +
  `X-Api-Key :\t${'*'.repeat(13)}\r\n  ${'*'.repeat(20)}\r\nx-api-keys: open\r\n\r\nbody`;

describe('a recording keeps no secrets', () => {
  test('header values become asterisks, of the same length, and nothing else changes', () => {
    assert.equal(scrubbed(whole(head)), clean);
  });

  test('however the bytes are cut into segments', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 40 }),
        fc.boolean(),
        (cuts, together) => {
          assert.equal(scrubbed(cutUp(head, cuts), { together }), clean);
        },
      ),
      { numRuns: 1000 },
    );
  });

  test('one byte at a time', () => {
    assert.equal(scrubbed([...head].map((text, at) => ({ at, text }))), clean);
  });

  test('in whatever order they arrive within a batch, twice or overlapping', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 3, maxLength: 12 }).chain((cuts) => {
          const pieces = cutUp(head, cuts);
          return fc.tuple(fc.shuffledSubarray(pieces, { minLength: pieces.length }), fc.subarray(pieces));
        }),
        ([pieces, again]) => {
          assert.equal(scrubbed([...pieces, ...again], { together: true }), clean);
        },
      ),
      { numRuns: 1000 },
    );
  });

  test('in whatever order they arrive over batches, no byte of a secret is left', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 3, maxLength: 12 }).chain((cuts) => {
          const pieces = cutUp(head, cuts);
          return fc.shuffledSubarray(pieces, { minLength: pieces.length });
        }),
        (pieces) => {
          const got = scrubbed(pieces);
          for (let at = 0; at < clean.length; at++) if (clean[at] === '*') assert.equal(got[at], '*', `byte ${at}`);
        },
      ),
      { numRuns: 1000 },
    );
  });

  test('a folded secret whose head line arrives before the line it belongs to is known', () => {
    const at = head.indexOf('X-Api-Key');
    const got = scrubbed([
      { at, text: head.slice(at) },
      { at: 0, text: head.slice(0, at) },
    ]);
    for (let i = 0; i < clean.length; i++) if (clean[i] === '*') assert.equal(got[i], '*', `byte ${i}`);
  });

  test('a retransmission that begins in the middle of a secret', () => {
    const at = head.indexOf('T-S3') - 2;
    assert.equal(scrubbed([...whole(head), { at, text: head.slice(at, at + 9) }]), clean);
  });

  test('the rest of a secret after lost bytes, but not the message after it', () => {
    const from = head.indexOf(secret) + 4;
    const next = `GET /next HTTP/1.1\r\nCookie: ${secret}\r\n\r\n`;
    const got = scrubbed([
      { at: 0, text: head.slice(0, from - 2) },
      { at: from, text: head.slice(from) },
      { at: head.length + 50, text: next },
    ]);
    assert.ok(!got.includes('S3CR'));
    assert.ok(got.includes(`GET /next HTTP/1.1\r\nCookie: ${'*'.repeat(secret.length)}\r\n`));
  });

  test('a response that is cut at the cap does not darken the next one', () => {
    const scrubber = createScrubber(names);
    const first = Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 90000\r\n\r\nhalf a line');
    const second = Buffer.from('HTTP/1.1 404 Nope\r\nSet-Cookie: id=1\r\n\r\n');
    const cut = batchOf(
      openOf(1, { ...socket, firstSeq: [1, 1] }),
      segmentOf(2, { cookie: 7, direction: 1, seq: 1, payload: first, len: 90_043, messageStart: true }),
      segmentOf(3, { cookie: 7, direction: 1, seq: 90_044, payload: second, messageStart: true }),
      closeOf(4, 7, [1, 1]),
    );
    scrubber.scrub(cut);
    const text = cut.toString('latin1');
    assert.ok(text.includes('half a line') && text.includes('HTTP/1.1 404 Nope\r\nSet-Cookie: ****\r\n'), text);
  });

  test('random bytes neither break it nor change length', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        const batch = Buffer.from(bytes);
        createScrubber(names).scrub(batch);
        assert.equal(batch.length, bytes.length);
      }),
    );
  });
});
