import type { Machine } from '../machine.ts';
import type { Check } from '../report.ts';

interface Tool {
  readonly what: string;
  readonly packages: string;
  present(machine: Machine): boolean;
}

/** Debian's bpftool sits in /usr/sbin, which is not on everybody's path. */
const runs =
  (...commands: readonly string[]) =>
  ({ run }: Machine) =>
    commands.some((command) => run(command, ['--version'])?.ok === true);

const tools: readonly Tool[] = [
  { what: 'clang', packages: 'clang', present: runs('clang') },
  { what: 'llvm-strip', packages: 'llvm', present: runs('llvm-strip') },
  {
    what: 'bpf/bpf_helpers.h',
    packages: 'libbpf-dev',
    present: ({ exists }) => exists('/usr/include/bpf/bpf_helpers.h'),
  },
  { what: 'libelf.h', packages: 'libelf-dev', present: ({ exists }) => exists('/usr/include/libelf.h') },
  { what: 'zlib.h', packages: 'zlib1g-dev', present: ({ exists }) => exists('/usr/include/zlib.h') },
  { what: 'cc', packages: 'gcc libc6-dev', present: runs('cc') },
  { what: 'make', packages: 'make', present: runs('make') },
];

/** What building the kernel programs and the native addon takes; a finished build needs none of it. */
export function checkToolchain(machine: Machine): Check {
  const about = { id: 'toolchain', group: 'build', title: 'Toolchain' } as const;
  const missing = tools.filter((tool) => !tool.present(machine));
  if (missing.length === 0) {
    const clang = /version (\S+)/.exec(machine.run('clang', ['--version'])?.output ?? '')?.[1];
    return { ...about, status: 'ok', found: `clang ${clang}, libbpf headers, C compiler` };
  }
  return {
    ...about,
    status: 'warn',
    found: `missing: ${missing.map(({ what }) => what).join(', ')}`,
    remedy: `apt-get install ${missing.map(({ packages }) => packages).join(' ')}`,
  };
}

export function checkBpftool(machine: Machine): Check {
  const about = { id: 'bpftool', group: 'build', title: 'bpftool' } as const;
  const found = [machine.run('bpftool', ['version']), machine.run('/usr/sbin/bpftool', ['version'])].find(
    (it) => it?.ok,
  );
  if (found) return { ...about, status: 'ok', found: found.output.split('\n')[0] ?? 'present' };
  return {
    ...about,
    status: 'warn',
    found: 'not installed',
    remedy: 'Only `npm run gen` needs it: apt-get install bpftool',
  };
}

/** The bundles run on Node 22 and newer (package.json, engines). */
export function checkNode({ nodeVersion }: Machine): Check {
  const about = { id: 'node', group: 'build', title: 'Node', found: nodeVersion } as const;
  if (Number.parseInt(nodeVersion, 10) >= 22) return { ...about, status: 'ok' };
  return {
    ...about,
    status: 'fail',
    remedy: 'Run through npm (npm start), which brings the right version along, or install Node 22 or newer.',
  };
}
