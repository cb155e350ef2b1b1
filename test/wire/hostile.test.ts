/** Whatever bytes an agent sends: rows of the declared types or an AppError, soon, and in bounded memory. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { WatchRowsResponse } from '../../proto/gen/kelpie/v1/agent.ts';
import { decodeBatch } from '../../src/agent-client/from-wire.ts';
import { fromGrpcError } from '../../src/agent-client/grpc-errors.ts';
import { decodeLosses, decodeStatus } from '../../src/agent-client/status-from-wire.ts';
import { guardMessage, watchRowsNesting } from '../../src/agent-client/wire-guard.ts';
import { AppError } from '../../src/domain/errors.ts';
import { batchEvent, httpRow, lossEvent, statusEvent, type WatchEvent } from './scripted-agent.ts';

const encoded = (event: WatchEvent) => WatchRowsResponse.encode({ node: 'node-1', time: 1n, event }).finish();

/** Messages as real agents send them. */
const real: readonly Uint8Array[] = [
  encoded(statusEvent({ losses: [{ reason: 'ring-full', count: 3 }] })),
  encoded(lossEvent('slow-reader', 17)),
  encoded(
    batchEvent(
      Array.from({ length: 40 }, (_, n) => httpRow(String(n))),
      true,
    ),
  ),
];

/** As a row stream takes a message; whatever goes wrong is what the line says of the agent. */
function take(bytes: Uint8Array): void {
  try {
    guardMessage(bytes, watchRowsNesting);
    const { event } = WatchRowsResponse.decode(bytes);
    if (event?.$case === 'batch') decodeBatch('agent', event.value);
    else if (event?.$case === 'status') decodeStatus('agent', event.value);
    else if (event?.$case === 'loss') decodeLosses('agent', event.value.losses);
  } catch (thrown) {
    const error = fromGrpcError('agent', thrown);
    assert.ok(error instanceof AppError, String(thrown));
    // A defect of ours would be a TypeError.
    assert.ok(!(thrown instanceof TypeError), String((thrown as Error).stack));
  }
}

const change = fc.record({
  at: fc.nat(),
  how: fc.constantFrom('set', 'insert', 'remove', 'cut', 'repeat', 'length'),
  byte: fc.integer({ min: 0, max: 255 }),
  size: fc.integer({ min: 1, max: 300 }),
});

function changed(
  bytes: Uint8Array,
  { at: place, how, byte, size }: { at: number; how: string; byte: number; size: number },
): Uint8Array {
  const at = place % Math.max(1, bytes.length);
  const before = bytes.subarray(0, at);
  const after = bytes.subarray(at);
  switch (how) {
    case 'set':
      return Buffer.concat([before, Uint8Array.of(byte), after.subarray(1)]);
    case 'insert':
      return Buffer.concat([before, new Uint8Array(size).fill(byte), after]);
    case 'remove':
      return Buffer.concat([before, after.subarray(size)]);
    case 'cut':
      return Uint8Array.from(before);
    case 'repeat':
      return Buffer.concat([before, after.subarray(0, size), after]);
    default:
      // A length of almost four billion.
      return Buffer.concat([before, Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x0f), after.subarray(1)]);
  }
}

describe('messages of a hostile agent', () => {
  test('are rows or an error that says so, never anything else', () => {
    const seconds = performance.now();
    fc.assert(
      fc.property(
        fc.nat({ max: real.length - 1 }),
        fc.array(change, { minLength: 1, maxLength: 6 }),
        (which, changes) => {
          take(changes.reduce(changed, real[which] ?? new Uint8Array()));
        },
      ),
      { numRuns: 2_000, seed: 1_117 },
    );
    assert.ok(performance.now() - seconds < 30_000, 'none of them takes long');
  });

  test('take no more memory than a message of honest size, whatever they declare', () => {
    const declared = [1, 4_096, 4_097, 4_000_000_000];
    const before = process.memoryUsage().heapUsed;
    for (const rows of declared) take(encoded({ $case: 'batch', value: { table: 'http_events', rows, columns: [] } }));
    assert.ok(process.memoryUsage().heapUsed - before < 128 << 20);
  });
});
