/** Whatever bytes come, DNS reads them in bounded time and memory, and tells each question once. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { Direction } from '../../capture/source.ts';
import { createFrames } from './frames.ts';
import { readMessage } from './message.ts';
import { a, cname, framed, nameBytes, real, write } from './testing/messages.ts';
import { createBench } from './testing/run.ts';

const runs = { numRuns: 300 };
const samples = Object.values(real);

/** A real message with some bytes changed, cut or repeated. */
const mutated = fc
  .tuple(
    fc.constantFrom(...samples),
    fc.array(fc.tuple(fc.nat(200), fc.nat(255)), { maxLength: 12 }),
    fc.nat(250),
    fc.uint8Array({ maxLength: 20 }),
  )
  .map(([sample, changes, cut, tail]) => {
    const bytes = Buffer.concat([sample.subarray(0, Math.max(12, cut)), tail]);
    for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
    return bytes;
  });
const anything = fc.oneof(fc.uint8Array({ maxLength: 600 }), mutated, fc.constantFrom(...samples));

describe('any bytes', () => {
  test('are read without throwing, and what is read stays within bounds', () => {
    fc.assert(
      fc.property(anything, (bytes) => {
        const message = readMessage(bytes);
        if (message === undefined) return;
        assert.ok(message.answers.length <= message.answerCount);
        for (const { name } of message.answers) assert.ok(name.length <= 4 * 255);
        // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what must not be there
        assert.doesNotMatch(JSON.stringify(message.question?.name ?? ''), /[\x00-\x1f\x7f-\x9f]/);
      }),
      runs,
    );
  });

  test('as datagrams, in any order and direction, tell each question at most once', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(anything, fc.nat(1), fc.nat(3), fc.nat(2000)), { maxLength: 40 }), (datagrams) => {
        const bench = createBench({ pending: 8, conversations: 4 });
        let time = 0;
        for (const [payload, direction, cookie, wait] of datagrams) {
          time += wait / 1e3;
          bench.pass(time, direction as Direction, payload, { cookie, localPort: cookie < 2 ? 53 : 999 });
        }
        bench.until(time + 20);
        assert.ok(bench.exchanges.length <= bench.rows().length);
        assert.equal(bench.dns.totals().dns_pending, 0);
      }),
      { numRuns: 100 },
    );
  });

  test('as a stream with holes, never hold more than a message', () => {
    const piece = fc.oneof(anything, mutated.map(framed), fc.nat(3000));
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        let read = 0;
        const frames = createFrames(
          (bytes, size) => {
            read += 1;
            assert.ok(bytes.length <= size);
          },
          () => {},
        );
        for (const one of pieces) {
          if (typeof one === 'number') frames.gap(one + 1);
          else frames.data(one);
          assert.ok(frames.heldBytes <= 2 + 65_535);
        }
        assert.ok(read >= 0);
      }),
      runs,
    );
  });

  test('a message made to be slow is read in a moment', () => {
    // Pointers to pointers, as many as fit, and as many records with such names.
    const chain = Buffer.alloc(65_000);
    chain.set([0, 1, 0x81, 0x80, 0, 0, 0xff, 0xff, 0, 0, 0, 0]);
    for (let at = 14; at < 40_000; at += 2) chain.writeUInt16BE(0xc000 | ((at - 2) & 0x3fff), at);
    const began = performance.now();
    readMessage(chain);
    const big = write({
      name: 'x',
      rcode: 0,
      answers: Array.from({ length: 4000 }, () => ({ name: 'x', type: 5, data: Uint8Array.from(nameBytes('y.z')) })),
    });
    assert.equal(readMessage(big)?.answers.length, 512);
    assert.ok(performance.now() - began < 10_000, 'no input takes time out of all proportion');
  });
});

describe('what is written is read', () => {
  const label = fc.stringMatching(/^[a-z0-9_-]{1,20}$/);
  const name = fc.array(label, { minLength: 1, maxLength: 6 }).map((labels) => labels.join('.'));
  const address = fc.ipV4();

  test('names, types, aliases and addresses', () => {
    fc.assert(
      fc.property(name, name, fc.array(address, { maxLength: 5 }), fc.nat(0xffff), (asked, alias, addresses, id) => {
        const answers = [cname(asked, alias), ...addresses.map((found) => a(alias, found))];
        const message = readMessage(write({ id, name: asked, rcode: 0, answers }));
        assert.equal(message?.id, id);
        assert.deepEqual(message?.question, { name: asked, type: 1, class: 1 });
        assert.deepEqual(
          message?.answers.map((record) => record.text),
          [alias, ...addresses],
        );
        assert.equal(message?.malformed, undefined);
      }),
      runs,
    );
  });
});
