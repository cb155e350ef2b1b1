/**
 * Boots kernels in QEMU with a process that loads the BPF object and captures an exchange (init.c); needs no KVM.
 * Usage: node --import tsx test/kernel/matrix/run.ts VMLINUZ… (from Debian's linux-image-*-cloud-amd64, unpacked with dpkg-deb -x).
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const object = join(import.meta.dirname, '../../../build/capture.bpf.o');
const bootSeconds = 120;

/** One member of a cpio archive in newc format (initramfs: Documentation/driver-api/early-userspace/buffer-format.rst). */
function member(
  inode: number,
  name: string,
  mode: number,
  data: Uint8Array = new Uint8Array(),
  device = [0, 0],
): Buffer {
  const file = Buffer.from(`${name}\0`);
  const fields = [inode, mode, 0, 0, 1, 0, data.length, 0, 0, ...device, file.length, 0];
  const head = Buffer.concat([
    Buffer.from(`070701${fields.map((field) => field.toString(16).padStart(8, '0')).join('')}`),
    file,
  ]);
  return Buffer.concat([pad(head), pad(data)]);
}

const pad = (bytes: Uint8Array): Buffer => Buffer.concat([bytes, Buffer.alloc(-bytes.length & 3)]);

function initramfs(work: string): string {
  const init = join(work, 'init');
  const libraries = ['-Wl,--start-group', '-lbpf', '-lelf', '-lz', '-Wl,--end-group'];
  execFileSync('cc', [
    '-static',
    '-O2',
    '-Wall',
    '-Wextra',
    '-o',
    init,
    join(import.meta.dirname, 'init.c'),
    ...libraries,
  ]);
  const archive = join(work, 'initramfs');
  const members = [
    member(1, 'dev', 0o40755),
    member(2, 'dev/console', 0o20600, new Uint8Array(), [5, 1]),
    member(3, 'init', 0o100755, readFileSync(init)),
    member(4, 'capture.bpf.o', 0o100644, readFileSync(object)),
    member(5, 'TRAILER!!!', 0),
  ];
  writeFileSync(archive, Buffer.concat(members));
  return archive;
}

/** The PASS or FAIL line of a kernel, or the end of what it printed. */
function boot(kernel: string, archive: string): { pass: boolean; text: string } {
  const machine = ['-accel', 'tcg', '-m', '384', '-nographic', '-no-reboot', '-net', 'none'];
  const line = 'console=ttyS0 quiet panic=-1 rdinit=/init';
  const { stdout } = spawnSync(
    'qemu-system-x86_64',
    [...machine, '-kernel', kernel, '-initrd', archive, '-append', line],
    {
      encoding: 'utf8',
      input: '',
      timeout: bootSeconds * 1000,
    },
  );
  const result = /(PASS|FAIL) \S+: .*/.exec(stdout)?.[0].trim();
  return { pass: result?.startsWith('PASS') ?? false, text: result ?? `no result: ${stdout.slice(-1000)}` };
}

const kernels = process.argv.slice(2);
if (kernels.length === 0) {
  process.stderr.write('usage: node --import tsx test/kernel/matrix/run.ts VMLINUZ…\n');
  process.exit(2);
}
const work = mkdtempSync(join(tmpdir(), 'kelpie-matrix-'));
try {
  const archive = initramfs(work);
  for (const kernel of kernels) {
    const { pass, text } = boot(kernel, archive);
    process.stdout.write(`${text}\n`);
    if (!pass) process.exitCode = 1;
  }
} finally {
  rmSync(work, { recursive: true, force: true });
}
