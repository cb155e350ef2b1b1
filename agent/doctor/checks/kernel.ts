import type { Machine } from '../machine.ts';
import type { Check } from '../report.ts';

/** BPF_MAP_TYPE_RINGBUF came with Linux 5.8; the oldest kernel the programs are tried on is 5.10. */

export function checkKernel({ kernel }: Machine): Check {
  const about = { id: 'kernel', group: 'capture', title: 'Kernel' } as const;
  const [, major = '0', minor = '0'] = /^(\d+)\.(\d+)/.exec(kernel) ?? [];
  const version = Number(major) * 1000 + Number(minor);
  if (version < 5008)
    return {
      ...about,
      status: 'fail',
      found: `Linux ${kernel}`,
      remedy: 'Run on Linux 5.8 or newer (5.10 advised): older kernels have no BPF ring buffer.',
    };
  if (version < 5010)
    return {
      ...about,
      status: 'warn',
      found: `Linux ${kernel}`,
      remedy: 'It should work; tests begin with Linux 5.10.',
    };
  return { ...about, status: 'ok', found: `Linux ${kernel}` };
}

export function checkArchitecture({ arch }: Machine): Check {
  const about = { id: 'arch', group: 'capture', title: 'Architecture', found: arch } as const;
  if (arch === 'x64' || arch === 'arm64') return { ...about, status: 'ok' };
  return { ...about, status: 'warn', remedy: 'Only x64 and arm64 are tried; the programs themselves are portable.' };
}

/** Lockdown does not forbid cgroup programs; it is told because it explains refusals elsewhere. */
export function checkLockdown({ read }: Machine): readonly Check[] {
  const [, mode] = /\[(\w+)\]/.exec(read('/sys/kernel/security/lockdown') ?? '') ?? [];
  if (mode === undefined || mode === 'none') return [];
  return [
    {
      id: 'lockdown',
      group: 'capture',
      title: 'Lockdown',
      status: 'ok',
      found: `${mode} (cgroup programs are allowed)`,
    },
  ];
}
