import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { EdgeRow } from '../../domain/tables/derived/edges.ts';
import { causesOf } from './causes.ts';
import type { PulseRow } from './panel.ts';

const complaint = (subject: string | undefined, over: Partial<PulseRow> = {}): PulseRow => ({
  key: `${subject} ${over.complaint}`,
  severity: 'warn',
  name: '',
  figures: [],
  view: 'latency',
  opening: {},
  complaint: `${subject} fails`,
  ...(subject !== undefined && { subject }),
  ...over,
});
const edge = (source: string, destination: string, errors = 0.2) =>
  ({ source, destination, errors, p99: 5e6, conn_failed: 0 }) as EdgeRow;
const told = (rows: readonly PulseRow[], edges: readonly EdgeRow[]) =>
  causesOf(rows, edges).map(({ row, feltBy }) => [row.complaint, ...feltBy].join(' < '));

describe('what is wrong, by cause', () => {
  test('is where nothing further down complains; who calls it feels it', () => {
    const rows = ['frontend', 'api', 'payments'].map((name) => complaint(name));
    const edges = [edge('frontend', 'api'), edge('api', 'payments'), edge('api', 'catalog', 0)];
    assert.deepEqual(told(rows, edges), ['payments fails < api < frontend']);
  });

  test('is as bad as whoever feels it worst', () => {
    const rows = [complaint('api', { severity: 'bad' }), complaint('payments'), complaint('dns')];
    const causes = causesOf(rows, [edge('api', 'payments')]);
    assert.deepEqual(
      causes.map(({ row, severity }) => `${row.subject} ${severity}`),
      ['payments bad', 'dns warn'],
    );
  });

  test('is told once of a service, by the worst that is said of it', () => {
    const rows = [complaint('api', { complaint: 'slow' }), complaint('api', { complaint: 'down', severity: 'bad' })];
    assert.deepEqual(told(rows, []), ['down']);
  });

  test('is another one where the call between two that complain goes well', () => {
    const rows = [complaint('api', { severity: 'bad' }), complaint('payments')];
    assert.deepEqual(told(rows, [edge('api', 'payments', 0)]), ['api fails', 'payments fails']);
  });

  test('a total says nothing new beside them, and all there is alone', () => {
    const total = complaint(undefined, { complaint: '2 % fail', isTotal: true });
    assert.deepEqual(told([total, complaint('api')], []), ['api fails']);
    assert.deepEqual(told([total], []), ['2 % fail']);
  });

  test('those that blame each other in a circle are told too', () => {
    const rows = [complaint('a'), complaint('b')];
    assert.deepEqual(told(rows, [edge('a', 'b'), edge('b', 'a')]), ['a fails < b']);
  });

  test('what is no complaint, and what asks for no attention, is no cause', () => {
    const { complaint: _, ...silent } = complaint('a');
    assert.deepEqual(told([silent, complaint('b', { severity: 'notice' })], []), []);
  });
});
