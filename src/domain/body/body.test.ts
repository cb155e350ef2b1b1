/** Bodies as people read them, whole, cut, hostile or mislabelled. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { presentBody } from '../body.ts';
import { bytesPerLine, hexLines } from './hex.ts';
import { prettyJson } from './json.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

describe('JSON', () => {
  test('is indented; keys keep their order, numbers their digits', () => {
    const body = presentBody(bytes('{"b":[1,{}],"a":12345678901234567890.10,"a":[]}'), 'application/json');
    assert.equal(body.kind, 'json');
    assert.deepEqual(body.lines, [
      '{',
      '  "b": [',
      '    1,',
      '    {}',
      '  ],',
      '  "a": 12345678901234567890.10,',
      '  "a": []',
      '}',
    ]);
  });

  test('that was cut is shown as far as it goes', () => {
    const body = presentBody(bytes('{"a":[1,2,{"na'), 'application/json', { cut: true });
    assert.deepEqual(body.lines, ['{', '  "a": [', '    1,', '    2,', '    {', '      "na']);
    assert.deepEqual(body.notes, ['cut in the middle of the JSON']);
  });

  test('is recognised without a type, not mistaken for it', () => {
    assert.equal(presentBody(bytes(' [1]'), null).kind, 'json');
    assert.equal(presentBody(bytes('[not json]'), 'text/plain').kind, 'text');
    assert.equal(presentBody(bytes('hello'), 'application/json').kind, 'text');
    assert.equal(presentBody(bytes('{"a":1}\n{"b":2}\n'), 'application/x-ndjson').lines.length, 6);
  });

  test('parses back to the same value, and shows nothing a terminal acts on', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'binary' }), fc.boolean(), (value, ascii) => {
        const body = presentBody(bytes(JSON.stringify(value)), 'application/json', { ascii });
        assert.equal(body.kind, 'json');
        assert.deepEqual(JSON.parse(body.lines.join('\n')), JSON.parse(JSON.stringify(value)));
        for (const line of body.lines) assert.doesNotMatch(line, /[\p{Cc}\p{Cf}\p{Cs}]/u);
      }),
      { numRuns: 500 },
    );
  });

  test('a beginning of JSON is cut or complete, never invalid, and loses nothing', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.nat(), (value, at) => {
        const whole = JSON.stringify(value);
        const text = whole.slice(0, at % (whole.length + 1));
        const pretty = prettyJson(text);
        assert.notEqual(pretty.end, 'invalid');
        const squeeze = (json: string) => json.replace(/\s/g, '');
        assert.equal(squeeze(pretty.lines.join('')), squeeze(text));
      }),
      { numRuns: 500 },
    );
  });

  test('is judged as JSON.parse judges it', () => {
    const piece = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"a"',
      '1',
      '-',
      '01',
      '1e5',
      'true',
      'nul',
      ' ',
      '"\\u12"',
      '"\\n"',
      '"\t"',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const text = pieces.join('');
        const { end } = prettyJson(text);
        let valid = true;
        try {
          JSON.parse(text);
        } catch {
          valid = false;
        }
        if (valid) assert.equal(end, 'complete', text);
        // Several values in a row are JSON lines, not one JSON text.
        if (end !== 'complete') assert.ok(!valid, text);
      }),
      { numRuns: 3000 },
    );
  });

  test('nested without end or endless in one string neither fails nor takes long', () => {
    assert.equal(prettyJson('['.repeat(100_000)).end, 'cut');
    assert.equal(prettyJson(`["${'x'.repeat(5_000_000)}"]`).end, 'complete');
    assert.equal(prettyJson(`${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`).end, 'complete');
  });
});

describe('text, forms and bytes', () => {
  test('text keeps its lines and its charset', () => {
    assert.deepEqual(presentBody(bytes('a\r\n\tb\u001b[0m\n'), 'text/plain').lines, ['a', '    b␛[0m']);
    assert.deepEqual(presentBody(Uint8Array.of(0xe9), 'text/plain; charset=ISO-8859-1').lines, ['é']);
    assert.equal(presentBody(Uint8Array.of(0xe9, 0xe9), 'text/plain').kind, 'hex');
  });

  test('a character cut in two does not make text binary', () => {
    const body = presentBody(bytes('naïve 日本').subarray(0, -1), 'text/plain', { cut: true });
    assert.equal(body.kind, 'text');
    assert.deepEqual(body.lines, ['naïve 日']);
  });

  test('forms are decoded, wrong escapes left', () => {
    const body = presentBody(bytes('a=1&b=x+y%20z&c=%zz&d'), 'application/x-www-form-urlencoded');
    assert.deepEqual(body.lines, ['a = 1', 'b = x y z', 'c = %zz', 'd']);
  });

  test('bytes are dumped as xxd does', () => {
    assert.deepEqual(hexLines(bytes('GET / HTTP/1.1\r\nx'), 16), [
      '00000000: 4745 5420 2f20 4854 5450 2f31 2e31 0d0a  GET / HTTP/1.1..',
      '00000010: 78                                       x',
    ]);
    for (const width of [18, 25, 39, 67, 200]) {
      for (const line of hexLines(new Uint8Array(40), bytesPerLine(width))) assert.ok(line.length <= width);
    }
  });

  test('nothing is said to be nothing', () => {
    assert.equal(presentBody(new Uint8Array(), null).kind, 'empty');
  });

  test('any bytes under any type give safe lines', () => {
    const type = fc.constantFrom(
      null,
      'application/json',
      'text/html; charset=latin1',
      'image/png',
      'application/x-www-form-urlencoded',
      'x\u001b',
    );
    fc.assert(
      fc.property(fc.uint8Array(), type, (body, contentType) => {
        const { lines, notes } = presentBody(body, contentType, { maxLines: 5 });
        assert.ok(lines.length <= 5);
        for (const line of [...lines, ...notes]) assert.doesNotMatch(line, /[\p{Cc}\p{Cf}\p{Cs}]/u);
      }),
      { numRuns: 1000 },
    );
  });
});
