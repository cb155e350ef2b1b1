import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { addressesOf, answersText, outcomeOf, shortestTtl } from './answer.ts';
import { rcodeName, typeName } from './codes.ts';
import { Cursor } from './cursor.ts';
import { type DnsMessage, readMessage } from './message.ts';
import { a, nameBytes, real, write } from './testing/messages.ts';

function read(bytes: Uint8Array): DnsMessage {
  const message = readMessage(bytes);
  assert.ok(message);
  return message;
}

describe('messages of dig and dnsmasq', () => {
  test('a question, with a cookie behind it', () => {
    const message = read(real.aliasQuestion);
    assert.deepEqual(message.question, { name: 'www.shop.example', type: 1, class: 1 });
    assert.equal(message.isResponse, false);
    assert.equal(message.id, 0x13c8);
    assert.equal(message.malformed, undefined);
  });

  test('an answer through two aliases, its names compressed', () => {
    const message = read(real.aliasAnswer);
    assert.equal(answersText(message), '→ lb.shop.example, → edge.cdn.example, 192.0.2.1, 192.0.2.2');
    assert.deepEqual(addressesOf('www.shop.example', message.answers), ['192.0.2.1', '192.0.2.2']);
    assert.equal(shortestTtl(message), 60e9);
    assert.equal(outcomeOf(message, 1), 'ok');
    assert.equal(answersText(read(real.aaaaAnswer)), '→ lb.shop.example, → edge.cdn.example, 2001:db8::1');
  });

  const worded: readonly [keyof typeof real, string][] = [
    ['srvAnswer', '10 60 8443 edge.cdn.example'],
    ['txtAnswer', '"v=spf1 -all" "say hi"'],
    ['mxAnswer', '10 mail.shop.example'],
    ['ptrAnswer', 'edge.cdn.example'],
    ['caaAnswer', '0 issue "letsencrypt.org"'],
    ['httpsAnswer', '1 . alpn=h2 ipv4hint=192.0.2.1'],
  ];
  for (const [name, text] of worded) {
    test(`${name} in words`, () => assert.equal(answersText(read(real[name])), text));
  }

  test('a name that is not there, and a refusal that says why', () => {
    const nothing = read(real.nxdomainAnswer);
    assert.equal(rcodeName(nothing.rcode), 'NXDOMAIN');
    assert.equal(outcomeOf(nothing, 1), 'error');
    const refused = read(real.refusedAnswer);
    assert.equal(rcodeName(refused.rcode), 'REFUSED');
    assert.equal(refused.extendedError, 'not ready');
  });
});

describe('messages as the RFCs have them', () => {
  test('RFC 1035 §4.1.4: F.ISI.ARPA, FOO.F.ISI.ARPA, ARPA and the root, compressed', () => {
    const bytes = new Uint8Array(100);
    bytes.set(Buffer.from('\x01F\x03ISI\x04ARPA\x00', 'latin1'), 20);
    bytes.set(Buffer.from('\x03FOO\xc0\x14', 'latin1'), 40);
    bytes.set(Buffer.from('\xc0\x1a', 'latin1'), 64);
    const names = [20, 40, 64, 92].map((at) => new Cursor(bytes, at).name());
    assert.deepEqual(names, ['f.isi.arpa', 'foo.f.isi.arpa', 'arpa', '.']);
  });

  test('pointers that go round or forwards, and endless ones, are refused', () => {
    for (const bytes of [[0xc0, 0], [1, 97, 0xc0, 0], [0xc0, 4, 0, 0, 0xc0, 0], [0xc0]]) {
      const cursor = new Cursor(Uint8Array.from(bytes));
      cursor.name();
      assert.ok(cursor.failed, bytes.join(' '));
    }
    const chain = Uint8Array.from([0, ...Array.from({ length: 60 }, (_, i) => (i % 2 ? Math.max(0, i - 2) : 0xc0))]);
    const cursor = new Cursor(chain, 59);
    cursor.name();
    assert.ok(cursor.failed);
  });

  test('names longer than 255 octets are none; bytes that are not text are escaped', () => {
    const long = new Cursor(Uint8Array.from(nameBytes(Array(5).fill('x'.repeat(60)).join('.'))));
    long.name();
    assert.ok(long.failed);
    const odd = new Cursor(Uint8Array.from([4, 0x1b, 46, 92, 255, 0]));
    assert.equal(odd.name(), '\\027\\.\\\\\\255');
  });

  test('RFC 6891: the upper bits of the rcode come from OPT', () => {
    const bytes = Buffer.from(real.nxdomainAnswer);
    bytes[3] = 0x80;
    bytes[bytes.length - 6] = 1;
    assert.equal(rcodeName(read(bytes).rcode), 'BADVERS');
  });

  test('what is no message: too short, an impossible header, questions with answers', () => {
    assert.equal(readMessage(real.aliasAnswer.subarray(0, 11)), undefined);
    assert.equal(readMessage(Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n')), undefined);
    const asking = Buffer.from(real.aliasAnswer);
    asking[2] = 0x05;
    assert.equal(readMessage(asking), undefined);
  });

  test('an answer that breaks off gives what there is', () => {
    const message = read(real.aliasAnswer.subarray(0, 80));
    assert.equal(message.malformed, 'answers');
    assert.equal(message.answerCount, 4);
    assert.equal(answersText(message), '→ lb.shop.example');
  });

  test('an answer without a record of the type asked for is empty, a truncated one says so', () => {
    assert.equal(outcomeOf(read(write({ name: 'x.y', rcode: 0 })), 1), 'empty');
    assert.equal(
      outcomeOf(read(write({ name: 'x.y', type: 28, rcode: 0, answers: [a('x.y', '192.0.2.1')] })), 28),
      'empty',
    );
    assert.equal(outcomeOf(read(write({ name: 'x.y', rcode: 0, truncated: true })), 1), 'truncated');
  });

  test('types without a name have a number', () => {
    assert.equal(typeName(65), 'HTTPS');
    assert.equal(typeName(65_280), 'TYPE65280');
  });
});
