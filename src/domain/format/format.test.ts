/** Values as people read, order and judge them. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { parseFilter } from '../filter/parse.ts';
import { exampleHttpEvent } from '../tables/example-http-event.ts';
import { httpEvents } from '../tables/http-events.ts';
import {
  compareValues,
  formatBytes,
  formatCount,
  formatDuration,
  formatPercent,
  formatRate,
  formatTime,
  formatTimestamp,
  formatValue,
  rowSeverity,
  severityMark,
  severityOf,
} from './index.ts';

describe('durations', () => {
  const cases: readonly (readonly [number, string])[] = [
    [0, '0ns'],
    [812, '812ns'],
    [999.6, '1.00µs'],
    [1000, '1.00µs'],
    [812_345, '812µs'],
    [999_600, '1.00ms'],
    [12_400_000, '12.4ms'],
    [999_499_999, '999ms'],
    [1_380_000_000, '1.38s'],
    [59_940_000_000, '59.9s'],
    [59_960_000_000, '1m00s'],
    [125e9, '2m05s'],
    [3720e9, '1h02m'],
    [(3 * 24 + 4) * 3600e9, '3d04h'],
    [-5e6, '-5.00ms'],
    [Number.NaN, '-'],
  ];
  for (const [nanoseconds, text] of cases) test(text, () => assert.equal(formatDuration(nanoseconds), text));

  test('fit the column and grow with the value', () => {
    const duration = fc.double({ min: 0, max: 99 * 86_400e9, noNaN: true });
    fc.assert(fc.property(duration, (nanoseconds) => assert.ok(formatDuration(nanoseconds).length <= 7)));
  });

  test('shown is what the filter calls equal', () => {
    fc.assert(
      fc.property(fc.double({ min: 1, max: 59e9, noNaN: true }), (latency) => {
        const result = parseFilter(httpEvents, `latency=${formatDuration(latency)}`);
        assert.ok(
          result.ok && (latency < 1000 || result.filter.matches(exampleHttpEvent({ latency }))),
          formatDuration(latency),
        );
      }),
    );
  });
});

describe('sizes, counts, rates, shares', () => {
  test('sizes in thousands', () => {
    const shown = [0, 999, 999.6, 1000, 1234, 12_345, 123_456, 999_600, 1e6, 1.5e9].map(formatBytes);
    assert.deepEqual(shown, ['0', '999', '1k', '1k', '1.23k', '12.3k', '123k', '1M', '1M', '1.5G']);
  });

  test('five cells are enough', () => {
    fc.assert(
      fc.property(fc.nat({ max: Number.MAX_SAFE_INTEGER }), (bytes) => assert.ok(formatBytes(bytes).length <= 5)),
    );
  });

  test('the others', () => {
    assert.deepEqual([1234567, 12, 0].map(formatCount), ['1,234,567', '12', '0']);
    assert.deepEqual([0, 0.5, 12.34, 35_000].map(formatRate), ['0/s', '0.5/s', '12.3/s', '35k/s']);
    assert.deepEqual([0.1234, 1, 0.012].map(formatPercent), ['12.3%', '100%', '1.2%']);
  });
});

describe('times', () => {
  const instant = 1_767_225_600_123_456_789n;
  test('wall clock with the offset handed in', () => {
    assert.equal(formatTime(instant), '00:00:00.123');
    assert.equal(formatTime(instant, 90), '01:30:00.123');
    assert.equal(formatTime(instant, -60), '23:00:00.123');
  });
  test('timestamps keep all nine digits, before 1970 too', () => {
    assert.equal(formatTimestamp(instant), '2026-01-01T00:00:00.123456789Z');
    assert.equal(formatTimestamp(instant, 330), '2026-01-01T05:30:00.123456789+05:30');
    assert.equal(formatTimestamp(instant, -210), '2025-12-31T20:30:00.123456789-03:30');
    assert.equal(formatTimestamp(-1n), '1969-12-31T23:59:59.999999999Z');
  });
  test('beyond any calendar nothing breaks', () => {
    assert.equal(formatTime(2n ** 63n), formatTime(2n ** 63n));
    assert.equal(formatTimestamp(10n ** 30n), String(10n ** 30n));
  });
});

describe('any value', () => {
  test('is one safe line', () => {
    const row = exampleHttpEvent({
      req_path: '/\u001b[2J',
      req_headers: [['a', 'b\u0007']],
      req_body: new Uint8Array(5),
    });
    for (const id of httpEvents.columnIds) {
      const text = formatValue(httpEvents.columns[id as 'id'], row[id as 'id']);
      assert.match(text, /^[^\p{Cc}]+$/u);
    }
    assert.equal(formatValue({ type: 'path' }, '/\u001b[2J'), '/␛[2J');
    assert.equal(formatValue({ type: 'status' }, null), '-');
    assert.equal(formatValue({ type: 'time' }, 0n, { width: 8 }), '00:00:00');
  });
});

describe('order', () => {
  test('what is not known comes last in both directions', () => {
    const statuses = [404, null, 200];
    assert.deepEqual(
      statuses.toSorted((a, b) => compareValues('status', a, b)),
      [200, 404, null],
    );
    assert.deepEqual(
      statuses.toSorted((a, b) => compareValues('status', a, b, 'descending')),
      [404, 200, null],
    );
  });
  test('names by their numbers', () => {
    assert.deepEqual(
      ['pod-10', 'Pod-2', 'pod-1'].toSorted((a, b) => compareValues('pod', a, b)),
      ['pod-1', 'Pod-2', 'pod-10'],
    );
  });
  test('is a total order', () => {
    const value = fc.option(fc.string({ unit: fc.constantFrom('a', 'A', 'b', '1', '2', '10') }));
    fc.assert(
      fc.property(value, value, value, (a, b, c) => {
        assert.equal(Math.sign(compareValues('text', a, b)), -Math.sign(compareValues('text', b, a)) + 0);
        if (compareValues('text', a, b) <= 0 && compareValues('text', b, c) <= 0)
          assert.ok(compareValues('text', a, c) <= 0);
      }),
    );
  });
});

describe('severity', () => {
  const { resp_status, latency, outcome, lost_bytes, req_path } = httpEvents.columns;
  test('by status class, latency and declaration', () => {
    assert.deepEqual(
      [101, 200, 301, 404, 500].map((status) => severityOf(resp_status, status)),
      ['notice', 'ok', 'notice', 'warn', 'bad'],
    );
    assert.deepEqual(
      [199e6, 200e6, 400e6].map((value) => severityOf(latency, value)),
      ['none', 'warn', 'bad'],
    );
    assert.equal(severityOf(outcome, 'reset'), 'bad');
    assert.equal(severityOf(outcome, 'constructor'), 'none');
    assert.equal(severityOf(lost_bytes, 5), 'warn');
    assert.equal(severityOf(req_path, '/'), 'none');
    assert.equal(severityOf(resp_status, null), 'none');
  });
  test('a row is as bad as its worst value', () => {
    assert.equal(rowSeverity(httpEvents, exampleHttpEvent()), 'ok');
    assert.equal(rowSeverity(httpEvents, exampleHttpEvent({ latency: 300e6 })), 'warn');
    assert.equal(rowSeverity(httpEvents, exampleHttpEvent({ resp_status: 500 })), 'bad');
  });
  test('shows without colour', () => {
    assert.deepEqual(
      (['none', 'ok', 'notice', 'warn', 'bad'] as const).map((severity) => severityMark(severity, { ascii: true })),
      [' ', ' ', '.', '!', 'x'],
    );
  });
});
