/** `kelpie image save`, read back as those who load it would. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { list, type ReadEntry } from 'tar';
import { imageArchive } from './image/archive.ts';
import { capabilityNames, fileCapabilities } from './image/capabilities.ts';
import { parseImageName } from './image/image-name.ts';
import { createLayer } from './image/layer.ts';
import { runImageSave } from './image.ts';

const folder = mkdtempSync(join(tmpdir(), 'kelpie-image-test-'));
const root = join(folder, 'root');
after(() => rmSync(folder, { recursive: true }));

interface Entry {
  readonly path: string;
  readonly type: string;
  readonly mode: number | undefined;
  readonly owner: string;
  readonly mtime: number;
  readonly content: Buffer;
}

/** All entries of a tar archive, by node-tar. */
function entriesOf(archive: Buffer): Map<string, Entry> {
  const file = join(folder, 'read.tar');
  writeFileSync(file, archive);
  const entries = new Map<string, Entry>();
  const onReadEntry = (entry: ReadEntry) => {
    const chunks: Buffer[] = [];
    entry.on('data', (chunk: Buffer) => chunks.push(Buffer.from(chunk)));
    entry.on('end', () => {
      const { path, type, mode, uid, gid, mtime } = entry;
      const seconds = Number(mtime) / 1000;
      entries.set(path, { path, type, mode, owner: `${uid}:${gid}`, mtime: seconds, content: Buffer.concat(chunks) });
    });
  };
  list({ file, sync: true, strict: true, onReadEntry });
  return entries;
}

const made = async (tag = 'ghcr.io/kelpie-dev/kelpie-agent:1.2.3', time = 0) => {
  const layer = await createLayer(root, time, new AbortController().signal);
  const name = parseImageName(tag, '1.2.3');
  return Buffer.concat(imageArchive({ name, architecture: 'amd64', version: '1.2.3', layer, time }));
};

const digest = (bytes: Buffer) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

before(() => {
  mkdirSync(join(root, 'opt/kelpie'), { recursive: true });
  mkdirSync(join(root, 'tmp'));
  chmodSync(join(root, 'tmp'), 0o1777);
  writeFileSync(join(root, 'opt/kelpie/agent.js'), 'a'.repeat(700_000));
  writeFileSync(join(root, 'opt/kelpie/setpriv'), 'program', { mode: 0o755 });
  writeFileSync(join(root, 'opt/kelpie/empty'), '');
});

describe('an image in a file', () => {
  test('is found whole by a chain of digests, from the index down to the layer', async () => {
    const entries = entriesOf(await made());
    const read = (path: string) => entries.get(path)?.content ?? assert.fail(`${path} is not in it`);
    const follow = ({ digest: wanted, size }: { digest: string; size: number }) => {
      const blob = read(`blobs/${wanted.replace(':', '/')}`);
      assert.deepEqual([digest(blob), blob.length], [wanted, size]);
      return blob;
    };
    assert.deepEqual(JSON.parse(read('oci-layout').toString()), { imageLayoutVersion: '1.0.0' });
    const index = JSON.parse(read('index.json').toString());
    assert.deepEqual(index.manifests[0].platform, { architecture: 'amd64', os: 'linux' });
    const manifest = JSON.parse(follow(index.manifests[0]).toString());
    const config = JSON.parse(follow(manifest.config).toString());
    const layer = gunzipSync(follow(manifest.layers[0]));
    assert.deepEqual(config.rootfs, { type: 'layers', diff_ids: [digest(layer)] });
    assert.equal(entriesOf(layer).get('opt/kelpie/agent.js')?.content.length, 700_000);
  });

  test('has the same image in the words of docker save, over the same blobs', async () => {
    const entries = entriesOf(await made());
    const manifest = JSON.parse(entries.get('manifest.json')?.content.toString() ?? '');
    assert.equal(manifest.length, 1);
    assert.deepEqual(manifest[0].RepoTags, ['ghcr.io/kelpie-dev/kelpie-agent:1.2.3']);
    for (const path of [manifest[0].Config, ...manifest[0].Layers]) assert.ok(entries.has(path), path);
    assert.equal(entries.size, 8, 'nothing else is in it');
  });

  test('starts the agent, as a user that is not root, and says what it is', async () => {
    const [config] = [...entriesOf(await made()).values()]
      .filter(({ path, content }) => path.startsWith('blobs/') && content.includes('diff_ids'))
      .map(({ content }) => JSON.parse(content.toString()));
    assert.equal(config.config.User, '10001:10001');
    assert.deepEqual(config.config.Entrypoint, [
      '/opt/kelpie/setpriv',
      '--inh-caps=+bpf,+perfmon,+net_admin,+sys_ptrace,+dac_read_search',
      '--ambient-caps=+bpf,+perfmon,+net_admin,+sys_ptrace,+dac_read_search',
      '--',
      '/opt/kelpie/node',
      '/opt/kelpie/agent.js',
    ]);
    assert.deepEqual(config.config.Env, ['PATH=/opt/kelpie', 'KELPIE_IMAGE=1']);
    assert.equal(config.config.Labels['org.opencontainers.image.version'], '1.2.3');
    assert.equal(config.created, '1970-01-01T00:00:00.000Z');
    const dockerfile = readFileSync(join(import.meta.dirname, '../../deploy/image/Dockerfile'), 'utf8');
    for (const line of ['USER 10001:10001', 'ENV PATH=/opt/kelpie', 'ENV KELPIE_IMAGE=1'])
      assert.ok(dockerfile.includes(`${line}\n`), `the Dockerfile says ${line}`);
    const [, entryPoint = ''] = /^ENTRYPOINT (.*)$/m.exec(dockerfile) ?? [];
    assert.deepEqual(JSON.parse(entryPoint), config.config.Entrypoint);
  });

  test('is the same to the last byte when it is made again; of another time it is another', async () => {
    const first = await made();
    assert.ok(first.equals(await made()));
    assert.ok(!first.equals(await made(undefined, 1_700_000_000)));
  });
});

describe('its layer', () => {
  const layerOf = async () => gunzipSync((await createLayer(root, 86_400, new AbortController().signal)).bytes);

  test('is all of root, at one time, sorted, with the modes of the files', async () => {
    const entries = [...entriesOf(await layerOf()).values()];
    assert.deepEqual(
      entries.map(({ path, type, mode }) => `${path} ${type} ${mode?.toString(8)}`),
      [
        'opt/ Directory 755',
        'opt/kelpie/ Directory 755',
        'opt/kelpie/agent.js File 644',
        'opt/kelpie/empty File 644',
        'opt/kelpie/setpriv File 755',
        'tmp/ Directory 1777',
      ],
    );
    for (const { owner, mtime } of entries) assert.deepEqual([owner, mtime], ['0:0', 86_400]);
  });

  test('gives setpriv its capabilities, permitted only, in a header that tar itself understands', async () => {
    const layer = await layerOf();
    const record = Buffer.concat([
      Buffer.from('57 SCHILY.xattr.security.capability='),
      fileCapabilities(),
      Buffer.from('\n'),
    ]);
    const at = layer.indexOf(record);
    assert.ok(at > 0 && at === layer.lastIndexOf(record), 'the record is there once');
    assert.equal(record.length, 57);
    const next = layer.subarray(at + 512, at + 1024).toString('latin1');
    assert.match(next, /^opt\/kelpie\/setpriv\0/, 'and belongs to the file after it');
  });

  test('the kernel’s form: revision 2 without the effective bit, bits 0 to 31, then 32 to 63', () => {
    // CAP_DAC_READ_SEARCH 2, NET_ADMIN 12, SYS_PTRACE 19, SYS_ADMIN 21, SYS_RESOURCE 24 · PERFMON 38, BPF 39
    assert.equal(fileCapabilities().toString('hex'), '00000002' + '04102801' + '00000000' + 'c0000000' + '00000000');
  });

  test('they are those that the Dockerfile’s script sets', () => {
    const script = readFileSync(join(import.meta.dirname, '../../deploy/image/rootfs.sh'), 'utf8');
    const [, list = ''] = /^capabilities=(.*)\+p$/m.exec(script) ?? [];
    assert.deepEqual(list.toUpperCase().split(','), capabilityNames);
  });

  test('a signal ends the work', async () => {
    const stop = new AbortController();
    stop.abort(new Error('ctrl-c'));
    await assert.rejects(createLayer(root, 0, stop.signal));
  });
});

describe('kelpie image save refuses before it does the work', () => {
  const nowhere = join(folder, 'nowhere', 'x.tar');
  for (const [what, file, flags, code] of [
    ['a directory for a file', folder, {}, 'output-file'],
    ['a file in a directory that does not exist', nowhere, {}, 'output-file'],
    ['what is no name of an image', join(folder, 'x.tar'), { tag: 'No Name' }, 'usage'],
  ] as const)
    test(what, async () => {
      await assert.rejects(runImageSave(file, flags, '1.2.3'), { code });
      assert.ok(!readdirSync(folder).some((name) => name.startsWith('x.tar')));
    });
});

describe('its name', () => {
  test('has the version for a tag where none is given, and the registry that containerd wants', () => {
    const names = (text: string) => {
      const { short, full, tag } = parseImageName(text, '1.2.3');
      return [short, full, tag];
    };
    assert.deepEqual(names('a.example:5000/kelpie'), [
      'a.example:5000/kelpie:1.2.3',
      'a.example:5000/kelpie:1.2.3',
      '1.2.3',
    ]);
    assert.deepEqual(names('localhost/kelpie:x'), ['localhost/kelpie:x', 'localhost/kelpie:x', 'x']);
    assert.deepEqual(names('kelpie:1'), ['kelpie:1', 'docker.io/library/kelpie:1', '1']);
    assert.deepEqual(names('team/kelpie'), ['team/kelpie:1.2.3', 'docker.io/team/kelpie:1.2.3', '1.2.3']);
  });

  for (const bad of ['', 'A b', 'kelpie:', 'Kelpie', 'a//b', 'kelpie@sha256:00', '-x', 'a.example/k:!'])
    test(`"${bad}" is none`, () => {
      assert.throws(() => parseImageName(bad, '1.2.3'), { code: 'usage' });
    });
});

describe('the root file system of an image', { skip: process.platform !== 'linux' }, () => {
  test('says that there is no setpriv, or one that knows too little', () => {
    const script = join(import.meta.dirname, '../../deploy/image/rootfs.sh');
    const tools = join(folder, 'tools');
    mkdirSync(tools);
    for (const name of ['sh', 'dirname', 'readlink', 'grep']) {
      const path = ['/usr/bin', '/bin'].map((place) => join(place, name)).find(existsSync) ?? assert.fail(name);
      symlinkSync(path, join(tools, name));
    }
    const run = () => {
      const env = { PATH: tools, NODE: process.execPath };
      const args = [script, '--without-capabilities', folder, join(folder, 'new')];
      return spawnSync(join(tools, 'sh'), args, { encoding: 'utf8', env }).stderr;
    };
    assert.match(run(), /^rootfs: there is no setpriv on the PATH, .*: apt-get install util-linux\n$/);
    writeFileSync(join(tools, 'setpriv'), '#!/bin/sh\necho sys_admin\n', { mode: 0o755 });
    assert.match(run(), /setpriv knows no CAP_BPF: util-linux 2\.38 /);
    assert.ok(!existsSync(join(folder, 'new')));
  });

  test('says what is missing of the build', () => {
    const script = join(import.meta.dirname, '../../deploy/image/rootfs.sh');
    const dist = join(folder, 'dist');
    mkdirSync(dist);
    copyFileSync(script, join(dist, 'agent.js'));
    const { status, stderr } = spawnSync('sh', [script, '--without-capabilities', dist, join(folder, 'new')], {
      encoding: 'utf8',
    });
    assert.equal(status, 1);
    assert.match(stderr, /^rootfs: .*agent-chunks is missing: npm run build makes it/);
    const full = spawnSync('sh', [script, '--without-capabilities', dist, dist], { encoding: 'utf8' });
    assert.match(full.stderr, /is not empty/);
    assert.deepEqual(readdirSync(dist), ['agent.js'], 'and leaves a folder with something in it alone');
  });
});
