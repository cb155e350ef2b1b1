import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { plainText } from '../styled-line.ts';
import { drawTimeAxis } from './axis.ts';
import { bar, gauge } from './bars.ts';
import { type Canvas, createCanvas } from './canvas.ts';
import { drawColumns } from './columns.ts';
import { shadeOf, shades } from './heatmap.ts';
import { drawLines, type Line } from './line-chart.ts';
import { bucketOf, linearScale, logBounds, logScale } from './scale.ts';

const grid = (canvas: Canvas) => canvas.lines().map(plainText);

function chart(points: readonly number[], stroke: Line['stroke'] = 'light', ascii = false, cells = 1): string[] {
  const canvas = createCanvas(points.length * cells, 5);
  const area = { left: 0, top: 0, height: 5, cells };
  drawLines(canvas, [{ points, token: 'series1', stroke }], linearScale(100), area, ascii);
  return grid(canvas);
}

describe('a line', () => {
  test('has one column a step, its top at the top of the scale and zero on the floor', () => {
    assert.deepEqual(
      chart([0, 100, 100, 0]),
      [' ╭─╮', ' │ │', ' │ │', ' │ │', '─╯ ╰'].map((line) => line.padEnd(4)),
    );
  });

  test('is open where nothing is known; a lone value is a dash', () => {
    assert.equal(chart([50, 50, Number.NaN, 50, Number.NaN, Number.NaN, 50])[2], '── ─  ─');
  });

  test('takes as many cells a step as it is given', () => {
    assert.equal(chart([50, 50], 'heavy', false, 3)[2], '━━━━━━');
  });

  test('differs from the others without colour, in ASCII too', () => {
    const level = (stroke: Line['stroke'], ascii: boolean) => chart([50, 50], stroke, ascii)[2];
    for (const ascii of [false, true]) {
      const drawn = (['light', 'dashed', 'heavy'] as const).map((stroke) => level(stroke, ascii));
      assert.equal(new Set(drawn).size, 3);
    }
    assert.match(chart([0, 100, 3], 'heavy', true).join(''), /^[ -~]*$/);
  });

  test('never draws outside of its area, whatever the values', () => {
    const values = fc.array(fc.oneof(fc.double(), fc.constant(Number.NaN)), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(values, fc.integer({ min: 1, max: 12 }), (points, height) => {
        const canvas = createCanvas(points.length + 2, height + 2);
        const area = { left: 1, top: 1, height, cells: 1 };
        drawLines(canvas, [{ points, token: 'text', stroke: 'light' }], linearScale(100), area, false);
        const lines = grid(canvas);
        for (const line of [lines[0], lines.at(-1)]) assert.match(line ?? '', /^ *$/);
        for (const line of lines) assert.match(line, /^ .* $/);
        for (const [i, value] of points.entries()) {
          const column = lines
            .map((line) => line[i + 1] ?? '')
            .join('')
            .trim();
          assert.equal(column === '', Number.isNaN(value));
        }
      }),
      { numRuns: 200 },
    );
  });
});

describe('scales', () => {
  test('end at round values and are told at round values', () => {
    assert.equal(linearScale(73).max, 100);
    assert.deepEqual(linearScale(73).ticks(6), [0, 20, 40, 60, 80, 100]);
    const log = logScale(3e6, 640e6);
    assert.deepEqual([log.min, log.max], [2e6, 1e9]);
    assert.equal(log.position(log.max), 1);
    assert.deepEqual(log.ticks(4), [1e7, 1e8, 1e9]);
  });

  test('log buckets hold everything between least and most, no more than there is room for', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1, max: 1e12, noNaN: true }),
        fc.double({ min: 1, max: 1e4, noNaN: true }),
        fc.integer({ min: 2, max: 40 }),
        (min, ratio, most) => {
          const max = Math.min(min * ratio, 1e13);
          const bounds = logBounds(min, max, most);
          assert.ok(bounds.length - 1 <= most, `${bounds.length - 1} buckets`);
          for (const value of [min, max, Math.sqrt(min * max)]) {
            const bucket = bucketOf(bounds, value);
            assert.ok(bucket >= 0 && bucket < bounds.length - 1, `${value} in ${bounds.join(' ')}`);
          }
        },
      ),
      { examples: [[999_999_999_999.9979, 10.000_000_000_000_021, 2]] },
    );
  });
});

test('bars of a rate stand on the floor; nothing and not known differ', () => {
  const canvas = createCanvas(4, 2);
  drawColumns(
    canvas,
    [16, 4, 0, Number.NaN],
    16,
    { left: 0, top: 0, height: 2, cells: 1 },
    { token: 'ok', ascii: false },
  );
  assert.deepEqual(grid(canvas), ['█   ', '█▄▁ ']);
});

test('shades rise with the count, and one among thousands is seen', () => {
  assert.equal(shadeOf(0, 1000), undefined);
  assert.equal(shadeOf(1, 1000), shades[0]);
  assert.equal(shadeOf(1000, 1000), shades.at(-1));
  assert.equal(new Set(shades.map(({ text }) => text)).size, shades.length);
  assert.equal(new Set(shades.map(({ ascii }) => ascii)).size, shades.length);
});

test('lying bars tell little from nothing', () => {
  assert.deepEqual(
    [bar(0, 10, false), bar(0.001, 10, false), bar(0.5, 10, false), bar(1, 4, true)],
    ['', '▏', '█████', '####'],
  );
  assert.equal(plainText(gauge(0.25, 8, 'ok', false)), '██░░░░░░');
});

test('clock labels stand under the step they name, at round times of the reader’s zone', () => {
  const canvas = createCanvas(60, 1);
  // 12:00:10 UTC, read two hours east.
  drawTimeAxis(
    canvas,
    0,
    0,
    { from: Date.UTC(2026, 0, 1, 12, 0, 10), stepMs: 1000, steps: 60, cells: 1, offsetMinutes: 120 },
    false,
  );
  const [line = ''] = grid(canvas);
  assert.equal(line.indexOf('┴14:00:15'), 5);
  assert.equal(line.indexOf('┴14:00:30'), 20);
});
