import assert from 'node:assert/strict';
import { isIPv6, SocketAddress } from 'node:net';
import { test } from 'node:test';
import fc from 'fast-check';
import { addressText } from './address.ts';

const text6 = (...groups: number[]): string => {
  const bytes = new Uint8Array(16);
  for (const [i, group] of groups.entries()) new DataView(bytes.buffer).setUint16(2 * i, group);
  return addressText(bytes, 0, 6);
};

test('IPv4 is dotted, wherever it stands in the record', () => {
  assert.equal(addressText(Uint8Array.of(9, 9, 127, 0, 0, 1), 2, 4), '127.0.0.1');
});

test('IPv6 as RFC 5952 wants it', () => {
  assert.equal(text6(), '::');
  assert.equal(text6(0, 0, 0, 0, 0, 0, 0, 1), '::1');
  assert.equal(text6(0xfe80, 0, 0, 0, 1, 2, 3, 4), 'fe80::1:2:3:4');
  assert.equal(text6(0x2001, 0xdb8, 0, 1, 1, 1, 1, 1), '2001:db8:0:1:1:1:1:1', 'one zero group is not shortened');
  assert.equal(text6(0x2001, 0, 0, 1, 0, 0, 0, 1), '2001:0:0:1::1', 'the longest run is');
  assert.equal(text6(0x2001, 0xdb8, 0, 0, 1, 0, 0, 1), '2001:db8::1:0:0:1', 'the first of two as long');
  assert.equal(text6(0, 0, 0, 0, 0, 0xffff, 0x0a00, 0x0001), '10.0.0.1', 'IPv4-mapped');
});

test('any IPv6 text reads back as the same address', () => {
  const group = fc.oneof(fc.constant(0), fc.nat(0xffff));
  fc.assert(
    fc.property(fc.array(group, { minLength: 8, maxLength: 8 }), (groups) => {
      const text = text6(...groups);
      if (!text.includes(':')) return;
      const full = groups.map((part) => part.toString(16)).join(':');
      assert.ok(isIPv6(text));
      assert.equal(
        new SocketAddress({ address: text, family: 'ipv6' }).address,
        new SocketAddress({ address: full, family: 'ipv6' }).address,
      );
    }),
  );
});
