/** Rows for scripts, spreadsheets, pipes and shells. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { codePointWidth } from '../cell.ts';
import { exampleHttpEvent } from '../tables/example-http-event.ts';
import { httpEvents } from '../tables/http-events.ts';
import { toBase64 } from './base64.ts';
import { createTextTable, csvHeader, csvRow, jsonDocument, jsonLine, textTable, toCurl, toJson } from './index.ts';
import { shellWord } from './shell.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const anyText = fc.string({ unit: 'binary' });

describe('JSON', () => {
  test('has every column, in order, in its unit', () => {
    const object = toJson(httpEvents, exampleHttpEvent({ latency: null, resp_body: bytes('ü') }));
    assert.deepEqual(Object.keys(object), httpEvents.columnIds);
    assert.equal(object.time_, '2026-01-01T00:00:00.123456789Z');
    assert.equal(object.ttfb, 11_000_000);
    assert.equal(object.latency, null);
    assert.equal(object.resp_body, 'ü');
  });

  test('headers are an object; bytes that are no text are base64', () => {
    const row = exampleHttpEvent({
      resp_headers: [
        ['Set-Cookie', 'a'],
        ['set-cookie', 'b'],
        ['__proto__', 'c'],
      ],
      resp_body: Uint8Array.of(0xff, 0),
    });
    const object = JSON.parse(jsonLine(httpEvents, row));
    assert.deepEqual(object.resp_headers['set-cookie'], ['a', 'b']);
    assert.ok(Object.hasOwn(object.resp_headers, '__proto__'));
    assert.equal(object.resp_body, '/wA=');
    assert.equal(object.resp_body_encoding, 'base64');
  });

  test('a line reads back as the row and is safe to print', () => {
    fc.assert(
      fc.property(anyText, anyText, fc.uint8Array(), (path, header, body) => {
        const row = exampleHttpEvent({ req_path: path, req_headers: [['x', header]], req_body: body });
        const line = jsonLine(httpEvents, row);
        assert.doesNotMatch(line, /[\p{Cc}\p{Cf}\p{Cs}]/u);
        const back = JSON.parse(line);
        assert.equal(back.req_path, path);
        assert.equal(back.req_headers.x, header);
        assert.deepEqual(Buffer.from(back.req_body, back.req_body_encoding ?? 'utf8'), Buffer.from(body));
        assert.deepEqual(JSON.parse(jsonDocument(httpEvents, [row])), [back]);
      }),
    );
  });

  test('base64 as everybody writes it', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (body) => assert.equal(toBase64(body), Buffer.from(body).toString('base64'))),
    );
  });
});

describe('CSV', () => {
  test('has a header row and as many fields in every row', () => {
    const row = exampleHttpEvent({ req_path: '/a,"b"', req_body: Uint8Array.of(0xff) });
    assert.match(csvHeader(httpEvents), /^time_,id,.*\r\n$/);
    assert.match(csvRow(httpEvents, row), /,"\/a,""b""",/);
    const fields = (line: string) => line.replace(/"(?:[^"]|"")*"/g, 'x').split(',').length;
    assert.equal(fields(csvRow(httpEvents, row)), fields(csvHeader(httpEvents)));
    assert.equal(fields(csvRow(httpEvents, row, { payload: true })), fields(csvHeader(httpEvents, { payload: true })));
  });

  test('runs no formula and sends no control character', () => {
    const row = exampleHttpEvent({ req_path: '=cmd|x', req_host: '\u001b]0;x', source: '-1', destination: '@x' });
    const line = csvRow(httpEvents, row);
    assert.match(line, /,'=cmd\|x,/);
    assert.match(line, /,'-1,'@x,/);
    assert.doesNotMatch(line.trimEnd(), /\p{Cc}/u);
  });
});

describe('text tables', () => {
  test('fit the terminal', () => {
    fc.assert(
      fc.property(anyText, fc.integer({ min: 20, max: 300 }), fc.boolean(), (path, width, wide) => {
        const lines = textTable(httpEvents, [exampleHttpEvent({ req_path: path, source: path })], { width, wide });
        for (const line of lines) {
          assert.ok(codePointWidth(line) <= width);
          assert.doesNotMatch(line, /\p{Cc}/u);
        }
      }),
    );
  });

  test('in a pipe cut nothing', () => {
    const path = `/${'x'.repeat(500)}`;
    assert.ok(textTable(httpEvents, [exampleHttpEvent({ req_path: path })])[1]?.includes(path));
    assert.ok(
      createTextTable(httpEvents)
        .line(exampleHttpEvent({ req_path: path }))
        .includes(path),
    );
  });

  test('lines of a stream stand under their heading', () => {
    const { header, line } = createTextTable(httpEvents, { width: 120 });
    const at = header.indexOf('STATUS') + 'STATUS'.length;
    assert.equal(line(exampleHttpEvent()).slice(at - 3, at), '200');
    assert.equal(line(exampleHttpEvent({ resp_status: 503, req_path: 'x'.repeat(300) })).slice(at - 3, at), '503');
  });

  test('colour is on top of the text, never instead', () => {
    const row = exampleHttpEvent({ resp_status: 503 });
    const plain = createTextTable(httpEvents, { width: 100 }).line(row);
    const colored = createTextTable(httpEvents, { width: 100, color: true }).line(row);
    const cell = '503'.padStart(httpEvents.columns.resp_status.width[1]);
    assert.ok(colored.includes(`\u001b[31m${cell}\u001b[39m`));
    assert.equal(
      colored.replaceAll('\u001b[31m', '').replaceAll('\u001b[32m', '').replaceAll('\u001b[39m', '').trimEnd(),
      plain,
    );
  });
});

describe('curl', () => {
  test('says the same request', () => {
    const row = exampleHttpEvent({
      req_method: 'POST',
      req_path: '/x?a=[1]',
      req_headers: [
        ['Host', 'kuard:8080'],
        ['X-A', "it's"],
        ['Authorization', 'Bearer [redacted]'],
        ['Content-Length', '3'],
        ['Content-Type', 'text/plain'],
        ['Accept-Encoding', 'gzip'],
      ],
      req_body: bytes('@a\n'),
      req_body_size: 5,
      req_body_kept: 3,
    });
    assert.equal(
      toCurl(row),
      [
        '# the body is cut: 3 of 5 bytes were kept',
        '# redacted at capture, add them yourself: Authorization',
        'curl \\',
        "  'http://kuard:8080/x?a=[1]' \\",
        '  --globoff \\',
        "  --header 'X-A: it'\\''s' \\",
        "  --header 'Content-Type: text/plain' \\",
        '  --compressed \\',
        "  --data-raw $'@a\\n'",
      ].join('\n'),
    );
  });

  test('bytes that no shell word can hold come through a pipe', () => {
    assert.match(toCurl(exampleHttpEvent({ req_body: Uint8Array.of(0, 255) })), /printf %s AP8= \| base64 -d \| curl/);
  });

  test('any request is one safe comment block and one command', () => {
    fc.assert(
      fc.property(anyText, anyText, anyText, anyText, (method, path, name, value) => {
        const row = exampleHttpEvent({
          req_method: method,
          req_path: path,
          req_host: value,
          req_headers: [[name, value]],
          req_body: bytes(value),
        });
        for (const line of toCurl(row).split('\n')) assert.doesNotMatch(line, /[\p{Cc}\p{Cf}\p{Cs}]/u);
      }),
    );
  });

  test('a shell reads any word back as it was', () => {
    const words = fc.sample(
      fc.string({ unit: 'binary', minLength: 1 }).filter((word) => !word.includes('\0') && word.isWellFormed()),
      { numRuns: 60, seed: 1 },
    );
    const script = words.map((word) => `printf '%s\\0' ${shellWord(word)}`).join('\n');
    const { stdout } = spawnSync('bash', ['-c', script], { encoding: 'utf8' });
    assert.deepEqual(stdout.split('\0').slice(0, -1), words);
  });
});
