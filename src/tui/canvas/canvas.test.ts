import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { chooseGlyphs } from '../glyphs.ts';
import { createTheme } from '../theme.ts';
import { type Canvas, createCanvas, type Window } from './canvas.ts';

const ui = { theme: createTheme(0), glyphs: chooseGlyphs('unicode', {}) };
const pen = { token: 'text' } as const;

function drawn(window: Partial<Window>, draw: (canvas: Canvas) => void, ascii = false): readonly string[] {
  const canvas = createCanvas({ left: 0, top: 0, width: 9, height: 3, ...window }, ascii);
  draw(canvas);
  return canvas.rows(ui);
}

describe('the canvas', () => {
  test('lines join where they meet', () => {
    const cross = (canvas: Canvas) => {
      canvas.line(0, 1, 8, 1, pen);
      canvas.line(4, 0, 4, 2, pen);
      canvas.line(8, 1, 8, 2, pen);
      canvas.line(0, 0, 0, 1, pen);
    };
    assert.deepEqual(drawn({}, cross), ['│   │    ', '╰───┼───╮', '    │   │']);
    assert.deepEqual(drawn({}, cross, true), ['|   |    ', '+---+---+', '    |   |']);
  });

  test('lines of different nets cross without joining, the stronger one over the other', () => {
    const cross = (strong: boolean) => (canvas: Canvas) => {
      canvas.line(0, 1, 8, 1, { ...pen, net: 'a', stroke: strong ? 'heavy' : 'light' });
      canvas.line(4, 0, 4, 2, { ...pen, net: 'b' });
      canvas.line(6, 0, 6, 2, { ...pen, net: 'a' });
    };
    assert.deepEqual(drawn({}, cross(false)), ['    │ │  ', '────│─┼──', '    │ │  ']);
    assert.deepEqual(drawn({}, cross(true)), ['    │ │  ', '━━━━━━╋━━', '    │ │  ']);
  });

  test('a stronger stroke wins where two share cells', () => {
    const lines = drawn({ height: 1 }, (canvas) => {
      canvas.line(0, 0, 8, 0, { ...pen, stroke: 'dashed' });
      canvas.line(2, 0, 5, 0, pen);
      canvas.line(4, 0, 5, 0, { ...pen, stroke: 'heavy' });
    });
    assert.deepEqual(lines, ['┈┈──━━┈┈┈']);
  });

  test('boxes cover what is behind them, text covers both', () => {
    const lines = drawn({}, (canvas) => {
      canvas.line(0, 1, 8, 1, pen);
      canvas.box({ x: 2, y: 0, width: 5, height: 3 }, pen);
      canvas.text(3, 1, 'api', 'text');
      canvas.arrow(1, 1, 'right', 'text');
    });
    assert.deepEqual(lines, ['  ╭───╮  ', '─▶│api│──', '  ╰───╯  ']);
  });

  test('what lies outside of the window is left out, half a wide character too', () => {
    const draw = (canvas: Canvas) => {
      canvas.box({ x: -3, y: -1, width: 40, height: 4 }, pen);
      canvas.text(-1, 0, '漢字漢字漢字漢', 'text');
    };
    assert.deepEqual(drawn({}, draw), [' 字漢字漢', ' '.repeat(9), '─'.repeat(9)]);
    assert.deepEqual(drawn({ left: 30, top: 0 }, draw)[2], '──────╯  ');
    assert.deepEqual(drawn({ left: 100, top: 100 }, draw), Array(3).fill(' '.repeat(9)));
  });
});
