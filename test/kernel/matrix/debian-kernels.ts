/** Debian's kernels, by suite: looked up and downloaded with apt into a folder of our own; the machine's own package lists stay as they are. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Kernel {
  readonly suite: string;
  /** As `uname -r` says it. */
  readonly release: string;
  /** The bootable image. */
  readonly image: string;
}

const root = join(import.meta.dirname, '../../../build/kernels');
const mirror = 'http://deb.debian.org/debian';
const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';

/** The newest cloud kernel of a Debian suite; downloaded unless it is here already. Throws with apt's own words. */
export function fetchKernel(suite: string): Kernel {
  const apt = openApt(suite);
  const release = newestRelease(apt);
  const folder = join(root, suite, release);
  const image = join(folder, 'vmlinuz');
  if (!existsSync(image)) {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    unpackImage(apt, imagePackage(apt, release), folder, image);
  }
  return { suite, release, image };
}

type Apt = (tool: 'apt-get' | 'apt-cache', ...args: readonly string[]) => string;

/** apt with the lists of one suite only. */
function openApt(suite: string): Apt {
  const state = join(root, suite, 'apt');
  for (const folder of ['lists/partial', 'cache/archives/partial']) mkdirSync(join(state, folder), { recursive: true });
  writeFileSync(join(state, 'sources.list'), `deb [signed-by=${keyring}] ${mirror} ${suite} main\n`);
  const options = [
    `Dir::Etc::sourcelist=${join(state, 'sources.list')}`,
    'Dir::Etc::sourceparts=-',
    `Dir::State::lists=${join(state, 'lists')}`,
    `Dir::Cache=${join(state, 'cache')}`,
    'APT::Sandbox::User=root',
    'Acquire::Languages=none',
    // A suite that is no longer updated is as good as it ever was.
    'Acquire::Check-Valid-Until=false',
  ].flatMap((option) => ['-o', option]);
  const apt: Apt = (tool, ...args) =>
    execFileSync(tool, [...options, '-qq', ...args], {
      encoding: 'utf8',
      cwd: join(root, suite),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  apt('apt-get', 'update');
  return apt;
}

/** What the meta package for clouds stands for, e.g. "6.1.0-50-cloud-amd64". */
function newestRelease(apt: Apt): string {
  const depends = apt('apt-cache', 'depends', 'linux-image-cloud-amd64');
  const release = /Depends: linux-image-(\S+-cloud-amd64)/.exec(depends)?.[1];
  if (release === undefined) throw new Error(`linux-image-cloud-amd64 depends on no kernel:\n${depends}`);
  return release;
}

/** The package with the image in it: newer suites keep it in one of its own. */
function imagePackage(apt: Apt, release: string): string {
  const names = apt('apt-cache', 'pkgnames', `linux-binary-${release}`).split('\n');
  return names.includes(`linux-binary-${release}`) ? `linux-binary-${release}` : `linux-image-${release}`;
}

/** Keeps the image alone: the modules are not needed, what the programs and the test use is built in. */
function unpackImage(apt: Apt, name: string, folder: string, image: string): void {
  const suiteFolder = join(folder, '..');
  const unpacked = join(folder, 'unpacked');
  // `apt-get download` writes to the working directory, which is the suite's.
  apt('apt-get', 'download', name);
  for (const file of readdirSync(suiteFolder).filter((each) => each.endsWith('.deb'))) {
    execFileSync('dpkg-deb', ['-x', join(suiteFolder, file), unpacked]);
    rmSync(join(suiteFolder, file));
  }
  const found = readdirSync(unpacked, { recursive: true, encoding: 'utf8' }).find((path) =>
    /(^|\/)vmlinuz[^/]*$/.test(path),
  );
  if (found === undefined) throw new Error(`${name} holds no vmlinuz`);
  renameSync(join(unpacked, found), image);
  rmSync(unpacked, { recursive: true });
}
