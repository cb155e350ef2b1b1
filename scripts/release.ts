/** The archives of a release and the krew manifest with their sums (scripts/release.sh says more). */
import { createHash } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { create } from 'tar';

const [out = 'build/release'] = process.argv.slice(2);
const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
const architectures: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' };
const native = ['dist/capture.bpf.o', 'dist/kelpie_native.node'];

/** By where it is in the archive. */
const files: Readonly<Record<string, string>> = {
  'bin/kelpie': 'deploy/krew/bin/kelpie',
  'deploy/image/rootfs.sh': 'deploy/image/rootfs.sh',
  LICENSE: 'LICENSE',
  'README.md': 'README.md',
  ...Object.fromEntries(['kelpie.js', 'map-layout.js', 'agent.js', 'demo.js', 'demo.kelpie'].map(inDist)),
  ...Object.fromEntries(['chunks', 'agent-chunks'].flatMap(folderInDist)),
};

mkdirSync(out, { recursive: true });
/** Of what runs wherever Node does. */
const any = await archive(`kelpie-v${version}-any.tar.gz`, files);
const arch = process.platform === 'linux' ? architectures[process.arch] : undefined;
if (arch !== undefined && native.every((file) => existsSync(file)))
  await archive(linuxArchive(arch), { ...files, ...Object.fromEntries(native.map((file) => [file, file])) });
writeFileSync(join(out, 'kelpie.yaml'), manifest());

function inDist(name: string): [string, string] {
  return [`dist/${name}`, `dist/${name}`];
}

function folderInDist(folder: string): [string, string][] {
  return readdirSync(`dist/${folder}`).map((name) => inDist(`${folder}/${name}`));
}

function linuxArchive(of: string): string {
  return `kelpie-v${version}-linux-${of}.tar.gz`;
}

/** The same bytes for the same files: in order, of nobody, of no time, and as far as it matters who may run them. */
async function archive(name: string, contents: Readonly<Record<string, string>>): Promise<string> {
  const stage = mkdtempSync(join(tmpdir(), 'kelpie-release-'));
  try {
    const paths = Object.keys(contents).sort();
    for (const path of paths) {
      const to = join(stage, path);
      mkdirSync(dirname(to), { recursive: true });
      cpSync(contents[path] ?? '', to);
      chmodSync(to, /^(bin\/|dist\/kelpie\.js$)|\.sh$/.test(path) ? 0o755 : 0o644);
    }
    await create({ file: join(out, name), cwd: stage, gzip: { level: 9 }, portable: true, mtime: new Date(0) }, paths);
    return name;
  } finally {
    rmSync(stage, { recursive: true });
  }
}

function manifest(): string {
  const template = readFileSync('deploy/krew/kelpie.yaml', 'utf8').replace(/^#.*\n/gm, '');
  const [, homepage = ''] = /homepage: (\S+)/.exec(template) ?? [];
  const values: Record<string, string> = {
    VERSION: version,
    RELEASE_URL: process.env.RELEASE_URL ?? `${homepage}/releases/download/v${version}`,
  };
  for (const [platform, own] of [
    ['LINUX_AMD64', linuxArchive('amd64')],
    ['LINUX_ARM64', linuxArchive('arm64')],
    ['DARWIN', any],
  ] as const) {
    const name = existsSync(join(out, own)) ? own : any;
    values[`ARCHIVE_${platform}`] = name;
    values[`SHA256_${platform}`] = createHash('sha256')
      .update(readFileSync(join(out, name)))
      .digest('hex');
    process.stdout.write(`${values[`SHA256_${platform}`]}  ${name}  ${platform.toLowerCase().replace('_', '/')}\n`);
  }
  return template.replaceAll(/\$\{(\w+)\}/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`deploy/krew/kelpie.yaml: nothing is known of ${name}`);
    return value;
  });
}
