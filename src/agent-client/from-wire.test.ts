import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { batchOf } from '../../agent/server/rows-to-wire.ts';
import type { Batch, Column } from '../../proto/gen/kelpie/v1/agent.ts';
import { httpRow } from '../../test/wire/scripted-agent.ts';
import { httpEvents } from '../domain/tables/http-events.ts';
import { decodeBatch } from './from-wire.ts';

/** A good batch of three rows with one column replaced. */
function withColumn(name: string, change: (column: Column) => Partial<Column> | undefined): Batch {
  const batch = batchOf(httpEvents, [httpRow('a'), httpRow('b'), httpRow('c')], true);
  const columns = batch.columns.flatMap((column) => {
    if (column.name !== name) return [column];
    const changed = change(column);
    return changed ? [{ ...column, ...changed }] : [];
  });
  return { ...batch, columns };
}

const refused = (batch: Batch, reason: RegExp) =>
  assert.throws(
    () => decodeBatch('10.0.0.9:7788', batch),
    (error: { code?: string; message?: string }) => {
      assert.equal(error.code, 'agent-protocol');
      assert.match(error.message ?? '', reason);
      assert.match(error.message ?? '', /10\.0\.0\.9:7788/);
      return true;
    },
  );

const strings = (dictionary: string[], index: number[]): Partial<Column> => ({
  values: { $case: 'strings', value: { dictionary, index } },
});
const numbers = (value: number[]): Partial<Column> => ({ values: { $case: 'numbers', value: { value } } });

describe('a hostile or broken agent', () => {
  test('sends too few or too many values', () => {
    refused(
      withColumn('req_path', () => strings(['/'], [0, 0])),
      /req_path: 2 values are too few/,
    );
    refused(
      withColumn('req_path', () => strings(['/'], [0, 0, 0, 0])),
      /req_path: 4 values for 3 rows/,
    );
  });

  test('points outside its dictionary', () => {
    refused(
      withColumn('req_path', () => strings(['/'], [0, 1, 0])),
      /req_path: index 1 in a dictionary of 1/,
    );
    refused(
      withColumn('req_path', () => strings([], [4_294_967_295, 0, 0])),
      /req_path: index 4294967295/,
    );
  });

  test('sends another type than the column has', () => {
    refused(
      withColumn('resp_status', () => strings(['200'], [0, 0, 0])),
      /resp_status: strings where numbers belong/,
    );
    refused(
      withColumn('time_', () => numbers([1, 2, 3])),
      /time_: numbers where times belong/,
    );
  });

  test('sends numbers that are none', () => {
    refused(
      withColumn('latency', () => numbers([1, Number.NaN, 2])),
      /latency: NaN is not a number/,
    );
    refused(
      withColumn('latency', () => numbers([1, Number.POSITIVE_INFINITY, 2])),
      /latency: Infinity/,
    );
    refused(
      withColumn('encrypted', () => numbers([0, 1, 2])),
      /encrypted: 2 is neither 0 nor 1/,
    );
  });

  test('sends headers that are no header list', () => {
    for (const json of ['{', '{}', '"x"', '[["a"]]', '[["a",1]]', '[null]', 'null']) {
      refused(
        withColumn('req_headers', () => strings([json], [0, 0, 0])),
        /req_headers: headers that are not/,
      );
    }
  });

  test('sends a presence bitmap of the wrong length', () => {
    refused(
      withColumn('req_path', () => ({ present: new Uint8Array(2) })),
      /req_path: 2 bytes of presence for 3 rows/,
    );
  });

  test('leaves out what every row has', () => {
    refused(
      withColumn('id', () => undefined),
      /column id is missing/,
    );
    refused(
      withColumn('id', () => ({ ...strings(['a'], [0]), present: new Uint8Array([1]) })),
      /id: row 1 has no value/,
    );
  });

  test('claims more rows than it may, before anything is made for them', () => {
    refused({ table: 'http_events', rows: 4_294_967_295, columns: [] }, /4294967295 rows/);
  });

  test('sends a column twice, or a table nobody knows', () => {
    const batch = withColumn('id', (column) => column);
    refused({ ...batch, columns: [...batch.columns, ...batch.columns] }, /came twice/);
    refused({ table: '__proto__', rows: 0, columns: [] }, /unknown table/);
  });
});

test('a column of a newer agent is skipped', () => {
  const batch = withColumn('id', (column) => column);
  const newer: Column = { name: 'toString', present: new Uint8Array(0), values: undefined };
  const { rows } = decodeBatch('agent', { ...batch, columns: [...batch.columns, newer] });
  assert.deepEqual(rows[1], httpRow('b'));
  assert.equal(Object.hasOwn(rows[1] ?? {}, 'toString'), false);
});
