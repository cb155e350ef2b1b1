import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createStore } from '../store/create-store.ts';
import { ctrlOnly, duplicateKeys } from '../tui/actions.ts';
import { chooseGlyphs } from '../tui/glyphs.ts';
import { createTheme } from '../tui/theme.ts';
import { viewSpecs } from '../views/index.ts';
import { createApp } from './app.ts';

function appOn(command: string) {
  return createApp({
    ports: {
      fetchRow: () => new Promise(() => {}),
      want: () => {},
      copy: () => undefined,
      quit: () => {},
      suspend: () => {},
      repaint: () => {},
    },
    ui: { theme: createTheme(0), glyphs: chooseGlyphs('unicode', {}) },
    info: { sourceName: 'test', version: '0' },
    now: () => 0,
    snapshot: createStore().getSnapshot(),
    command,
  });
}

describe('the action tables', () => {
  for (const { id } of viewSpecs) {
    test(`:${id} claims no key twice, the app's own included`, () => {
      assert.deepEqual(duplicateKeys(appOn(id).actions()), []);
    });

    test(`:${id} has a way without ctrl for everything`, () => {
      assert.deepEqual(ctrlOnly(appOn(id).actions()), []);
    });
  }

  test('ids are unique', () => {
    const ids = appOn('http')
      .actions()
      .map(({ id }) => id);
    assert.equal(new Set(ids).size, ids.length);
  });
});
