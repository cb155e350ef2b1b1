/** Columns always fit, and the important ones are there. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { codePointWidth, fitCell, wrapLine } from './cell.ts';
import { type LayoutOptions, layoutColumns } from './layout.ts';
import { httpEvents } from './tables/http-events.ts';

const shown = (options: LayoutOptions) => layoutColumns(httpEvents, options).map(({ id }) => id);
const total = (options: LayoutOptions) =>
  layoutColumns(httpEvents, options).reduce(
    (sum, { width }) => sum + width,
    (options.gap ?? 1) * (shown(options).length - 1),
  );

describe('column layout', () => {
  test('a usual terminal shows who asked whom for what, and how it went', () => {
    assert.deepEqual(shown({ width: 80 }), [
      'time_',
      'trace_role',
      'source',
      'destination',
      'req_method',
      'req_path',
      'resp_status',
      'latency',
    ]);
  });

  test('more room brings more columns, wide mode its own', () => {
    assert.ok(shown({ width: 160 }).includes('protocol'));
    assert.ok(!shown({ width: 400 }).includes('pod'));
    assert.ok(shown({ width: 400, wide: true }).includes('pod'));
  });

  test('the rest goes to the path', () => {
    const columns = layoutColumns(httpEvents, { width: 200 });
    assert.ok((columns.find(({ id }) => id === 'req_path')?.width ?? 0) > 60);
  });

  test('chosen columns keep their order', () => {
    assert.deepEqual(shown({ width: 100, columns: ['latency', 'req_path', 'cgroup'] }), [
      'req_path',
      'latency',
      'cgroup',
    ]);
  });

  test('never exceeds the width, never leaves a column below its minimum', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 600 }), fc.boolean(), fc.nat({ max: 4 }), (width, wide, gap) => {
        assert.ok(total({ width, wide, gap }) <= width);
        const columns = layoutColumns(httpEvents, { width, wide, gap });
        assert.ok(columns.length > 0);
        for (const column of columns) {
          assert.ok(column.width >= 1 && column.width <= column.spec.width[2]);
          assert.ok(columns.length === 1 || column.width >= column.spec.width[0]);
        }
      }),
    );
  });

  test('a wider screen never shows fewer columns', () => {
    fc.assert(
      fc.property(fc.integer({ min: 20, max: 400 }), fc.boolean(), (width, wide) => {
        const wider = shown({ width: width + 1, wide });
        for (const id of shown({ width, wide })) assert.ok(wider.includes(id));
      }),
    );
  });
});

describe('cells', () => {
  test('cut where it hurts least', () => {
    assert.equal(fitCell('frontend-7d9c-x2x', 10), 'frontend-…');
    assert.equal(fitCell('frontend-7d9c-x2x', 10, { trim: 'middle' }), 'fron…c-x2x');
    assert.equal(fitCell('frontend-7d9c-x2x', 10, { trim: 'start', ascii: true }), '~-7d9c-x2x');
    assert.equal(fitCell('7', 3, { align: 'right' }), '  7');
  });

  test('are exactly as wide as asked, whatever measures them', () => {
    const doubleWidth = (text: string) => [...text].reduce((sum, char) => sum + (char > '\u2e80' ? 2 : 1), 0);
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '日', '本', '👍', '-') });
    fc.assert(
      fc.property(text, fc.nat({ max: 20 }), fc.constantFrom('start', 'middle', 'end'), (value, width, trim) => {
        assert.equal(codePointWidth(fitCell(value, width, { trim })), width);
        assert.equal(doubleWidth(fitCell(value, width, { trim, widthOf: doubleWidth })), width);
      }),
    );
  });

  test('wrapped lines hold the whole line', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 20 }), (line, width) => {
        const pieces = wrapLine(line, width);
        assert.equal(pieces.join(''), line);
        for (const piece of pieces) assert.ok(codePointWidth(piece) <= width);
      }),
    );
  });
});
