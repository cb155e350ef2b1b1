/** What the compiler cannot see of the structure: bundles stay apart, registries are complete. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { build } from 'esbuild';

const root = join(import.meta.dirname, '../..');
const foldersOf = (path: string) =>
  readdirSync(join(root, path), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name);

describe('the structure holds', () => {
  test('the agent bundle contains no terminal: no React, no Ink, nothing of src/ but the domain and the way to the API server', async () => {
    const { metafile } = await build({
      entryPoints: [join(root, 'agent/main.ts')],
      bundle: true,
      write: false,
      metafile: true,
      platform: 'node',
      format: 'esm',
      absWorkingDir: root,
      logLevel: 'silent',
    });
    const inputs = Object.keys(metafile.inputs);
    assert.ok(inputs.length > 10, 'something was bundled');
    const foreign = inputs.filter(
      (input) =>
        /node_modules\/(react|ink|yoga)/.test(input) ||
        (input.startsWith('src/') && !/^src\/(domain|kubernetes)\//.test(input)),
    );
    assert.deepEqual(foreign, []);
  });

  /** What views share: no view itself, and free for all of them to import. */
  const kits = ['list'];

  for (const [folder, registry] of [
    ['src/views', 'src/views/index.ts'],
    ['agent/protocols', 'agent/protocols/index.ts'],
  ] as const) {
    test(`every folder in ${folder} is in its registry`, () => {
      const text = readFileSync(join(root, registry), 'utf8');
      for (const name of foldersOf(folder).filter((each) => !kits.includes(each)))
        assert.ok(text.includes(`./${name}/`), `${registry} names ${name}`);
    });
  }

  test('no view imports another', () => {
    const views = foldersOf('src/views');
    for (const view of views) {
      const folder = join(root, 'src/views', view);
      const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => /\.tsx?$/.test(file));
      for (const file of files) {
        const text = readFileSync(join(folder, file), 'utf8');
        for (const other of views.filter((each) => !kits.includes(each)))
          assert.doesNotMatch(
            text,
            new RegExp(`'(\\.\\./){${file.split('/').length}}${other}/`),
            `src/views/${view}/${file} imports ${other}`,
          );
      }
    }
  });

  test('every layer is compiled by npm test', () => {
    const projects = JSON.parse(readFileSync(join(root, 'tsconfig.json'), 'utf8')).references as { path: string }[];
    const known = new Set(projects.map((project) => project.path));
    const layers = [
      ...foldersOf('agent').map((name) => `agent/${name}`),
      ...foldersOf('src').map((name) => `src/${name}`),
    ];
    const covered = (layer: string) => known.has(layer) || ['agent/doctor', 'src/commands'].includes(layer);
    assert.deepEqual(
      layers.filter((layer) => !covered(layer)),
      [],
    );
  });
});
