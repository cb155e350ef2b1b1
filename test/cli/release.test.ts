/** What a release has, as scripts/release.sh makes it: archives that run, and a manifest that krew takes, about exactly those archives. */
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { load } from 'js-yaml';
import { extract, list } from 'tar';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'kelpie-release-test-'));
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
const url = 'https://example.com/releases';

interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly version: string;
    readonly shortDescription: string;
    readonly description: string;
    readonly homepage: string;
    readonly platforms: readonly {
      readonly selector: { readonly matchLabels: Readonly<Record<string, string>> };
      readonly uri: string;
      readonly sha256: string;
      readonly bin: string;
    }[];
  };
}

describe('a release', () => {
  const out = join(folder, 'first');
  const sumOf = (file: string) => createHash('sha256').update(readFileSync(file)).digest('hex');
  const make = (to: string) =>
    execFileSync('sh', [join(root, 'scripts/release.sh'), to], {
      env: { ...process.env, RELEASE_URL: url },
      cwd: folder,
    });
  const manifest = () => load(readFileSync(join(out, 'kelpie.yaml'), 'utf8')) as Manifest;
  const any = `kelpie-v${version}-any.tar.gz`;

  before(() => make(out));
  after(() => rmSync(folder, { recursive: true }));

  test('has a manifest that krew takes: for Linux and macOS, each with an archive that is there and its sum', () => {
    const text = readFileSync(join(out, 'kelpie.yaml'), 'utf8');
    assert.doesNotMatch(text, /\$\{/, 'nothing is left to fill in');
    const { apiVersion, kind, metadata, spec } = manifest();
    // krew's internal/index/validation.
    assert.deepEqual(
      [apiVersion, kind, metadata.name],
      ['krew.googlecontainertools.github.com/v1alpha2', 'Plugin', 'kelpie'],
    );
    assert.equal(spec.version, `v${version}`);
    assert.match(spec.version, /^v\d+\.\d+\.\d+/);
    assert.match(spec.shortDescription, /^[^\n]{1,60}$/);
    assert.ok(spec.description && spec.homepage);
    assert.deepEqual(
      spec.platforms.map(({ selector }) => selector.matchLabels),
      [{ os: 'linux', arch: 'amd64' }, { os: 'linux', arch: 'arm64' }, { os: 'darwin' }],
    );
    for (const { uri, sha256, bin, selector, ...others } of spec.platforms) {
      assert.ok(uri.startsWith(`${url}/`), uri);
      assert.equal(sha256, sumOf(join(out, uri.slice(url.length + 1))), uri);
      assert.equal(bin, 'bin/kelpie');
      assert.deepEqual(others, {});
    }
    assert.equal(spec.platforms.at(-1)?.uri, `${url}/${any}`);
  });

  test('is the same bytes when it is made again', () => {
    const again = join(folder, 'again');
    make(again);
    assert.deepEqual(readdirSync(again), readdirSync(out));
    for (const name of readdirSync(out)) assert.equal(sumOf(join(again, name)), sumOf(join(out, name)), name);
  });

  test('has nothing in it that is of one machine, where it is for any', async () => {
    const files: string[] = [];
    await list({
      file: join(out, any),
      onReadEntry: ({ path, mode, uid, gid }) => {
        files.push(path);
        assert.deepEqual([uid ?? 0, gid ?? 0], [0, 0], path);
        assert.ok(mode === 0o644 || mode === 0o755, path);
      },
    });
    for (const file of ['bin/kelpie', 'LICENSE', 'dist/kelpie.js', 'dist/agent.js', 'dist/demo.kelpie'])
      assert.ok(files.includes(file), file);
    assert.ok(!files.some((file) => /\.(node|o)$|\.stamp$|node_modules/.test(file)), files.join());
    assert.deepEqual(files, files.toSorted());
  });

  test('runs where krew puts it: by a link of another name, from any folder', async () => {
    const store = join(folder, 'a store', version);
    mkdirSync(store, { recursive: true });
    await extract({ file: join(out, any), cwd: store });
    const link = join(folder, 'kubectl-kelpie');
    symlinkSync(join(store, 'bin/kelpie'), link);
    const relative = join(folder, 'kubectl-kelpie-2');
    symlinkSync('kubectl-kelpie', relative);
    const run = async (file: string, ...args: string[]) =>
      (await promisify(execFile)(file, args, { cwd: '/', env: { ...process.env, KELPIE_NODE: process.execPath } }))
        .stdout;
    assert.equal(await run(link, '--version'), `${version}\n`);
    assert.equal(await run(relative, '--version'), `${version}\n`);
    assert.equal(await run(link, 'deploy', '-o', 'yaml'), readFileSync(join(root, 'deploy/kelpie.yaml'), 'utf8'));
    const services = await run(link, 'get', 'svc', '--replay', join(store, 'dist/demo.kelpie'), '-o', 'csv');
    assert.match(services, /shop\/api/, 'it plays a recording, which takes the agent');
    const without = promisify(execFile)(link, ['--version'], { env: { ...process.env, KELPIE_NODE: '/nowhere/node' } });
    await assert.rejects(without, { code: 1, stderr: /needs Node 22 or newer/ });
  });
});
