/** Rows over the wire and back: whatever rows an agent holds, a terminal reads the same. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { batchOf } from '../../agent/server/rows-to-wire.ts';
import { Batch } from '../../proto/gen/kelpie/v1/agent.ts';
import { decodeBatch } from '../../src/agent-client/from-wire.ts';
import type { ColumnSpec, Row } from '../../src/domain/column.ts';
import { AppError } from '../../src/domain/errors.ts';
import type { Table } from '../../src/domain/table.ts';
import { httpEvents } from '../../src/domain/tables/http-events.ts';
import { tables } from '../../src/domain/tables/index.ts';

const text = fc.string({ unit: 'grapheme', maxLength: 20 });

/** Any value a column may hold. */
function anyValue(spec: ColumnSpec): fc.Arbitrary<unknown> {
  switch (spec.type) {
    case 'time':
      return fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
    case 'duration':
    case 'rate':
    case 'byterate':
    case 'percent':
    case 'bytes':
    case 'count':
    case 'port':
    case 'status':
      return fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => n + 0);
    case 'bool':
      return fc.boolean();
    case 'headers':
      return fc.array(fc.tuple(text, text), { maxLength: 4 });
    case 'body':
    case 'sketch':
      return fc.uint8Array({ maxLength: 50 });
    default:
      return text;
  }
}

const anyRowOf = (table: Table) =>
  fc.record(
    Object.fromEntries(
      Object.entries<ColumnSpec>(table.columns).map(([id, spec]) => [
        id,
        spec.required ? anyValue(spec) : fc.option(anyValue(spec), { nil: null, freq: 2 }),
      ]),
    ),
    { noNullPrototype: true },
  ) as fc.Arbitrary<Row>;

const anyRow = anyRowOf(httpEvents);

const overTheWire = (rows: readonly Row[], payload: boolean, table: Table = httpEvents) =>
  decodeBatch('agent', Batch.decode(Batch.encode(batchOf(table, rows, payload)).finish())).rows;

describe('rows over the wire', () => {
  test('come back as they were sent, payload included', () => {
    fc.assert(
      fc.property(fc.array(anyRow, { maxLength: 20 }), (rows) => {
        assert.deepEqual(overTheWire(rows, true), rows);
      }),
      { numRuns: 60 },
    );
  });

  for (const table of tables) {
    test(`of ${table.id} come back as they were sent`, () => {
      fc.assert(
        fc.property(fc.array(anyRowOf(table), { maxLength: 10 }), (rows) => {
          assert.deepEqual(overTheWire(rows, true, table), rows);
        }),
        { numRuns: 15 },
      );
    });
  }

  test('without payload: headers and bodies are null, the rest is the same', () => {
    fc.assert(
      fc.property(fc.array(anyRow, { minLength: 1, maxLength: 5 }), (rows) => {
        const bare = rows.map((row) =>
          Object.fromEntries(
            Object.entries<ColumnSpec>(httpEvents.columns).map(([id, spec]) => [id, spec.payload ? null : row[id]]),
          ),
        );
        assert.deepEqual(overTheWire(rows, false), bare);
      }),
      { numRuns: 30 },
    );
  });

  test('any damage to the bytes gives rows or an error that says so, nothing else', () => {
    const damage = fc.record({ at: fc.nat(), byte: fc.integer({ min: 0, max: 255 }), cut: fc.boolean() });
    fc.assert(
      fc.property(
        fc.array(anyRow, { minLength: 1, maxLength: 4 }),
        fc.array(damage, { minLength: 1, maxLength: 4 }),
        (rows, damages) => {
          let bytes = Batch.encode(batchOf(httpEvents, rows, true)).finish();
          for (const { at, byte, cut } of damages) {
            const place = at % bytes.length;
            if (cut && place > 0) bytes = bytes.slice(0, place);
            else bytes[place] = byte;
          }
          let batch: Batch;
          try {
            batch = Batch.decode(bytes);
          } catch {
            return; // The protobuf decoder refused it; the line reports that as agent-protocol.
          }
          try {
            decodeBatch('agent', batch);
          } catch (error) {
            assert.ok(error instanceof AppError, String(error));
            assert.equal(error.code, 'agent-protocol');
          }
        },
      ),
      { numRuns: 200 },
    );
  });
});
