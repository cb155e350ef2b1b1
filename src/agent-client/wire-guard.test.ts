import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { WatchRowsResponse } from '../../proto/gen/kelpie/v1/agent.ts';
import { batchEvent, httpRow, statusEvent } from '../../test/wire/scripted-agent.ts';
import { guardMessage, watchRowsNesting } from './wire-guard.ts';

const encoded = (event: WatchRowsResponse['event']) =>
  WatchRowsResponse.encode({ node: 'n', time: 1n, event }).finish();

/** Field `number` with these bytes in it. */
function field(number: number, bytes: Uint8Array): Uint8Array {
  const length: number[] = [];
  let rest = bytes.length;
  for (; rest > 127; rest = Math.floor(rest / 128)) length.push((rest % 128) | 128);
  return Uint8Array.from([(number << 3) | 2, ...length, rest, ...bytes]);
}

describe('the guard before the decoder', () => {
  test('lets pass what agents send', () => {
    const rows = Array.from({ length: 2_000 }, (_, i) => httpRow(String(i)));
    guardMessage(encoded(batchEvent(rows, true)), watchRowsNesting);
    guardMessage(encoded(statusEvent()), watchRowsNesting);
  });

  test('refuses a message of a million empty columns', () => {
    const columns = new Uint8Array(2_000_000).map((_, i) => (i % 2 === 0 ? 0x1a : 0));
    assert.throws(() => guardMessage(field(3, columns), watchRowsNesting), /more than 400000 fields/);
  });

  test('refuses a dictionary of a million empty words', () => {
    const words = new Uint8Array(2_000_000).map((_, i) => (i % 2 === 0 ? 0x0a : 0));
    const message = field(3, field(3, field(3, words)));
    assert.throws(() => guardMessage(message, watchRowsNesting), /more than 400000 fields/);
  });

  test('refuses lengths that point outside, endless numbers and unknown wire types', () => {
    assert.throws(() => guardMessage(Uint8Array.of(0x1a, 0xff, 0xff, 0xff, 0x0f, 0), watchRowsNesting), /ends after/);
    assert.throws(() => guardMessage(new Uint8Array(20).fill(0xff), watchRowsNesting), /ten bytes/);
    assert.throws(() => guardMessage(Uint8Array.of(0x0b), watchRowsNesting), /unknown wire type/);
    assert.throws(() => guardMessage(Uint8Array.of(0x11, 1), watchRowsNesting), /ends after/);
  });
});
