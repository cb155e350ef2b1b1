import type { Machine } from '../machine.ts';
import type { Check } from '../report.ts';

/** Bits of CapEff (linux/capability.h). */
const CAP_NET_ADMIN = 12n;
const CAP_SYS_ADMIN = 21n;
const CAP_PERFMON = 38n;
const CAP_BPF = 39n;

/**
 * cgroup programs need CAP_BPF and CAP_NET_ADMIN; without CAP_PERFMON the verifier refuses arithmetic with pointers, which ours need.
 * CAP_SYS_ADMIN stands for the first and the last (capabilities(7)). Whether a container's seccomp filter lets bpf() through only trying
 * tells: see the `programs` check.
 */
export function checkPrivileges({ read }: Machine): Check {
  const about = { id: 'privileges', group: 'capture', title: 'Privileges' } as const;
  const status = read('/proc/self/status') ?? '';
  const effective = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)/m.exec(status)?.[1] ?? '0'}`);
  const has = (bit: bigint) => ((effective >> bit) & 1n) === 1n;
  const root = /^Uid:\s*\d+\s+0\s/m.test(status);
  const missing = [
    ...(has(CAP_BPF) || has(CAP_SYS_ADMIN) ? [] : ['CAP_BPF']),
    ...(has(CAP_PERFMON) || has(CAP_SYS_ADMIN) ? [] : ['CAP_PERFMON']),
    ...(has(CAP_NET_ADMIN) ? [] : ['CAP_NET_ADMIN']),
  ];
  if (missing.length === 0)
    return { ...about, status: 'ok', found: root ? 'root' : 'CAP_BPF, CAP_PERFMON, CAP_NET_ADMIN' };
  const unprivileged = read('/proc/sys/kernel/unprivileged_bpf_disabled')?.trim();
  const note = unprivileged !== undefined && unprivileged !== '0' ? '; unprivileged BPF is off' : '';
  return {
    ...about,
    status: 'fail',
    found: `${root ? 'root' : 'not root'}, without ${missing.join(', ')}${note}`,
    remedy: root
      ? 'Give the container these capabilities (--cap-add BPF,NET_ADMIN,PERFMON or --privileged).'
      : 'Run as root (sudo); give a container these capabilities.',
  };
}

/** Before 5.11 BPF maps count against the locked-memory limit (RLIMIT_MEMLOCK). */
export function checkMemlock({ kernel, read }: Machine): readonly Check[] {
  const [, major = '0', minor = '0'] = /^(\d+)\.(\d+)/.exec(kernel) ?? [];
  if (Number(major) * 1000 + Number(minor) >= 5011) return [];
  const [, soft = ''] = /^Max locked memory\s+(\S+)/m.exec(read('/proc/self/limits') ?? '') ?? [];
  const about = { id: 'memlock', group: 'capture', title: 'Locked memory' } as const;
  if (soft === 'unlimited' || Number(soft) >= 64 << 20) return [{ ...about, status: 'ok', found: soft }];
  return [
    { ...about, status: 'warn', found: `${soft} bytes`, remedy: 'Raise it before starting: ulimit -l unlimited' },
  ];
}
