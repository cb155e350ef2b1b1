import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { cellWidth, cut, fit } from './cells.ts';
import { layOut, scrollTop, stepMatch } from './scroll-state.ts';
import { cropLine, highlight, plainText, span, wrapLine } from './styled-line.ts';

const text = fc.string({ unit: fc.constantFrom('a', 'B', ' ', '/', 'é', '日', '本', '…', '👍', 'ß'), maxLength: 40 });
const line = fc.array(
  text.map((piece) => span(piece)),
  { maxLength: 5 },
);

describe('text in cells', () => {
  test('fits exactly, whatever the width of the characters', () => {
    fc.assert(
      fc.property(
        text,
        fc.integer({ min: 0, max: 30 }),
        fc.constantFrom('end', 'middle', 'start'),
        (value, width, trim) => {
          assert.equal(cellWidth(fit(value, width, 'left', trim)), width);
          assert.ok(cellWidth(cut(value, width, trim)) <= width);
        },
      ),
    );
  });

  test('cuts where it says', () => {
    assert.equal(fit('/api/v1/namespaces', 8), '/api/v1…');
    assert.equal(fit('frontend-7d9c8b6f5-x2x9z', 12, 'left', 'middle'), 'front…-x2x9z');
    assert.equal(fit('42', 5, 'right'), '   42');
  });
});

describe('lines', () => {
  test('wrapping loses nothing and keeps to the width', () => {
    fc.assert(
      fc.property(line, fc.integer({ min: 2, max: 30 }), (spans, width) => {
        const pieces = wrapLine(spans, width);
        assert.equal(pieces.map(plainText).join(''), plainText(spans));
        for (const piece of pieces) assert.ok(cellWidth(plainText(piece)) <= width);
      }),
    );
  });

  test('cropping keeps to the width and highlighting to the text', () => {
    fc.assert(
      fc.property(
        line,
        fc.nat(50),
        fc.integer({ min: 1, max: 30 }),
        fc.nat(60),
        fc.nat(20),
        (spans, left, width, from, length) => {
          assert.ok(cellWidth(plainText(cropLine(spans, left, width))) <= width);
          const marked = highlight(spans, [{ from, to: from + length, token: 'match' }]);
          assert.equal(plainText(marked), plainText(spans));
          const found = marked
            .filter(({ token }) => token === 'match')
            .map((piece) => piece.text)
            .join('');
          assert.equal(found, plainText(spans).slice(from, from + length));
        },
      ),
    );
  });

  test('search finds matches over span borders and goes round', () => {
    const lines = [[span('say he'), span('llo')], [span('nothing')], [span('Hello hello')]];
    const state = { ...scrollTop, search: 'hello' };
    const layout = layOut(lines, 40, state);
    assert.deepEqual(layout.matchRows, [0, 2, 2]);
    assert.equal(stepMatch(state, layout, 10, -1).match, 2);
    assert.equal(stepMatch({ ...state, match: 2 }, layout, 10, 1).match, 0);
  });
});
