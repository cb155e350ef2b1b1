import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { HeadReader, type Kind } from './head.ts';
import { createRedactor } from './redact.ts';

const lines = [
  'Host: shop',
  'host:shop2',
  'Content-Length: 5',
  'Content-Length: 6',
  'Content-Length: 5, 7',
  'content-type: text/plain',
  'Content-Encoding: gzip',
  'Transfer-Encoding: gzip, chunked',
  'Authorization: Basic c2VjcmV0',
  'X-Request-Id: 1234',
  'X-Request-Id: 1235',
  `X-Long: ${'a'.repeat(120)}`,
  ' folded',
  ': nameless',
  'no colon at all',
];
const starts: Record<Kind, readonly string[]> = {
  request: ['GET / HTTP/1.1', 'POST /a/b?c=d HTTP/1.0', 'GET http://user:pass@host/x HTTP/1.1'],
  response: ['HTTP/1.1 200 OK', 'HTTP/1.0 404'],
};

const head = fc.record({
  kind: fc.constantFrom<Kind>('request', 'response'),
  start: fc.nat(2),
  fields: fc.array(fc.nat(lines.length - 1), { maxLength: 4 }),
  newline: fc.constantFrom('\r\n', '\n'),
  /** Where it lies, what follows it, and what of it there is. */
  offset: fc.nat(9),
  behind: fc.constantFrom('', 'body', '\r\n', ' more'),
  missing: fc.constantFrom(0, 0, 0, 1, 3),
});

/** All a reader tells of the head it has just read. */
function toldOf(reader: HeadReader): Record<string, unknown> {
  const { hostAt, typeAt, ...rest } = Object.fromEntries(Object.entries(reader));
  return { ...rest, hostAt: reader.hostEnd > 0 ? hostAt : 0, typeAt: reader.typeEnd > 0 ? typeAt : 0 };
}

describe('a header section that was seen before', () => {
  test('says what it would say if it were read again', () => {
    fc.assert(
      fc.property(fc.array(head, { minLength: 2, maxLength: 30 }), (heads) => {
        const remembering = new HeadReader(createRedactor());
        for (const { kind, start, fields, newline, offset, behind, missing } of heads) {
          const text = [starts[kind][start % starts[kind].length], ...fields.map((field) => lines[field]), '', ''].join(
            newline,
          );
          const bytes = Buffer.from(`${'\n'.repeat(offset)}${text}${behind}\r\n\r\n`, 'latin1');
          const to = offset + text.length + behind.length - missing;
          const fresh = new HeadReader(createRedactor());
          const states = [remembering, fresh].map((reader) => reader.read(bytes, offset, to, kind));
          assert.equal(states[0], states[1]);
          if (states[0] === 'complete') assert.deepEqual(toldOf(remembering), toldOf(fresh));
        }
      }),
      { numRuns: 2000 },
    );
  });

  test('is another one when a single byte differs, wherever it lies', () => {
    const section = 'Host: a-host-of-some-length.example\r\nContent-Length: 5\r\nX-Any: thing\r\n\r\n';
    for (let offset = 0; offset < 4; offset++) {
      const reader = new HeadReader(createRedactor());
      const read = (text: string): HeadReader => {
        const bytes = Buffer.from(`${' '.repeat(offset)}GET / HTTP/1.1\r\n${text}`);
        assert.equal(reader.read(bytes, offset, bytes.length, 'request'), 'complete');
        return reader;
      };
      read(section);
      for (let at = 0; at < section.length - 4; at++) {
        const other = `${section.slice(0, at)}9${section.slice(at + 1)}`;
        const fresh = new HeadReader(createRedactor());
        const bytes = Buffer.from(`${' '.repeat(offset)}GET / HTTP/1.1\r\n${other}`);
        fresh.read(bytes, offset, bytes.length, 'request');
        assert.deepEqual(toldOf(read(other)), toldOf(fresh), `offset ${offset}, byte ${at}`);
        assert.equal(read(section).contentLength, 5);
      }
    }
  });
});
