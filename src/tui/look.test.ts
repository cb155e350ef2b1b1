import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { chooseColorDepth } from './color-support.ts';
import { currentFlash, flashOf } from './flash.ts';
import { layOutFrame } from './frame-layout.ts';
import { chooseGlyphs } from './glyphs.ts';
import { createTheme } from './theme.ts';

describe('looks', () => {
  test('the flag beats FORCE_COLOR beats NO_COLOR beats the terminal', () => {
    assert.equal(chooseColorDepth('never', { FORCE_COLOR: '3' }, 24), 0);
    assert.equal(chooseColorDepth('always', { NO_COLOR: '1' }, 1), 4);
    assert.equal(chooseColorDepth('auto', { FORCE_COLOR: '1', NO_COLOR: '1' }, 24), 4);
    assert.equal(chooseColorDepth('auto', { NO_COLOR: '1' }, 24), 0);
    assert.equal(chooseColorDepth('auto', { NO_COLOR: '' }, 8), 8);
    assert.equal(chooseColorDepth('auto', { TERM: 'dumb' }, 8), 0);
    assert.equal(chooseColorDepth('auto', {}, 4), 4);
  });

  test('mono names no colour', () => {
    const theme = createTheme(0);
    for (const token of ['error', 'banner', 'crumbActive', 'match', 'name', 'selected'] as const) {
      // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what it looks at
      assert.doesNotMatch(theme.paint(token, 'x'), /\x1b\[[\d;]*(?:3[0-8]|4[0-8]|9\d|10\d)[;m]/);
    }
  });

  test('16 colours keep to the 16', () => {
    assert.doesNotMatch(createTheme(4).paint('name', 'x'), /38;5/);
  });

  test('Unicode where the locale says so', () => {
    assert.equal(chooseGlyphs('auto', { LANG: 'C.UTF-8', TERM: 'xterm' }).ascii, false);
    assert.equal(chooseGlyphs('auto', { LANG: 'C.UTF-8', LC_ALL: 'C' }).ascii, true);
    assert.equal(chooseGlyphs('auto', { LANG: 'C.UTF-8', TERM: 'linux' }).ascii, true);
    assert.equal(chooseGlyphs('unicode', { TERM: 'linux' }).ascii, false);
  });

  test('a message goes away by itself', () => {
    const flash = flashOf('info', 'copied', 1_000);
    assert.equal(currentFlash(flash, 1_500), flash);
    assert.equal(currentFlash(flash, 60_000), undefined);
  });

  test('the frame never asks for more rows than there are', () => {
    for (let rows = 15; rows < 60; rows += 1) {
      for (const prompt of [false, true]) {
        for (const banner of [false, true]) {
          const layout = layOutFrame({ columns: 120, rows, header: true, prompt, banner });
          assert.equal(layout.headerRows + layout.promptRows + layout.bannerRows + layout.body.height + 3, rows);
        }
      }
    }
    assert.equal(layOutFrame({ columns: 59, rows: 24, header: true, prompt: false, banner: false }).tooSmall, true);
  });
});
