import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { configFolder, readKeyFile } from './key-file.ts';
import { saveFile } from './save-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'kelpie-files-'));
after(() => rmSync(folder, { recursive: true, force: true }));

describe('the key map’s file', () => {
  test('is where XDG says, or where the person says', () => {
    assert.equal(configFolder({ KELPIE_CONFIG_DIR: '/k', XDG_CONFIG_HOME: '/x' }), '/k');
    assert.equal(configFolder({ XDG_CONFIG_HOME: '/x' }), '/x/kelpie');
    assert.match(configFolder({}), /\/\.config\/kelpie$/);
  });

  test('is read where it is; none is no problem, one that cannot be read is', () => {
    const env = { KELPIE_CONFIG_DIR: folder };
    assert.deepEqual(readKeyFile(env), { path: join(folder, 'keys.json'), text: undefined, problem: undefined });
    writeFileSync(join(folder, 'keys.json'), '{}');
    assert.equal(readKeyFile(env).text, '{}');
    const odd = join(folder, 'odd');
    mkdirSync(join(odd, 'keys.json'), { recursive: true });
    assert.equal(readKeyFile({ KELPIE_CONFIG_DIR: odd }).problem, 'EISDIR');
  });
});

describe('a saved file', () => {
  test('is new, for its owner alone, and never written over', () => {
    const path = join(folder, 'rows.csv');
    assert.deepEqual(saveFile(path, 'a'), { path });
    assert.deepEqual(saveFile(path, 'b'), { path: join(folder, 'rows-2.csv') });
    assert.equal(readFileSync(path, 'utf8'), 'a');
    assert.equal(statSync(path).mode & 0o777, 0o600);
  });

  test('that cannot be written is answered with why', () => {
    const saved = saveFile(join(folder, 'nowhere', 'rows.csv'), 'a');
    assert.match('problem' in saved ? saved.problem : '', /ENOENT/);
  });
});
