/**
 * Boots Debian's kernels in QEMU (no KVM needed) with the real agent, real clients and servers, and `kelpie get` inside (guest.ts); one of
 * them once more without cgroup v2.
 * Usage: npm run test:kernels [-- SUITE…]; the default is every kernel that Kelpie promises to run on.
 */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { fetchKernel, type Kernel } from './debian-kernels.ts';
import { cpio, type Member, programMembers } from './initramfs.ts';

const here = import.meta.dirname;
const dist = join(here, '../../../dist');
/** 5.10, 6.1, 6.12, and the newest there is. */
const suites = ['bullseye', 'bookworm', 'trixie', 'sid'];
const bootSeconds = 600;

async function initramfs(work: string): Promise<string> {
  const init = compile(work, 'init');
  const programs = compile(work, 'programs', '-lbpf', '-lelf', '-lz', ...zstd());
  const guest = await build({
    entryPoints: [join(here, 'guest.ts')],
    bundle: true,
    platform: 'node',
    format: 'esm',
    write: false,
    logLevel: 'warning',
  });
  const members: Member[] = [
    { path: 'init', data: readFileSync(init), executable: true },
    { path: 'programs', data: readFileSync(programs), executable: true },
    { path: 'kelpie/guest.mjs', data: guest.outputFiles[0]?.contents ?? new Uint8Array() },
    ...programMembers('node', process.execPath),
    ...distMembers(),
  ];
  const archive = join(work, 'initramfs');
  writeFileSync(archive, cpio(members));
  return archive;
}

function compile(work: string, name: string, ...libraries: readonly string[]): string {
  const program = join(work, name);
  execFileSync('cc', ['-static', '-O2', '-Wall', '-Wextra', '-o', program, join(here, `${name}.c`), ...libraries]);
  return program;
}

/** libelf 0.189 and newer reads zstd sections too. */
function zstd(): readonly string[] {
  const archive = execFileSync('cc', ['-print-file-name=libzstd.a'], { encoding: 'utf8' }).trim();
  return existsSync(archive) ? ['-lzstd'] : [];
}

/** Everything that is shipped but the bundled recording. */
function distMembers(): Member[] {
  return readdirSync(dist, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.kelpie') && !entry.name.startsWith('.'))
    .map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return { path: `kelpie${path.slice(dist.length)}`, data: readFileSync(path), executable: true };
    });
}

/** What the guest is told (init.c). */
type Mode = 'whole' | 'without-cgroup2';

/**
 * QEMU's emulation of CMPXCHG16B now and then spoils a register, and a kernel 6.x with it, which has another way where there is none. Since 7
 * hardly anything uses it, but without it no socket storage can be had (kmalloc_nolock).
 */
const processorFor = ({ release }: Kernel): string => (release.startsWith('6.') ? 'Nehalem,-cx16' : 'Nehalem');

/** The guest's PASS or FAIL line, or the end of what the machine printed. */
function boot(kernel: Kernel, archive: string, mode: Mode): Promise<{ readonly pass: boolean; readonly text: string }> {
  const args = [
    ...['-accel', 'tcg', '-cpu', processorFor(kernel), '-m', '2048', '-nographic', '-no-reboot', '-net', 'none'],
    ...['-kernel', kernel.image, '-initrd', archive],
    ...['-append', `console=ttyS0 quiet panic=-1 rdinit=/init -- ${mode}`],
  ];
  return new Promise((resolve) => {
    const machine = spawn('qemu-system-x86_64', args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: bootSeconds * 1000,
    });
    let printed = '';
    for (const stream of [machine.stdout, machine.stderr])
      stream.on('data', (text: Buffer) => (printed += text.toString()));
    machine.once('error', (error) => resolve({ pass: false, text: error.message }));
    machine.once('exit', () => {
      const result = /(PASS|FAIL) \d.*/.exec(printed)?.[0].trim();
      resolve({ pass: result?.startsWith('PASS') ?? false, text: result ?? `no result:\n${printed.slice(-3000)}` });
    });
  });
}

/** Programs that cost the verifier more than is allowed for: a step towards its limit of a million is taken knowingly. */
function overLimit(text: string): readonly string[] {
  const counts = JSON.parse(/instructions (\{.*\})/.exec(text)?.[1] ?? '{}') as Record<string, number>;
  const limits = JSON.parse(readFileSync(join(here, 'instruction-limits.json'), 'utf8')) as Record<string, number>;
  return Object.entries(counts)
    .filter(([name, count]) => count > (limits[name] ?? 0))
    .map(
      ([name, count]) =>
        `${name}: ${count} instructions verified, ${limits[name] ?? 'none'} allowed (instruction-limits.json)`,
    );
}

const wanted = process.argv.slice(2);
const work = mkdtempSync(join(tmpdir(), 'kelpie-kernels-'));
try {
  const kernels = (wanted.length > 0 ? wanted : suites).map(fetchKernel);
  const archive = await initramfs(work);
  const queue: [kernel: Kernel, mode: Mode][] = kernels.map((kernel) => [kernel, 'whole']);
  // The same on all of them; the last one's is the newest.
  for (const kernel of kernels.slice(-1)) queue.push([kernel, 'without-cgroup2']);
  // One after the other: a starved machine misses deadlines.
  for (const [kernel, mode] of queue) {
    let { pass, text } = await boot(kernel, archive, mode);
    process.stdout.write(`${kernel.suite}: ${text}\n`);
    // An emulated machine starved of its processor misses deadlines that no real one misses; what is wrong is wrong twice.
    if (!pass) {
      ({ pass, text } = await boot(kernel, archive, mode));
      process.stdout.write(`${kernel.suite}, once more: ${text}\n`);
    }
    if (!pass) process.exitCode = 1;
    for (const complaint of overLimit(text)) {
      process.stdout.write(`${kernel.suite}: ${complaint}\n`);
      process.exitCode = 1;
    }
  }
} finally {
  rmSync(work, { recursive: true, force: true });
}
